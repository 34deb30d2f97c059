import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const leaked = { knownLeaked: 'the source put it under quarantine' };

describeCheck(check, import.meta.url, [
  [
    'a leak that still works fails',
    aCredential(leaked),
    {
      result: 'fail',
      severity: 'critical',
      reason: 'reported-leaked',
      since: at(-10),
      evidence: {
        reported: 'the source put it under quarantine',
        issuedAt: '2026-02-19T00:00:00.000Z',
        expiresAt: null,
      },
    },
  ],
  [
    'a leak whose state is not told may still work',
    aCredential({ ...leaked, status: 'unknown' }),
    { result: 'fail', reason: 'reported-leaked' },
  ],
  [
    'a leak that ends fails until it ends',
    aCredential({ ...leaked, expiresAt: at(5) }),
    { result: 'fail', until: at(5) },
  ],
  [
    'a flag that says expired does not end what has not ended',
    aCredential({ ...leaked, status: 'expired', expiresAt: at(5) }),
    { result: 'fail', until: at(5) },
  ],
  [
    'a disabled identity contains it until it comes back',
    aCredential({ ...leaked, identityStatus: 'disabled' }),
    { result: 'fail', reason: 'reported-leaked', severity: 'high', evidence: { identityStatus: 'disabled' } },
  ],
  [
    'a contained leak that ends is contained until then',
    aCredential({ ...leaked, identityStatus: 'disabled', expiresAt: at(5) }),
    { result: 'fail', severity: 'high', until: at(5) },
  ],
  [
    'a leak of what a vendor manages is ours, too',
    aCredential({ ...leaked, managedBy: 'vendor', nature: 'human' }),
    { result: 'fail', reason: 'reported-leaked' },
  ],
  ['a leak that is switched off passes', aCredential({ ...leaked, status: 'disabled' }), { result: 'pass' }],
  ['a leak that has expired passes', aCredential({ ...leaked, expiresAt: at(0) }), { result: 'pass' }],
  ['a leak that its source calls expired passes', aCredential({ ...leaked, status: 'expired' }), { result: 'pass' }],
  ['that nobody reported a leak proves nothing', aCredential(), { result: 'not-applicable' }],
  [
    'it may have been out since its last rotation',
    aCredential({ ...leaked, rotatedAt: at(-3) }),
    { result: 'fail', since: at(-3) },
  ],
  [
    'or since it was issued',
    aCredential({ ...leaked, rotatedAt: null, issuedAt: at(-20) }),
    { result: 'fail', since: at(-20) },
  ],
  [
    'or since it was first seen, where that is not told',
    aCredential({ ...leaked, rotatedAt: null, issuedAt: null }),
    { result: 'fail', since: at(-400) },
  ],
  [
    'or since now, where its clock runs ahead',
    aCredential({ ...leaked, rotatedAt: at(3) }),
    { result: 'fail', since: at(0) },
  ],
]);
