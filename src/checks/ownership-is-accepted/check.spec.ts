import { anIdentity, aPerson, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const bad = { ownershipState: 'provisional' as const, ownerAssignedAt: at(-100) };

describeCheck(check, import.meta.url, [
  ['an accepted ownership passes', anIdentity(), { result: 'pass' }],
  [
    'one that nobody accepted in two weeks fails',
    anIdentity({ ...bad, ownerAssignedAt: at(-14) }),
    {
      result: 'fail',
      reason: 'not-accepted',
      severity: 'medium',
      since: at(0),
      evidence: { owner: 'Sample Person 01' },
    },
  ],
  [
    'in the last millisecond there is still time',
    anIdentity({ ...bad, ownerAssignedAt: at(-14, 1) }),
    { result: 'not-applicable', until: at(0, 1) },
  ],
  [
    'an owner who goes before the time is up is never asked',
    anIdentity({ ...bad, ownerAssignedAt: at(-10), owner: aPerson({ leavesAt: at(4) }) }),
    { result: 'not-applicable' },
  ],
  [
    'one who goes later fails until then',
    anIdentity({ ...bad, owner: aPerson({ leavesAt: at(4) }) }),
    { result: 'fail', until: at(4) },
  ],
  [
    'an owner who left is another matter',
    anIdentity({ ...bad, owner: aPerson({ status: 'left', leavesAt: at(-4) }) }),
    { result: 'not-applicable' },
  ],
  [
    'where nobody is named nobody can accept',
    anIdentity({ ownershipState: null, owner: null }),
    { result: 'not-applicable' },
  ],
  ['a proposal names nobody', anIdentity({ ...bad, ownershipState: 'proposed' }), { result: 'not-applicable' }],
  [
    'a day that is not recorded is the day it was seen',
    anIdentity({ ...bad, ownerAssignedAt: null, firstSeenAt: at(-20) }),
    { result: 'fail', since: at(-6) },
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
