import { anIdentity, aPerson, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const vendor = { managedBy: 'vendor' as const };
const alone = { ...vendor, ownershipState: null, owner: null };

describeCheck(check, import.meta.url, [
  ['one that somebody here answers for passes', anIdentity(vendor), { result: 'pass' }],
  [
    'until they leave',
    anIdentity({ ...vendor, owner: aPerson({ leavesAt: at(5) }) }),
    { result: 'pass', until: at(5) },
  ],
  [
    'one that nobody here answers for fails when the grace is over',
    anIdentity({ ...alone, firstSeenAt: at(-7) }),
    { result: 'fail', reason: 'no-internal-owner', severity: 'medium', since: at(0) },
  ],
  [
    'in the last millisecond there is still time',
    anIdentity({ ...alone, firstSeenAt: at(-7, 1) }),
    { result: 'not-applicable', until: at(0, 1) },
  ],
  [
    'one whose owner left fails since then',
    anIdentity({ ...vendor, owner: aPerson({ status: 'left', leavesAt: at(-2) }) }),
    { result: 'fail', reason: 'internal-owner-left', since: at(-2) },
  ],
  [
    'a day that is not recorded is the day it was seen',
    anIdentity({ ...vendor, owner: aPerson({ status: 'left' }) }),
    { result: 'fail', since: at(-400) },
  ],
  [
    'what we manage is asked elsewhere',
    anIdentity({ ownershipState: null, owner: null }),
    { result: 'not-applicable' },
  ],
  [
    'what the cloud manages for itself needs nobody',
    anIdentity({ ...alone, managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled one is out of scope',
    anIdentity({ ...alone, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
]);
