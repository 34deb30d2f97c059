import { anIdentity, aPerson, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const bad = { risk: 'high' as const };
const second = (over: Parameters<typeof aPerson>[0] = {}) => aPerson({ name: 'Sample Person 02', ...over });

describeCheck(check, import.meta.url, [
  ['one of high risk with a deputy passes', anIdentity({ risk: 'high', deputies: [second()] }), { result: 'pass' }],
  [
    'one of high risk without a deputy fails',
    anIdentity(bad),
    {
      result: 'fail',
      reason: 'no-deputy',
      severity: 'low',
      since: at(-300),
      evidence: { risk: 'high', owner: 'Sample Person 01' },
    },
  ],
  ['so does one of critical risk', anIdentity({ risk: 'critical' }), { result: 'fail' }],
  [
    'it fails until the owner leaves, too',
    anIdentity({ ...bad, owner: aPerson({ leavesAt: at(5) }) }),
    { result: 'fail', until: at(5) },
  ],
  [
    'a deputy who left stands in for nobody',
    anIdentity({ ...bad, deputies: [second({ status: 'left', leavesAt: at(-2) })] }),
    { result: 'fail', since: at(-2) },
  ],
  [
    'a deputy who leaves stands in until then',
    anIdentity({ ...bad, deputies: [second({ leavesAt: at(3) })] }),
    { result: 'pass', until: at(3) },
  ],
  [
    'a deputy of an owner who leaves first passes until then',
    anIdentity({ ...bad, owner: aPerson({ leavesAt: at(2) }), deputies: [second({ leavesAt: at(3) })] }),
    { result: 'pass', until: at(2) },
  ],
  [
    'a day that is not recorded is the day it was seen',
    anIdentity({ ...bad, ownerAssignedAt: null }),
    { result: 'fail', since: at(-400) },
  ],
  ['a moderate risk needs none', anIdentity({ risk: 'moderate' }), { result: 'not-applicable' }],
  ['an unrated one neither', anIdentity({ risk: null }), { result: 'not-applicable' }],
  [
    'without an owner another check speaks',
    anIdentity({ ...bad, ownershipState: null, owner: null }),
    { result: 'not-applicable' },
  ],
  [
    'when the owner left another check speaks',
    anIdentity({ ...bad, owner: aPerson({ status: 'left' }) }),
    { result: 'not-applicable' },
  ],
  ["a person's own account is not asked about", anIdentity({ ...bad, nature: 'human' }), { result: 'not-applicable' }],
  [
    'what a vendor manages is not asked about',
    anIdentity({ ...bad, managedBy: 'vendor' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ ...bad, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
]);
