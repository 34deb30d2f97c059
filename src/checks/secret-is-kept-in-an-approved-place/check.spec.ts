import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const good = { consumers: [{ kind: 'secret-store', locator: 'prod/app/key' }] };
const bad = { consumers: [{ kind: 'repository', locator: 'sample/app' }] };

describeCheck(check, import.meta.url, [
  ['a key in a secret store passes', aCredential(good), { result: 'pass' }],
  ['until it ends', aCredential({ ...good, expiresAt: at(5) }), { result: 'pass', until: at(5) }],
  [
    'a key in a repository fails',
    aCredential(bad),
    {
      result: 'fail',
      reason: 'forbidden-place',
      severity: 'high',
      since: at(-10),
      evidence: { places: ['repository: sample/app'] },
    },
  ],
  [
    'even if the store has it, too',
    aCredential({ consumers: [...good.consumers, ...bad.consumers], expiresAt: at(5) }),
    { result: 'fail', until: at(5) },
  ],
  [
    'one whose issue is not told fails since it was seen',
    aCredential({ ...bad, issuedAt: null }),
    { result: 'fail', since: at(-400) },
  ],
  ['where a key is kept is often not known', aCredential(), { result: 'not-evaluated' }],
  [
    'who uses it does not tell where it is kept',
    aCredential({ consumers: [{ kind: 'workload', locator: 'app' }], expiresAt: at(5) }),
    { result: 'not-evaluated', until: at(5) },
  ],
  ['a password is not a stored secret', aCredential({ ...bad, kind: 'password' }), { result: 'not-applicable' }],
  ['a federated trust has no secret', aCredential({ ...bad, kind: 'federated-trust' }), { result: 'not-applicable' }],
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
