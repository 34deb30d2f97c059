import { at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['a low risk confirmed 100 days ago passes for the rest of the year', aUseCase(), { result: 'pass', until: at(265) }],
  [
    'an unrated one at work fails',
    aUseCase({ riskLevel: null }),
    { result: 'fail', reason: 'unrated', severity: 'high', since: at(-100) },
  ],
  [
    'a high risk confirmed 90 days ago is too old',
    aUseCase({ riskLevel: 'high', approvedAt: at(-90) }),
    { result: 'fail', reason: 'rating-too-old', severity: 'medium', since: at(0) },
  ],
  [
    'and passes until then',
    aUseCase({ riskLevel: 'high', approvedAt: at(-90, 1) }),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'a critical one is asked as often',
    aUseCase({ riskLevel: 'critical', approvedAt: at(-91) }),
    { result: 'fail', since: at(-1) },
  ],
  [
    'a moderate one twice a year',
    aUseCase({ riskLevel: 'moderate', approvedAt: at(-179) }),
    { result: 'pass', until: at(1) },
  ],
  [
    'one that was never approved was rated when it was written down',
    aUseCase({ approvedAt: null, createdAt: at(-400), status: 'draft' }),
    { result: 'fail', reason: 'rating-too-old', since: at(-35) },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ riskLevel: null, liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ riskLevel: null, status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ riskLevel: null, status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
