import { at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['one whose review is ahead passes until then', aUseCase(), { result: 'pass', until: at(265) }],
  [
    'one whose review was due fails',
    aUseCase({ reviewDueAt: at(0) }),
    {
      result: 'fail',
      reason: 'review-overdue',
      severity: 'medium',
      since: at(0),
      evidence: { reviewDueAt: '2026-03-01T00:00:00.000Z' },
    },
  ],
  ['a moment before, it passes', aUseCase({ reviewDueAt: at(0, 1) }), { result: 'pass', until: at(0, 1) }],
  [
    'one approved without a cadence fails mildly until it is overdue',
    aUseCase({ reviewCadenceDays: null }),
    { result: 'fail', reason: 'no-review-cadence', severity: 'low', since: at(-100), until: at(265) },
  ],
  [
    'a draft is judged at what works for it',
    aUseCase({ status: 'draft', reviewDueAt: at(-5) }),
    { result: 'not-applicable' },
  ],
  [
    'so is one that changed after its approval',
    aUseCase({ digestMatchesApproval: false, reviewDueAt: at(-5) }),
    { result: 'not-applicable' },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ reviewDueAt: at(-1), liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ reviewDueAt: at(-1), status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ reviewDueAt: at(-1), status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
