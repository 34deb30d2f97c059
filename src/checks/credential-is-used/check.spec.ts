import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

/** A key made 300 days ago, of a source whose usage data covers all of that. */
const old = { issuedAt: at(-300), rotatedAt: at(-300), useKnownSince: at(-400), useKnownUntil: at(0) };
const usedAt = (days: number, ms = 0) => ({ ...old, lastUsedAt: at(-days, ms) });
const never = { ...old, lastUsedAt: null };
const approved = (over: object) => ({
  expectedUse: {
    pattern: 'seasonal' as const,
    nextDueAt: null,
    approvedBy: 'Sample Person 02',
    approvedUntil: null,
    ...over,
  },
});
const iso = (days: number) => new Date(at(days)).toISOString();

describeCheck(check, import.meta.url, [
  ['a use yesterday passes until it is too long ago', aCredential(usedAt(1)), { result: 'pass', until: at(89) }],
  ['a use in the last millisecond of the time passes', aCredential(usedAt(90, 1)), { result: 'pass', until: at(0, 1) }],
  [
    'no use in the time fails',
    aCredential(usedAt(90)),
    {
      result: 'fail',
      severity: 'medium',
      reason: 'unused',
      since: at(0),
      until: at(2),
      evidence: { lastUsedAt: '2025-12-01T00:00:00.000Z', idleDays: 90 },
    },
  ],
  [
    'idle a moment short of half a year is not worse yet',
    aCredential({ ...usedAt(180, 1) }),
    { result: 'fail', severity: 'medium', since: at(-90, 1), until: at(0, 1) },
  ],
  [
    'idle for half a year is worse',
    aCredential(usedAt(180)),
    { result: 'fail', reason: 'unused', severity: 'high', since: at(-90), until: at(2) },
  ],
  [
    'never used fails since it could have been',
    aCredential(never),
    { result: 'fail', reason: 'unused', severity: 'high', since: at(-210), evidence: { lastUsedAt: null } },
  ],
  [
    'an idle one that ends fails until it ends',
    aCredential({ ...usedAt(100), expiresAt: at(1) }),
    { result: 'fail', until: at(1) },
  ],
  [
    'a very idle one that ends fails until it ends',
    aCredential({ ...usedAt(200), expiresAt: at(1) }),
    { result: 'fail', severity: 'high', until: at(1) },
  ],
  [
    'a used one that ends passes until it ends',
    aCredential({ ...usedAt(1), expiresAt: at(1) }),
    { result: 'pass', until: at(1) },
  ],
  [
    'one whose state is not told may still work',
    aCredential({ ...usedAt(100), status: 'unknown' }),
    { result: 'fail' },
  ],
  ['an unused key of a person is one too', aCredential({ ...usedAt(100), nature: 'human' }), { result: 'fail' }],

  // What the usage data covers.
  [
    'data that is two days old still counts',
    aCredential({ ...usedAt(100), useKnownUntil: at(-2, 1) }),
    { result: 'fail', reason: 'unused', until: at(0, 1) },
  ],
  [
    'older data says nothing about now',
    aCredential({ ...usedAt(100), useKnownUntil: at(-2) }),
    { result: 'not-evaluated' },
  ],
  [
    'older data that ends says nothing until it ends',
    aCredential({ ...usedAt(100), useKnownUntil: at(-2), expiresAt: at(5) }),
    { result: 'not-evaluated', until: at(5) },
  ],
  [
    'no data is not idleness',
    aCredential({ ...never, useKnownSince: null, useKnownUntil: null }),
    { result: 'not-evaluated' },
  ],
  ['data without a beginning is no data', aCredential({ ...never, useKnownSince: null }), { result: 'not-evaluated' }],
  ['data without an end is no data', aCredential({ ...never, useKnownUntil: null }), { result: 'not-evaluated' }],
  [
    'a recorded use is a use, whatever the data covers',
    aCredential({ ...usedAt(1), useKnownSince: null, useKnownUntil: null }),
    { result: 'pass', until: at(89) },
  ],
  [
    'a recorded use is a use, however old the data',
    aCredential({ ...usedAt(1), useKnownUntil: at(-50) }),
    { result: 'pass', until: at(89) },
  ],
  [
    'data that does not reach back far enough says nothing yet',
    aCredential({ ...never, useKnownSince: at(-89), useKnownUntil: at(0) }),
    { result: 'not-evaluated', until: at(1) },
  ],
  [
    'data that reaches back just far enough does',
    aCredential({ ...never, useKnownSince: at(-90) }),
    { result: 'fail', since: at(-210) },
  ],
  [
    'idle for long by what is recorded, and for long enough by what the data covers',
    aCredential({ ...usedAt(200), useKnownSince: at(-180) }),
    { result: 'fail', severity: 'high', since: at(-110) },
  ],
  [
    'a use from before the data began does not say how long it has been idle',
    aCredential({ ...usedAt(200), useKnownSince: at(-100) }),
    { result: 'fail', reason: 'unused', severity: 'medium', since: at(-110) },
  ],

  // Age.
  [
    'a young one cannot have been idle so long',
    aCredential({ ...never, issuedAt: at(-89), rotatedAt: null }),
    { result: 'not-applicable', until: at(1) },
  ],
  [
    'a young one that ends before that is never judged',
    aCredential({ ...never, issuedAt: at(-10), rotatedAt: null, expiresAt: at(20) }),
    { result: 'not-applicable' },
  ],
  [
    'a young one without usage data is still young',
    aCredential({ issuedAt: at(-10), rotatedAt: null, lastUsedAt: null, useKnownSince: null, useKnownUntil: null }),
    { result: 'not-applicable', until: at(80) },
  ],
  [
    'a rotation makes it young again',
    aCredential({ ...never, rotatedAt: at(-5) }),
    { result: 'not-applicable', until: at(85) },
  ],
  [
    'an age that is not told is at least the time we have seen it',
    aCredential({ ...never, issuedAt: null, rotatedAt: null, firstSeenAt: at(-90) }),
    { result: 'fail', since: at(0), evidence: { issuedAt: null } },
  ],
  [
    'seen for less than that, its age is unknown',
    aCredential({ ...never, issuedAt: null, rotatedAt: null, firstSeenAt: at(-89) }),
    { result: 'not-evaluated', until: at(1), missing: 'its age is not told, and it has not been seen for so long' },
  ],

  // Look-alikes: needed though idle.
  [
    'idle until the season is approved',
    aCredential({ ...usedAt(200), ...approved({ nextDueAt: iso(30) }) }),
    { result: 'not-applicable', until: at(37) },
  ],
  [
    'a week after it was due it may still come',
    aCredential({ ...usedAt(200), ...approved({ pattern: 'scheduled', nextDueAt: iso(-7 + 1 / 86_400_000) }) }),
    { result: 'not-applicable', until: at(0, 1) },
  ],
  [
    'after that nothing excuses it',
    aCredential({ ...usedAt(200), ...approved({ nextDueAt: iso(-7) }) }),
    { result: 'fail', reason: 'unused' },
  ],
  [
    'an approval that ends excuses until then',
    aCredential({ ...usedAt(200), ...approved({ pattern: 'standby', approvedUntil: iso(10) }) }),
    { result: 'not-applicable', until: at(10) },
  ],
  [
    'an approval that has ended does not',
    aCredential({ ...usedAt(200), ...approved({ pattern: 'standby', approvedUntil: iso(0) }) }),
    { result: 'fail' },
  ],
  [
    'the end of the approval comes before the season',
    aCredential({ ...usedAt(200), ...approved({ nextDueAt: iso(30), approvedUntil: iso(10) }) }),
    { result: 'not-applicable', until: at(10) },
  ],
  [
    'break-glass waits for an emergency, not for a date',
    aCredential({ ...usedAt(200), ...approved({ pattern: 'break-glass', nextDueAt: iso(-50) }) }),
    { result: 'not-applicable' },
  ],
  [
    'a standby that ends before its approval is never judged',
    aCredential({ ...usedAt(200), ...approved({ pattern: 'standby', approvedUntil: iso(10) }), expiresAt: at(5) }),
    { result: 'not-applicable' },
  ],
  [
    'an approved standby needs no usage data',
    aCredential({ ...never, useKnownSince: null, useKnownUntil: null, ...approved({ pattern: 'standby' }) }),
    { result: 'not-applicable' },
  ],
  [
    'an expectation that nobody approved excuses nothing',
    aCredential({ ...usedAt(200), ...approved({ approvedBy: null }) }),
    { result: 'fail' },
  ],
  [
    'an expectation without an approver at all excuses nothing',
    aCredential({ ...usedAt(200), expectedUse: { pattern: 'standby' } }),
    { result: 'fail' },
  ],
  [
    'what should be used all the time has no excuse',
    aCredential({ ...usedAt(200), ...approved({ pattern: 'continuous' }) }),
    { result: 'fail' },
  ],
  [
    'a date that nobody can read excuses nothing',
    aCredential({ ...usedAt(200), ...approved({ approvedUntil: 'next spring' }) }),
    { result: 'fail' },
  ],
  [
    'who is used passes, expected or not',
    aCredential({ ...usedAt(1), ...approved({ pattern: 'standby' }) }),
    { result: 'pass', until: at(89) },
  ],

  // Not asked.
  [
    'a platform that tells no use is not blamed',
    aCredential({ ...never, tellsLastUse: false }),
    { result: 'not-applicable' },
  ],
  ['one that is switched off may be idle', aCredential({ ...never, status: 'disabled' }), { result: 'not-applicable' }],
  [
    'one of a disabled identity may be idle',
    aCredential({ ...never, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  ['one that has expired may be idle', aCredential({ ...never, expiresAt: at(0) }), { result: 'not-applicable' }],
  [
    'what the platform manages is not asked of anybody',
    aCredential({ ...never, managedBy: 'vendor' }),
    { result: 'not-applicable' },
  ],
  [
    "the root's password waits for an emergency",
    aCredential({ ...never, kind: 'password', nature: 'human', isRoot: true }),
    { result: 'not-applicable' },
  ],
  ['a key of the root does not', aCredential({ ...never, nature: 'human', isRoot: true }), { result: 'fail' }],
  [
    "a machine's password is judged at its identity",
    aCredential({ ...never, kind: 'password' }),
    { result: 'not-applicable' },
  ],
  [
    "a mixed account's password is judged at its identity",
    aCredential({ ...never, kind: 'password', nature: 'mixed' }),
    { result: 'not-applicable' },
  ],
  [
    "a person's password is judged here",
    aCredential({ ...never, kind: 'password', nature: 'human' }),
    { result: 'fail' },
  ],
  [
    'the password of who knows whom is judged here',
    aCredential({ ...never, kind: 'password', nature: 'undetermined' }),
    { result: 'fail' },
  ],

  [
    'data that does not reach back far enough says nothing until it ends',
    aCredential({ ...never, useKnownSince: at(-50), expiresAt: at(5) }),
    { result: 'not-evaluated', until: at(5), missing: 'usage data does not reach back 90 days yet' },
  ],
]);
