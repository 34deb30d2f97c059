import { aCredential, aPerson, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

/** An AI key in an account that a console made for it. */
const shell = {
  kind: 'api-key',
  aiService: true,
  aiUse: 'yes' as const,
  identityName: 'BedrockAPIKey-x1y2',
  ownershipState: null,
  owner: null,
  tellsLastUse: false,
};

describeCheck(check, import.meta.url, [
  [
    'a key to AI that nobody registered fails',
    aCredential(shell),
    {
      result: 'fail',
      severity: 'high',
      reason: 'unregistered',
      since: at(-393),
      evidence: { identity: 'BedrockAPIKey-x1y2' },
    },
  ],
  [
    'it fails when the grace is over',
    aCredential({ ...shell, firstSeenAt: at(-7) }),
    { result: 'fail', reason: 'unregistered', since: at(0) },
  ],
  [
    'in the last millisecond of the grace there is still time',
    aCredential({ ...shell, firstSeenAt: at(-7, 1) }),
    { result: 'not-applicable', until: at(0, 1) },
  ],
  [
    'one that ends within the grace is never judged',
    aCredential({ ...shell, firstSeenAt: at(-5), expiresAt: at(2) }),
    { result: 'not-applicable' },
  ],
  [
    'one that ends after it is',
    aCredential({ ...shell, firstSeenAt: at(-5), expiresAt: at(2, 1) }),
    { result: 'not-applicable', until: at(2) },
  ],
  [
    'one that ends fails until it ends',
    aCredential({ ...shell, expiresAt: at(20) }),
    { result: 'fail', until: at(20) },
  ],
  [
    'a proposal is no registration',
    aCredential({ ...shell, ownershipState: 'proposed', owner: aPerson() }),
    { result: 'fail', reason: 'unregistered' },
  ],
  [
    'a team alone is no registration',
    aCredential({ ...shell, ownershipState: 'accepted', ownerTeam: 'Sample Team' }),
    { result: 'fail', reason: 'unregistered' },
  ],
  ['what is not known to be a person is judged', aCredential({ ...shell, nature: 'undetermined' }), { result: 'fail' }],
  ['a key whose state is not told may still work', aCredential({ ...shell, status: 'unknown' }), { result: 'fail' }],

  // The look-alike: the same key, with somebody who stands up for it.
  [
    'the same key with an owner is registered',
    aCredential({ ...shell, ownershipState: 'accepted', owner: aPerson() }),
    { result: 'pass' },
  ],
  [
    'with an owner who has yet to accept it is, too',
    aCredential({ ...shell, ownershipState: 'provisional', owner: aPerson() }),
    { result: 'pass' },
  ],
  [
    'an owner who left does not unregister it: another check says that',
    aCredential({ ...shell, ownershipState: 'accepted', owner: aPerson({ status: 'left', leavesAt: at(-5) }) }),
    { result: 'pass' },
  ],
  ['a use case registers it', aCredential({ ...shell, useCasesApproved: 1 }), { result: 'pass' }],
  [
    'a use case that is not approved registers it: another check asks for the approval',
    aCredential({ ...shell, useCasesUnapproved: 1 }),
    { result: 'pass' },
  ],
  ['an agent registers it', aCredential({ ...shell, agents: 1 }), { result: 'pass' }],
  [
    'a registered key passes until it ends',
    aCredential({ ...shell, agents: 1, expiresAt: at(20) }),
    { result: 'pass', until: at(20) },
  ],

  // Not asked.
  [
    'a key to something else is judged at its identity',
    aCredential({ ...shell, aiService: false }),
    { result: 'not-applicable' },
  ],
  ["a person's key is theirs", aCredential({ ...shell, nature: 'human' }), { result: 'not-applicable' }],
  [
    'one that is switched off opens nothing',
    aCredential({ ...shell, status: 'disabled' }),
    { result: 'not-applicable' },
  ],
  ['one that has expired opens nothing', aCredential({ ...shell, expiresAt: at(0) }), { result: 'not-applicable' }],
  [
    'one of a disabled identity opens nothing',
    aCredential({ ...shell, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'what the platform manages is not asked of anybody',
    aCredential({ ...shell, managedBy: 'platform' }),
    { result: 'not-applicable' },
  ],
]);
