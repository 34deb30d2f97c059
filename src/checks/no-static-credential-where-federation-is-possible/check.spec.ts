import { aCredential, at, describeCheck, type Row as RowOf } from '../sdk/testing/index.js';
import check from './check.js';

type Row = RowOf<'credential', typeof check.parameters>;

const federable = { federationAvailable: true };
const approved = (over: object) => ({
  expectedUse: {
    pattern: 'break-glass' as const,
    nextDueAt: null,
    approvedBy: 'Sample Person 02',
    approvedUntil: null,
    ...over,
  },
});
const iso = (days: number) => new Date(at(days)).toISOString();
/** A credential that lives so many hours, made at NOW. */
const lasting = (hours: number, ms = 0) => ({
  ...federable,
  issuedAt: at(0),
  rotatedAt: null,
  expiresAt: at(hours / 24, ms),
});

describeCheck(check, import.meta.url, [
  [
    'a stored key where federation is offered fails',
    aCredential(federable),
    {
      result: 'fail',
      severity: 'medium',
      reason: 'static-credential',
      since: at(-10),
      evidence: { issuedAt: '2026-02-19T00:00:00.000Z', expiresAt: null },
    },
  ],
  [
    'one that ends fails until it ends',
    aCredential({ ...federable, expiresAt: at(20) }),
    { result: 'fail', until: at(20) },
  ],
  [
    'one whose beginning is not told fails since it was seen',
    aCredential({ ...federable, issuedAt: null, rotatedAt: null, firstSeenAt: at(-3) }),
    { result: 'fail', since: at(-3) },
  ],
  [
    'an issue in the future breaks the rule from now',
    aCredential({ ...federable, issuedAt: at(1), rotatedAt: null }),
    { result: 'fail', since: at(0) },
  ],
  [
    'a key in the account of a person and machines fails',
    aCredential({ ...federable, nature: 'mixed' }),
    { result: 'fail' },
  ],
  ['a client secret fails', aCredential({ ...federable, kind: 'client-secret' }), { result: 'fail' }],
  ['a machine with a token fails', aCredential({ ...federable, kind: 'personal-access-token' }), { result: 'fail' }],
  ['a federated trust is the good state', aCredential({ ...federable, kind: 'federated-trust' }), { result: 'pass' }],
  [
    'a federated trust that ends is so until then',
    aCredential({ kind: 'federated-trust', expiresAt: at(5) }),
    { result: 'pass', until: at(5) },
  ],
  ['what is issued anew every day is not static', aCredential(lasting(24)), { result: 'pass', until: at(1) }],
  ['what lives longer is', aCredential(lasting(24, 1)), { result: 'fail', until: at(1, 1) }],
  [
    'an end without a beginning does not make it short-lived',
    aCredential({ ...federable, issuedAt: null, rotatedAt: null, expiresAt: at(0, 1) }),
    { result: 'fail' },
  ],
  ['who uses it is not known', aCredential({ ...federable, nature: 'undetermined' }), { result: 'not-evaluated' }],
  [
    'who uses it is not known until it ends',
    aCredential({ ...federable, nature: 'undetermined', expiresAt: at(5) }),
    { result: 'not-evaluated', until: at(5) },
  ],

  // Look-alikes.
  ['where nothing offers federation a key is all there is', aCredential(), { result: 'not-applicable' }],
  ["a person's key is another matter", aCredential({ ...federable, nature: 'human' }), { result: 'not-applicable' }],
  ['a password is another matter', aCredential({ ...federable, kind: 'password' }), { result: 'not-applicable' }],
  [
    "a certificate's key need not be readable",
    aCredential({ ...federable, kind: 'certificate' }),
    { result: 'not-applicable' },
  ],
  [
    'for emergencies it must work without the federation',
    aCredential({ ...federable, ...approved({}) }),
    { result: 'not-applicable' },
  ],
  [
    'as long as that is approved',
    aCredential({ ...federable, ...approved({ approvedUntil: iso(10) }) }),
    { result: 'not-applicable', until: at(10) },
  ],
  [
    'one for emergencies that ends before its approval is never judged',
    aCredential({ ...federable, ...approved({ approvedUntil: iso(10) }), expiresAt: at(10) }),
    { result: 'not-applicable' },
  ],
  [
    'an emergency that nobody approved is none',
    aCredential({ ...federable, ...approved({ approvedBy: null }) }),
    { result: 'fail' },
  ],
  ['a standby is no emergency', aCredential({ ...federable, ...approved({ pattern: 'standby' }) }), { result: 'fail' }],
  [
    'one that is switched off is out of scope',
    aCredential({ ...federable, status: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'a trust of a disabled identity is out of scope',
    aCredential({ kind: 'federated-trust', identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'what the platform manages is not asked of anybody',
    aCredential({ ...federable, managedBy: 'platform' }),
    { result: 'not-applicable' },
  ],

  [
    'a rotation within the day makes it short-lived',
    aCredential({ ...lasting(24), issuedAt: at(-10), rotatedAt: at(0) }),
    { result: 'pass', until: at(1) },
  ],
  ...['api-key', 'ssh-key', 'service-credential'].map((kind): Row => [
    `a stored ${kind} fails`,
    aCredential({ ...federable, kind }),
    { result: 'fail', reason: 'static-credential', severity: 'medium' },
  ]),
]);
