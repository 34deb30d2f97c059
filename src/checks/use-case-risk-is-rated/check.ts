import { z } from 'zod';
import { controlsOf, days, defineCheck, fail, iso, notApplicable, notAtWork, pass, plus } from '../sdk/index.js';

/** A rating is confirmed by the approval that binds it; one that was never approved is as old as the use case. */
export default defineCheck({
  id: 'use-case-risk-is-rated',
  code: 'NHI-UC-03',
  version: 1,
  title: 'A use case carries a risk rating that is still current',
  risk: 'An unrated use case gets the controls of a harmless one. A rating from years ago is about another system.',
  remediation: 'Rate likelihood and consequence, then have the use case approved: the approval confirms the rating.',
  severity: 'high',
  subject: 'use-case',
  facts: ['createdAt', 'approvedAt', 'riskLevel', 'status', 'liveIdentities'],
  reads: [],
  controls: controlsOf('NHI-UC-03', 'partial'),
  parameters: { reassessDays: { low: 365, moderate: 180, high: 90, critical: 90 } },
  parameterSchema: z.strictObject({
    reassessDays: z.strictObject({
      low: z.number().min(1).max(3660),
      moderate: z.number().min(1).max(3660),
      high: z.number().min(1).max(3660),
      critical: z.number().min(1).max(3660),
    }),
  }),
  parameterNotes: {
    reassessDays: {
      unit: 'map of days',
      source: 'ours: quarterly at high risk, twice a year at moderate, yearly at low; no framework gives a number',
      organisationDecides: true,
    },
  },
  evaluate(facts, { reassessDays }, now) {
    const { createdAt, approvedAt, riskLevel } = facts;
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    if (riskLevel === null) return fail('unrated', createdAt, {});
    const confirmedAt = approvedAt ?? createdAt;
    const dueAt = plus(confirmedAt, days(reassessDays[riskLevel]));
    if (now < dueAt) return pass(dueAt);
    return fail('rating-too-old', dueAt, { riskLevel, confirmedAt: iso(confirmedAt) }, { severity: 'medium' });
  },
});
