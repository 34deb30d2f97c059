import { anIdentity, aPerson, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const nobody = { ownershipState: null, owner: null, deputies: [], ownerTeam: null };

describeCheck(check, import.meta.url, [
  ['an owner who accepted is enough', anIdentity(), { result: 'pass' }],
  ['an owner who has yet to accept is named', anIdentity({ ownershipState: 'provisional' }), { result: 'pass' }],
  [
    'that an owner will leave is another question',
    anIdentity({ owner: aPerson({ leavesAt: at(1) }) }),
    { result: 'pass' },
  ],
  [
    'that an owner has left is another question',
    anIdentity({ owner: aPerson({ status: 'left', leavesAt: at(-1) }) }),
    { result: 'pass' },
  ],
  ['an owner is named, whether or not people have been read', anIdentity({ peopleKnown: false }), { result: 'pass' }],
  ['an owner beside a team is an owner', anIdentity({ ownerTeam: 'Sample Team' }), { result: 'pass' }],
  [
    'nobody named fails when the grace is over',
    anIdentity({ ...nobody, firstSeenAt: at(-7) }),
    { result: 'fail', severity: 'high', reason: 'no-owner', since: at(0) },
  ],
  [
    'in the last millisecond of the grace there is still time',
    anIdentity({ ...nobody, firstSeenAt: at(-7, 1) }),
    { result: 'not-applicable', until: at(0, 1) },
  ],
  [
    'that nobody is named shows without a people source',
    anIdentity({ ...nobody, peopleKnown: false }),
    { result: 'fail', reason: 'no-owner', since: at(-393) },
  ],
  [
    'a proposal is not an owner',
    anIdentity({ ownershipState: 'proposed' }),
    { result: 'fail', reason: 'no-owner', evidence: { proposed: 'Sample Person 01' } },
  ],
  [
    'a proposal of a team is not a team',
    anIdentity({ ...nobody, ownershipState: 'proposed', ownerTeam: 'Sample Team' }),
    { result: 'fail', reason: 'no-owner', evidence: { proposed: null } },
  ],
  [
    'a team alone is nobody',
    anIdentity({ ...nobody, ownershipState: 'accepted', ownerTeam: 'Sample Team' }),
    { result: 'fail', severity: 'high', reason: 'team-only', evidence: { team: 'Sample Team' } },
  ],
  [
    'a deputy alone stands in for nobody',
    anIdentity({ ...nobody, ownershipState: 'accepted', deputies: [aPerson()] }),
    { result: 'fail', reason: 'no-owner' },
  ],
  [
    'what is not known to be a person needs an owner',
    anIdentity({ ...nobody, nature: 'undetermined' }),
    { result: 'fail', reason: 'no-owner' },
  ],
  [
    'an account of a person and machines needs an owner',
    anIdentity({ ...nobody, nature: 'mixed' }),
    { result: 'fail', reason: 'no-owner' },
  ],
  [
    'an identity whose state is not told needs an owner',
    anIdentity({ ...nobody, identityStatus: 'unknown' }),
    { result: 'fail', reason: 'no-owner' },
  ],

  // Look-alikes.
  ["a person's own account has its owner", anIdentity({ ...nobody, nature: 'human' }), { result: 'not-applicable' }],
  [
    'what the cloud provider manages is not asked of anybody',
    anIdentity({ ...nobody, managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  [
    'what a vendor manages is not asked of anybody',
    anIdentity({ ...nobody, managedBy: 'vendor' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ ...nobody, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  ['a group does nothing itself', anIdentity({ ...nobody, identityKind: 'group' }), { result: 'not-applicable' }],
]);
