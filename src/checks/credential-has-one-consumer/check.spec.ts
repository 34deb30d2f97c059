import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const one = { kind: 'workload', locator: 'a' };
const bad = { consumers: [one, { kind: 'workload', locator: 'b' }] };

describeCheck(check, import.meta.url, [
  ['a key that one workload uses passes', aCredential({ consumers: [one] }), { result: 'pass' }],
  ['until it ends', aCredential({ consumers: [one], expiresAt: at(5) }), { result: 'pass', until: at(5) }],
  [
    'a key that two workloads use fails',
    aCredential(bad),
    {
      result: 'fail',
      reason: 'several-consumers',
      severity: 'medium',
      since: at(-10),
      evidence: { consumers: ['workload: a', 'workload: b'] },
    },
  ],
  ['it fails until it ends', aCredential({ ...bad, expiresAt: at(5) }), { result: 'fail', until: at(5) }],
  [
    'one whose issue is not told fails since it was seen',
    aCredential({ ...bad, issuedAt: null }),
    { result: 'fail', since: at(-400) },
  ],
  [
    'a workload and the store it reads from are one use',
    aCredential({
      consumers: [one, { kind: 'secret-store', locator: 'prod/a' }, { kind: 'secret-store', locator: 'prod/b' }],
    }),
    { result: 'pass' },
  ],
  [
    'several hosts may be one service',
    aCredential({
      consumers: [
        { kind: 'host', locator: 'a' },
        { kind: 'host', locator: 'b' },
      ],
    }),
    { result: 'not-evaluated' },
  ],
  ['who uses it is often not known', aCredential({ expiresAt: at(5) }), { result: 'not-evaluated', until: at(5) }],
  [
    'what several agents share is judged at the identity',
    aCredential({ ...bad, agents: 2 }),
    { result: 'not-applicable' },
  ],
  [
    'one that is switched off is out of scope',
    aCredential({ ...bad, status: 'disabled' }),
    { result: 'not-applicable' },
  ],
  ['one that has expired is out of scope', aCredential({ ...bad, expiresAt: at(0) }), { result: 'not-applicable' }],
  [
    'what a vendor manages is not asked about',
    aCredential({ ...bad, managedBy: 'vendor' }),
    { result: 'not-applicable' },
  ],
]);
