import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const secret = { kind: 'client-secret', canExpire: true };
const lasting = (days: number, ms = 0) => ({
  ...secret,
  issuedAt: at(-10),
  rotatedAt: at(-10),
  expiresAt: at(days - 10, ms),
});

describeCheck(check, import.meta.url, [
  [
    'no end is broken from the beginning',
    aCredential(secret),
    { result: 'fail', severity: 'high', reason: 'no-expiry', since: at(-10) },
  ],
  ['an end within the year passes until it comes', aCredential(lasting(100)), { result: 'pass', until: at(90) }],
  ['a leap year is a year', aCredential(lasting(366)), { result: 'pass', until: at(356) }],
  [
    'an end beyond the year counts as none',
    aCredential(lasting(366, 1)),
    {
      result: 'fail',
      severity: 'high',
      reason: 'expiry-too-far',
      since: at(-10),
      until: at(356, 1),
      evidence: { maximumLifetimeDays: 366 },
    },
  ],
  [
    'the year 9999 is no end',
    aCredential({ ...secret, expiresAt: Date.parse('9999-12-31T00:00:00Z') as never }),
    { result: 'fail', reason: 'expiry-too-far' },
  ],
  [
    'a certificate may live a year and a month',
    aCredential({ ...lasting(398), kind: 'certificate' }),
    { result: 'pass' },
  ],
  [
    'a certificate may not live longer',
    aCredential({ ...lasting(398, 1), kind: 'certificate' }),
    { result: 'fail', reason: 'expiry-too-far' },
  ],
  [
    'a signing certificate may live three years',
    aCredential({ ...lasting(1096), kind: 'signing-certificate' }),
    { result: 'pass' },
  ],
  [
    'a signing certificate may not live longer',
    aCredential({ ...lasting(1096, 1), kind: 'signing-certificate' }),
    { result: 'fail' },
  ],
  [
    'a rotation starts a new life',
    aCredential({ ...secret, issuedAt: at(-1000), rotatedAt: at(-5), expiresAt: at(100) }),
    { result: 'pass' },
  ],
  [
    'an unknown beginning leaves the length unknown',
    aCredential({ ...secret, issuedAt: null, rotatedAt: null, firstSeenAt: at(-10), expiresAt: at(100) }),
    { result: 'not-evaluated', until: at(100) },
  ],
  [
    'but what was seen so long before its end lives too long',
    aCredential({ ...secret, issuedAt: null, rotatedAt: null, firstSeenAt: at(-10), expiresAt: at(356, 1) }),
    { result: 'fail', reason: 'expiry-too-far', since: at(-10) },
  ],
  [
    'no end and no beginning is broken since it was seen',
    aCredential({ ...secret, issuedAt: null, rotatedAt: null, firstSeenAt: at(-40) }),
    { result: 'fail', reason: 'no-expiry', since: at(-40) },
  ],
  [
    'an issue in the future breaks the rule from now',
    aCredential({ ...secret, issuedAt: at(1), rotatedAt: null }),
    { result: 'fail', reason: 'no-expiry', since: at(0) },
  ],

  // Look-alikes.
  ['a platform that knows no end is not blamed', aCredential({ canExpire: false }), { result: 'not-applicable' }],
  [
    'a federated trust holds no secret that could end',
    aCredential({ ...secret, kind: 'federated-trust' }),
    { result: 'not-applicable' },
  ],
  ['a password is not made to expire', aCredential({ ...secret, kind: 'password' }), { result: 'not-applicable' }],
  [
    'one that is switched off needs no end',
    aCredential({ ...secret, status: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'one whose identity is disabled needs no end',
    aCredential({ ...secret, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  ['one that has ended had one', aCredential({ ...lasting(10) }), { result: 'not-applicable', why: 'expired' }],
  [
    'one that its source calls expired had one',
    aCredential({ ...secret, status: 'expired' }),
    { result: 'not-applicable' },
  ],
  [
    'what the platform manages is not asked of anybody',
    aCredential({ ...secret, managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
]);
