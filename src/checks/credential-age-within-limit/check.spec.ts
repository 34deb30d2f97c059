import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const aged = (days: number, ms = 0) => ({ issuedAt: at(-days, ms), rotatedAt: at(-days, ms) });

describeCheck(check, import.meta.url, [
  ['a young key passes until it is too old', aCredential(aged(10)), { result: 'pass', until: at(80) }],
  ['a key in its last millisecond passes', aCredential(aged(90, 1)), { result: 'pass', until: at(0, 1) }],
  [
    'a key is too old the moment it reaches the limit',
    aCredential(aged(90)),
    { result: 'fail', reason: 'too-old', since: at(0), until: at(90) },
  ],
  [
    'a key long past the limit is worse',
    aCredential(aged(180)),
    { result: 'fail', reason: 'too-old', severity: 'critical', since: at(-90) },
  ],
  ['a key not yet long past the limit is not worse', aCredential(aged(180, 1)), { result: 'fail', until: at(0, 1) }],
  [
    'a rotation starts the time anew',
    aCredential({ issuedAt: at(-300), rotatedAt: at(-5), rotatedBasis: 'source' }),
    { result: 'pass', until: at(85) },
  ],
  [
    'a certificate may live longer',
    aCredential({ kind: 'certificate', ...aged(100) }),
    { result: 'pass', until: at(265) },
  ],
  [
    'a key that expires before it is too old passes until it expires',
    aCredential({ ...aged(10), expiresAt: at(20) }),
    { result: 'pass', until: at(20) },
  ],
  [
    'an old key fails only as long as it lives',
    aCredential({ ...aged(100), expiresAt: at(20) }),
    { result: 'fail', until: at(20) },
  ],
  [
    'a very old key that ends fails until it ends',
    aCredential({ ...aged(400), expiresAt: at(20) }),
    { result: 'fail', severity: 'critical', until: at(20) },
  ],
  ['an expired key has no age to judge', aCredential({ ...aged(400), expiresAt: at(0) }), { result: 'not-applicable' }],
  [
    'a key switched off is out of scope',
    aCredential({ ...aged(400), status: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'a federated trust has nothing to rotate',
    aCredential({ kind: 'federated-trust', ...aged(400) }),
    { result: 'not-applicable' },
  ],
  [
    'a key of a disabled identity is out of scope',
    aCredential({ ...aged(400), identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'a key the provider manages is not ours to rotate',
    aCredential({ ...aged(400), managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  [
    'a key its source calls expired without a date is out of scope',
    aCredential({ ...aged(400), status: 'expired' }),
    { result: 'not-applicable' },
  ],
  [
    'an unknown age is unknown only until it expires',
    aCredential({ issuedAt: null, rotatedAt: null, expiresAt: at(20) }),
    { result: 'not-evaluated', until: at(20) },
  ],
  ['an unknown age is not a pass', aCredential({ issuedAt: null, rotatedAt: null }), { result: 'not-evaluated' }],
]);
