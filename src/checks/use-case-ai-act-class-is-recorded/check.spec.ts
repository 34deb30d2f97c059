import { at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['one with a class passes', aUseCase(), { result: 'pass' }],
  ['a high class is a class', aUseCase({ euAiActClass: 'high' }), { result: 'pass' }],
  [
    'one at work without a class fails',
    aUseCase({ euAiActClass: null }),
    { result: 'fail', reason: 'no-class', severity: 'medium', since: at(-100) },
  ],
  [
    'a prohibited one at work is critical',
    aUseCase({ euAiActClass: 'prohibited' }),
    { result: 'fail', reason: 'prohibited-in-use', severity: 'critical', evidence: { identities: 1 } },
  ],
  [
    'that it was rejected is no excuse while something works for it',
    aUseCase({ euAiActClass: 'prohibited', status: 'rejected' }),
    { result: 'fail', reason: 'prohibited-in-use', severity: 'critical' },
  ],
  [
    'a prohibited one that nothing works for is a thought',
    aUseCase({ euAiActClass: 'prohibited', liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ euAiActClass: null, liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ euAiActClass: null, status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ euAiActClass: null, status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
