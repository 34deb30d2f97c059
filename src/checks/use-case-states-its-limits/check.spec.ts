import { at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['one that states all three passes', aUseCase(), { result: 'pass' }],
  [
    'one without permitted actions fails',
    aUseCase({ permittedActions: 0 }),
    { result: 'fail', reason: 'limits-not-stated', since: at(-100), evidence: { missing: ['permittedActions'] } },
  ],
  [
    'one without users of its outputs fails',
    aUseCase({ outputUsers: null }),
    { result: 'fail', evidence: { missing: ['outputUsers'] } },
  ],
  [
    'one without an objective fails',
    aUseCase({ controlObjective: null }),
    { result: 'fail', evidence: { missing: ['controlObjective'] } },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ permittedActions: 0, liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ permittedActions: 0, status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ permittedActions: 0, status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
