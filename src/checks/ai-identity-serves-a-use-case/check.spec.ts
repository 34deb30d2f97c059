import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const ai = { aiUse: 'yes' as const };
/** The account that a console makes to hold an AI key: nobody ever stood up for it. */
const shell = { ...ai, identityName: 'BedrockAPIKey-x1y2', ownershipState: null, owner: null, liveAiCredentials: 1 };

describeCheck(check, import.meta.url, [
  ['an approved use case is enough', anIdentity({ ...ai, useCasesApproved: 1 }), { result: 'pass' }],
  [
    'one approved of two is enough',
    anIdentity({ ...ai, useCasesApproved: 1, useCasesUnapproved: 1 }),
    { result: 'pass' },
  ],
  [
    'AI without any use case fails when the grace is over',
    anIdentity({ ...ai, firstSeenAt: at(-7) }),
    { result: 'fail', severity: 'high', reason: 'no-use-case', since: at(0) },
  ],
  [
    'in the last millisecond of the grace there is still time',
    anIdentity({ ...ai, firstSeenAt: at(-7, 1) }),
    { result: 'not-applicable', until: at(0, 1) },
  ],
  [
    'a use case that nobody approved is not enough',
    anIdentity({ ...ai, useCasesUnapproved: 2 }),
    { result: 'fail', severity: 'high', reason: 'use-case-not-approved', since: at(-400), evidence: { useCases: 2 } },
  ],
  [
    'and gets no grace',
    anIdentity({ ...ai, useCasesUnapproved: 1, firstSeenAt: at(0) }),
    { result: 'fail', reason: 'use-case-not-approved' },
  ],
  [
    'an agent that serves nothing is no use case',
    anIdentity({ ...ai, agents: 1 }),
    { result: 'fail', reason: 'no-use-case', evidence: { agents: 1 } },
  ],
  [
    'what is not known to be a person is asked',
    anIdentity({ ...ai, nature: 'undetermined' }),
    { result: 'fail', reason: 'no-use-case' },
  ],

  // One fact, one finding: what nobody registered is judged at its credentials.
  ['the shell of an unregistered AI key is judged at the key', anIdentity(shell), { result: 'not-applicable' }],
  [
    'until the key ends',
    anIdentity({ ...shell, aiCredentialsEndAt: at(5) }),
    { result: 'not-applicable', until: at(5) },
  ],
  [
    'or until the grace after that',
    anIdentity({ ...shell, aiCredentialsEndAt: at(2), firstSeenAt: at(-3) }),
    { result: 'not-applicable', until: at(4) },
  ],
  [
    'a shell whose key has ended is asked itself',
    anIdentity({ ...shell, aiCredentialsEndAt: at(0) }),
    { result: 'fail', reason: 'no-use-case' },
  ],
  [
    'a proposed owner has not registered it',
    anIdentity({ ...shell, ownershipState: 'proposed' }),
    { result: 'not-applicable' },
  ],
  [
    'the same with an owner named: the owner is asked what it is for',
    anIdentity({
      ...shell,
      ownershipState: 'accepted',
      owner: { name: 'Sample Person 01', status: 'active', leavesAt: null },
    }),
    { result: 'fail', reason: 'no-use-case' },
  ],
  [
    'the same with an owner who has left',
    anIdentity({
      ...shell,
      ownershipState: 'accepted',
      owner: { name: 'Sample Person 01', status: 'left', leavesAt: at(-5) },
    }),
    { result: 'fail', reason: 'no-use-case' },
  ],
  [
    'the same with an agent: it is registered',
    anIdentity({ ...shell, agents: 1 }),
    { result: 'fail', reason: 'no-use-case' },
  ],
  [
    'the same with a use case that is not approved',
    anIdentity({ ...shell, useCasesUnapproved: 1 }),
    { result: 'fail', reason: 'use-case-not-approved' },
  ],
  [
    'without a key of its own, nobody else would say it',
    anIdentity({ ...shell, liveAiCredentials: 0 }),
    { result: 'fail', reason: 'no-use-case' },
  ],

  // Look-alikes.
  ['without AI no use case is asked for', anIdentity(), { result: 'not-applicable' }],
  ['whether it uses AI is not known', anIdentity({ aiUse: 'unknown' }), { result: 'not-evaluated' }],
  [
    'whether it uses AI does not matter where it is approved',
    anIdentity({ aiUse: 'unknown', useCasesApproved: 1 }),
    { result: 'pass' },
  ],
  ['a person who uses AI is not an AI identity', anIdentity({ ...ai, nature: 'human' }), { result: 'not-applicable' }],
  [
    "a provider's own AI is not asked of anybody",
    anIdentity({ ...ai, managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ ...ai, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  ['a group is asked through its members', anIdentity({ ...ai, identityKind: 'group' }), { result: 'not-applicable' }],
]);
