import { z } from 'zod';
import {
  controlsOf,
  defineCheck,
  fail,
  hours,
  type Instant,
  iso,
  notApplicable,
  notEvaluated,
  pass,
  plus,
} from '../sdk/index.js';

/** Any use is told at once. It applies whoever the identity belongs to: the root of an account is often the last way in. */
export default defineCheck({
  id: 'break-glass-use-is-reviewed',
  code: 'NHI-PRIV-04',
  version: 1,
  title: 'Every use of emergency access is reviewed',
  risk: 'Emergency access goes past all that protects the rest. A use that nobody looks at may be an attack, or the emergency that became a habit.',
  remediation:
    'Find out who used it and for what, and record the review; then change what was used. If it was no emergency, give the people access of their own.',
  severity: 'high',
  subject: 'identity',
  facts: ['expectedUse', 'anyUsedAt', 'anyUseKnownUntil', 'useReviewedUntil', 'firstSeenAt'],
  reads: [
    '*.access-key',
    '*.api-key',
    '*.client-secret',
    '*.personal-access-token',
    '*.password',
    '*.service-credential',
  ],
  controls: controlsOf('NHI-PRIV-04', 'supporting'),
  useMayBreak: true,
  parameters: { reviewWithinHours: 24, maximumUsageLagHours: 48 },
  parameterSchema: z.strictObject({
    reviewWithinHours: z.number().min(1).max(8784),
    maximumUsageLagHours: z.number().min(0).max(8784),
  }),
  parameterNotes: {
    reviewWithinHours: {
      unit: 'hours',
      source: 'ours: an emergency is looked at on the next day at the latest; after that it is worse',
      organisationDecides: true,
    },
    maximumUsageLagHours: {
      unit: 'hours',
      source: 'ours: sources tell a use hours late and are read daily; two days without news of use are tolerated',
      organisationDecides: true,
    },
  },
  evaluate(facts, { reviewWithinHours, maximumUsageLagHours }, now) {
    const { expectedUse, anyUsedAt, anyUseKnownUntil, useReviewedUntil, firstSeenAt } = facts;
    if (expectedUse?.pattern !== 'break-glass') return notApplicable('it is not for emergencies');
    const declaredAt = expectedUse.approvedAt ? (Date.parse(expectedUse.approvedAt) as Instant) : firstSeenAt;
    // What was done before it was kept for emergencies was none.
    const used =
      anyUsedAt !== null && anyUsedAt > declaredAt && (useReviewedUntil === null || anyUsedAt > useReviewedUntil);
    if (used) {
      const lateAt = plus(anyUsedAt, hours(reviewWithinHours));
      const evidence = {
        lastUsedAt: iso(anyUsedAt),
        reviewedUntil: iso(useReviewedUntil),
        reviewDueAt: iso(lateAt),
        approvedBy: expectedUse.approvedBy ?? null,
      };
      if (now >= lateAt) return fail('use-not-reviewed', anyUsedAt, evidence, { severity: 'critical' });
      return fail('use-not-reviewed', anyUsedAt, evidence, { until: lateAt });
    }
    if (anyUseKnownUntil === null) return notEvaluated('whether it was used cannot be seen');
    const knownToEnd = plus(anyUseKnownUntil, hours(maximumUsageLagHours));
    return now < knownToEnd ? pass(knownToEnd) : notEvaluated('its usage data has not been read recently enough');
  },
});
