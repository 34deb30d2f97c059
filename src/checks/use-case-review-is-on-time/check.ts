import { z } from 'zod';
import { controlsOf, defineCheck, earliest, fail, iso, notApplicable, notAtWork, pass } from '../sdk/index.js';

/** Excludes `ai-identity-serves-a-use-case`: a use case that is not approved as it stands is judged at what works for it. */
export default defineCheck({
  id: 'use-case-review-is-on-time',
  code: 'NHI-UC-01',
  version: 1,
  title: 'An approved use case is looked at again when its review is due',
  risk: 'Approved once is not governed: data, people and models change under an approval that nobody reads again.',
  remediation: 'Review the use case and approve it again. If it has no cadence yet, set how often it is reviewed.',
  severity: 'medium',
  subject: 'use-case',
  facts: [
    'digestMatchesApproval',
    'reviewCadenceDays',
    'reviewDueAt',
    'approvedAt',
    'createdAt',
    'status',
    'liveIdentities',
  ],
  reads: [],
  controls: controlsOf('NHI-UC-01', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts, _parameters, now) {
    const { status, digestMatchesApproval, reviewCadenceDays, reviewDueAt, approvedAt, createdAt } = facts;
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    if (status !== 'approved' || !digestMatchesApproval)
      return notApplicable('not approved as it stands: what works for it is judged');
    if (reviewDueAt !== null && now >= reviewDueAt)
      return fail('review-overdue', reviewDueAt, { reviewDueAt: iso(reviewDueAt) });
    const until = reviewDueAt ?? undefined;
    if (reviewCadenceDays === null)
      return fail('no-review-cadence', earliest(approvedAt ?? createdAt, now)!, {}, { severity: 'low', until });
    return pass(until);
  },
});
