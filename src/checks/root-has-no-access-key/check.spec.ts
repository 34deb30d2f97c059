import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const root = { isRoot: true, identityKind: 'root', nature: 'human' as const };

describeCheck(check, import.meta.url, [
  [
    'a key of the root fails since it was made',
    aCredential(root),
    {
      result: 'fail',
      severity: 'critical',
      reason: 'root-key',
      since: at(-10),
      evidence: { key: 'AKIA...0001', kind: 'access-key' },
    },
  ],
  [
    'a key whose beginning is not told fails since it was seen',
    aCredential({ ...root, issuedAt: null }),
    { result: 'fail', reason: 'root-key', since: at(-400) },
  ],
  ['a key made in the future fails now', aCredential({ ...root, issuedAt: at(1) }), { result: 'fail', since: at(0) }],
  [
    'a signing certificate of the root is a key',
    aCredential({ ...root, kind: 'signing-certificate' }),
    { result: 'fail', reason: 'root-key' },
  ],
  ['a key that is used every day is no better', aCredential({ ...root, lastUsedAt: at(0) }), { result: 'fail' }],
  ['a key whose state is not told may still work', aCredential({ ...root, status: 'unknown' }), { result: 'fail' }],
  ['one that ends fails until it ends', aCredential({ ...root, expiresAt: at(5) }), { result: 'fail', until: at(5) }],
  ['one that is switched off passes', aCredential({ ...root, status: 'disabled' }), { result: 'pass' }],
  ['one that has ended passes', aCredential({ ...root, expiresAt: at(0) }), { result: 'pass' }],
  ['the root must have its password', aCredential({ ...root, kind: 'password' }), { result: 'not-applicable' }],
  [
    'a key of an administrator is not one of the root',
    aCredential({ privilege: 'admin' }),
    { result: 'not-applicable' },
  ],

  ['a trust of the root is not a key', aCredential({ ...root, kind: 'federated-trust' }), { result: 'not-applicable' }],
]);
