import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const replaced = (days: number, ms = 0) => ({ replacedAt: at(-days, ms) });

describeCheck(check, import.meta.url, [
  ['two at once pass while consumers move', aCredential(replaced(5)), { result: 'pass', until: at(9) }],
  [
    'in the last millisecond of the overlap they pass',
    aCredential(replaced(14, 1)),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'at the end of the overlap the old one must be off',
    aCredential(replaced(14)),
    { result: 'fail', severity: 'high', reason: 'old-one-still-live', since: at(0) },
  ],
  [
    'and stays so',
    aCredential(replaced(100)),
    {
      result: 'fail',
      reason: 'old-one-still-live',
      since: at(-86),
      evidence: { overlapDays: 14, replacedAt: '2025-11-21T00:00:00.000Z' },
    },
  ],
  [
    'an old one whose state is not told may still work',
    aCredential({ ...replaced(100), status: 'unknown' }),
    { result: 'fail' },
  ],
  [
    'an old one that ends fails until it ends',
    aCredential({ ...replaced(20), expiresAt: at(10) }),
    { result: 'fail', until: at(10) },
  ],
  [
    'an old one that ends within the overlap finishes by itself',
    aCredential({ ...replaced(5), expiresAt: at(9) }),
    { result: 'pass' },
  ],
  [
    'an old one that ends just after the overlap does not',
    aCredential({ ...replaced(5), expiresAt: at(9, 1) }),
    { result: 'pass', until: at(9) },
  ],
  [
    'an old one that is switched off is finished',
    aCredential({ ...replaced(100), status: 'disabled' }),
    { result: 'pass' },
  ],
  ['an old one that has expired is finished', aCredential({ ...replaced(100), expiresAt: at(0) }), { result: 'pass' }],
  [
    'an old one of a disabled identity is finished',
    aCredential({ ...replaced(100), identityStatus: 'disabled' }),
    { result: 'pass' },
  ],

  // Look-alikes: several at once that are no rotation.
  ['a single credential is not being rotated', aCredential(), { result: 'not-applicable' }],
  [
    'two keys that are always there are no unfinished rotation',
    aCredential({ ...replaced(100), slots: 2 }),
    { result: 'not-applicable' },
  ],
  [
    'people have several tokens',
    aCredential({ ...replaced(100), kind: 'personal-access-token' }),
    { result: 'not-applicable' },
  ],
  [
    'and an SSH key for each of their machines',
    aCredential({ ...replaced(100), kind: 'ssh-key' }),
    { result: 'not-applicable' },
  ],
  [
    'a certificate stands beside its successor until it ends',
    aCredential({ ...replaced(100), kind: 'certificate' }),
    { result: 'not-applicable' },
  ],
  [
    'what the platform manages is not asked of anybody',
    aCredential({ ...replaced(100), managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  ['a client secret is judged', aCredential({ ...replaced(100), kind: 'client-secret' }), { result: 'fail' }],
  ['an API key is judged', aCredential({ ...replaced(100), kind: 'api-key' }), { result: 'fail' }],
  [
    'an organisation says itself which kinds are rotated',
    aCredential({ ...replaced(100), kind: 'ssh-key' }),
    { result: 'fail' },
    { kinds: ['ssh-key'] },
  ],
]);
