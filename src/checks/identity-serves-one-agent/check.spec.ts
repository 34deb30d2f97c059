import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const bad = { agents: 2 };

describeCheck(check, import.meta.url, [
  ['the identity of one agent passes', anIdentity({ agents: 1 }), { result: 'pass' }],
  [
    'one that two agents use fails',
    anIdentity(bad),
    { result: 'fail', reason: 'several-agents', severity: 'high', since: at(-400), evidence: { agents: 2 } },
  ],
  ['what no agent uses is not asked', anIdentity(), { result: 'not-applicable' }],
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
