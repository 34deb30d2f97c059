import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

/** A role: nothing of it tells its own use, so the role itself is judged. */
const role = { identityKind: 'role', liveCredentials: 0, liveCredentialsTellingUse: 0, liveProgrammaticCredentials: 0 };
const usedAt = (days: number, ms = 0) => ({ ...role, lastUsedAt: at(-days, ms) });
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
  ['a use yesterday passes until it is too long ago', anIdentity(usedAt(1)), { result: 'pass', until: at(89) }],
  ['a use in the last millisecond of the time passes', anIdentity(usedAt(90, 1)), { result: 'pass', until: at(0, 1) }],
  [
    'no use in the time fails',
    anIdentity(usedAt(90)),
    { result: 'fail', severity: 'medium', reason: 'unused', since: at(0), until: at(2) },
  ],
  [
    'idle a moment short of half a year is not worse yet',
    anIdentity(usedAt(180, 1)),
    { result: 'fail', severity: 'medium', until: at(0, 1) },
  ],
  [
    'idle for half a year is worse',
    anIdentity(usedAt(180)),
    { result: 'fail', reason: 'unused', severity: 'high', until: at(2) },
  ],
  [
    'never used fails since it could have been',
    anIdentity({ ...role, lastUsedAt: null }),
    {
      result: 'fail',
      reason: 'unused',
      severity: 'high',
      since: at(-310),
      evidence: { lastUsedAt: null, createdAt: '2025-01-25T00:00:00.000Z', idleDays: 90 },
    },
  ],
  [
    'what is not known to be a person is judged',
    anIdentity({ ...usedAt(100), nature: 'undetermined' }),
    { result: 'fail' },
  ],
  [
    'an identity whose state is not told may still work',
    anIdentity({ ...usedAt(100), identityStatus: 'unknown' }),
    { result: 'fail' },
  ],

  // Where its credentials tell more.
  [
    'credentials that tell their use are judged instead',
    anIdentity({ ...usedAt(100), liveCredentials: 1, liveCredentialsTellingUse: 1 }),
    { result: 'not-applicable' },
  ],
  [
    'until the last of them ends',
    anIdentity({ ...usedAt(100), liveCredentials: 1, liveCredentialsTellingUse: 1, credentialsTellingUseEndAt: at(5) }),
    { result: 'not-applicable', until: at(5) },
    { maximumUsageLagHours: 1000 },
  ],
  [
    'and from then on it is judged by itself',
    anIdentity({
      ...usedAt(100),
      liveCredentials: 1,
      liveCredentialsTellingUse: 1,
      credentialsTellingUseEndAt: at(-3),
    }),
    { result: 'fail', reason: 'unused', since: at(-3) },
  ],
  [
    'an end of credentials that do not count delays nothing',
    anIdentity({ ...usedAt(100), credentialsTellingUseEndAt: at(5) }),
    { result: 'fail', since: at(-10) },
  ],
  [
    'credentials that tell nothing do not spare it',
    anIdentity({ ...usedAt(100), liveCredentials: 2 }),
    { result: 'fail', reason: 'unused' },
  ],

  // What the usage data covers.
  [
    'data that is two days old still counts',
    anIdentity({ ...usedAt(100), useKnownUntil: at(-2, 1) }),
    { result: 'fail', until: at(0, 1) },
  ],
  [
    'older data says nothing about now',
    anIdentity({ ...usedAt(100), useKnownUntil: at(-2) }),
    { result: 'not-evaluated' },
  ],
  [
    'no data is not idleness',
    anIdentity({ ...role, lastUsedAt: null, useKnownSince: null, useKnownUntil: null }),
    { result: 'not-evaluated' },
  ],
  [
    'a recorded use is a use, whatever the data covers',
    anIdentity({ ...usedAt(1), useKnownSince: null, useKnownUntil: null }),
    { result: 'pass', until: at(89) },
  ],
  [
    'data that does not reach back far enough says nothing yet',
    anIdentity({ ...role, lastUsedAt: null, useKnownSince: at(-89) }),
    { result: 'not-evaluated', until: at(1), missing: 'usage data does not reach back 90 days yet' },
  ],
  [
    'a young identity cannot have been idle so long',
    anIdentity({ ...role, lastUsedAt: null, createdAt: at(-89) }),
    { result: 'not-applicable', until: at(1) },
  ],
  [
    'an age that is not told is at least the time we have seen it',
    anIdentity({ ...role, lastUsedAt: null, createdAt: null, firstSeenAt: at(-90) }),
    { result: 'fail', since: at(0) },
  ],
  [
    'seen for less than that, its age is unknown',
    anIdentity({ ...role, lastUsedAt: null, createdAt: null, firstSeenAt: at(-89) }),
    { result: 'not-evaluated', until: at(1), missing: 'its age is not told, and it has not been seen for so long' },
  ],

  // Look-alikes: needed though idle.
  [
    'what is awaited is judged by whether it comes',
    anIdentity({ ...usedAt(200), ...approved({ nextDueAt: iso(30) }) }),
    { result: 'not-applicable', why: 'whether it is used as expected is judged by itself' },
  ],
  [
    'so is what was awaited and did not come',
    anIdentity({ ...usedAt(200), ...approved({ nextDueAt: iso(-70) }) }),
    { result: 'not-applicable' },
  ],
  [
    'so is what should run all the time',
    anIdentity({ ...usedAt(200), ...approved({ pattern: 'continuous', approvedUntil: iso(9) }) }),
    { result: 'not-applicable', until: at(9) },
  ],
  [
    'once it is approved no longer it is idle like everything else',
    anIdentity({ ...usedAt(200), ...approved({ nextDueAt: iso(30), approvedUntil: iso(0) }) }),
    { result: 'fail', reason: 'unused' },
  ],
  [
    'a season without a date is no excuse for ever',
    anIdentity({ ...usedAt(200), ...approved({ approvedUntil: iso(5) }) }),
    { result: 'not-applicable', why: 'approved to be idle now', until: at(5) },
  ],
  [
    'a role for emergencies waits for one',
    anIdentity({ ...usedAt(300), ...approved({ pattern: 'break-glass' }) }),
    { result: 'not-applicable' },
  ],
  [
    'an expectation that nobody approved excuses nothing',
    anIdentity({ ...usedAt(200), ...approved({ approvedBy: null }) }),
    { result: 'fail' },
  ],

  // Not asked.
  [
    'what the cloud provider made is its own affair',
    anIdentity({ ...usedAt(300), managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity may be idle',
    anIdentity({ ...usedAt(300), identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'a person on leave is no idle service',
    anIdentity({ ...usedAt(300), nature: 'human' }),
    { result: 'not-applicable' },
  ],
  ['a group does nothing itself', anIdentity({ ...usedAt(300), identityKind: 'group' }), { result: 'not-applicable' }],
  [
    'the root of an account should be idle',
    anIdentity({ ...usedAt(300), identityKind: 'root' }),
    { result: 'not-applicable' },
  ],
  [
    'idle for half a year counts from when it was judged at all',
    anIdentity({
      ...usedAt(300),
      liveCredentials: 1,
      liveCredentialsTellingUse: 1,
      credentialsTellingUseEndAt: at(-3),
    }),
    { result: 'fail', severity: 'medium', since: at(-3) },
  ],
]);
