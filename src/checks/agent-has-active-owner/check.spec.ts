import { anAgent, aPerson, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['an agent whose owner is there passes', anAgent(), { result: 'pass' }],
  [
    'it passes until the owner leaves',
    anAgent({ owner: aPerson({ leavesAt: at(9) }) }),
    { result: 'pass', until: at(9) },
  ],
  ['an owner on leave comes back', anAgent({ owner: aPerson({ status: 'leave' }) }), { result: 'pass' }],
  [
    'an agent without an owner fails',
    anAgent({ owner: null }),
    { result: 'fail', reason: 'no-owner', severity: 'high', since: at(-100) },
  ],
  [
    'one whose owner left fails since then',
    anAgent({ owner: aPerson({ status: 'left', leavesAt: at(-3) }) }),
    { result: 'fail', reason: 'owner-left', since: at(-3) },
  ],
  [
    'a day that is not recorded tells nothing',
    anAgent({ owner: aPerson({ status: 'left' }) }),
    { result: 'fail', since: at(-100) },
  ],
]);
