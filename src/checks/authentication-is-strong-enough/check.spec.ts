import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const bad = { kind: 'api-key', risk: 'high' as const };

describeCheck(check, import.meta.url, [
  ['an access key signs', aCredential({ risk: 'critical' }), { result: 'pass' }],
  ['until it ends', aCredential({ risk: 'critical', expiresAt: at(5) }), { result: 'pass', until: at(5) }],
  ['a bearer key at moderate risk passes', aCredential({ kind: 'api-key' }), { result: 'pass' }],
  [
    'at high risk it fails',
    aCredential(bad),
    {
      result: 'fail',
      reason: 'bearer-secret-at-high-risk',
      severity: 'medium',
      since: at(-10),
      evidence: { kind: 'api-key', risk: 'high' },
    },
  ],
  ['it fails until it ends', aCredential({ ...bad, expiresAt: at(5) }), { result: 'fail', until: at(5) }],
  [
    'one whose issue is not told fails since it was seen',
    aCredential({ ...bad, issuedAt: null }),
    { result: 'fail', since: at(-400) },
  ],
  [
    'a name and a password fail at any risk',
    aCredential({ kind: 'service-credential', risk: 'low' }),
    { result: 'fail', reason: 'basic-authentication' },
  ],
  [
    'how much risk a bearer key carries is not known',
    aCredential({ kind: 'api-key', risk: null }),
    { result: 'not-evaluated' },
  ],
  ['a federated trust is as good as it gets', aCredential({ kind: 'federated-trust', risk: null }), { result: 'pass' }],
  [
    'where federation is at hand another check says so',
    aCredential({ ...bad, federationAvailable: true }),
    { result: 'not-applicable' },
  ],
  [
    'to a person nothing of the kind is at hand',
    aCredential({ ...bad, federationAvailable: true, nature: 'human' }),
    { result: 'fail' },
  ],
  ['a password is another matter', aCredential({ kind: 'password', risk: 'high' }), { result: 'not-applicable' }],
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
