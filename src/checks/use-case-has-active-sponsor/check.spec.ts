import { aPerson, at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['one whose sponsor is there passes', aUseCase(), { result: 'pass' }],
  [
    'it passes until the sponsor leaves',
    aUseCase({ sponsor: aPerson({ leavesAt: at(9) }) }),
    { result: 'pass', until: at(9) },
  ],
  ['a sponsor on leave comes back', aUseCase({ sponsor: aPerson({ status: 'leave' }) }), { result: 'pass' }],
  [
    'one at work without a sponsor fails',
    aUseCase({ sponsor: null }),
    { result: 'fail', reason: 'no-sponsor', severity: 'high', since: at(-100) },
  ],
  [
    'one whose sponsor left fails since then',
    aUseCase({ sponsor: aPerson({ status: 'left', leavesAt: at(-3) }) }),
    { result: 'fail', reason: 'sponsor-left', since: at(-3), evidence: { sponsor: 'Sample Person 01' } },
  ],
  [
    'a day that is not recorded tells nothing',
    aUseCase({ sponsor: aPerson({ status: 'left' }) }),
    { result: 'fail', since: at(-100) },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ sponsor: null, liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ sponsor: null, status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ sponsor: null, status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
