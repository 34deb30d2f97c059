import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const signedIn = (days: number, ms = 0) => ({
  livePasswords: 1,
  passwordLastUsedAt: at(-days, ms),
  passwordUseKnownSince: at(-400),
});
const approved = (over: object) => ({
  expectedUse: {
    pattern: 'break-glass' as const,
    nextDueAt: null,
    approvedBy: 'Sample Person 02',
    approvedUntil: null,
    ...over,
  },
});

describeCheck(check, import.meta.url, [
  ['a service without a password passes', anIdentity(), { result: 'pass' }],
  [
    'somebody signed in as a service',
    anIdentity(signedIn(1)),
    {
      result: 'fail',
      severity: 'high',
      reason: 'interactive-sign-in',
      since: at(-1),
      until: at(29),
      evidence: { passwords: 1, passwordLastUsedAt: '2026-02-28T00:00:00.000Z', otherCredentials: 1 },
    },
  ],
  [
    'a month ago, less a moment, it still counts',
    anIdentity(signedIn(30, 1)),
    { result: 'fail', reason: 'interactive-sign-in', until: at(0, 1) },
  ],
  [
    'after a month the password is only a way in',
    anIdentity(signedIn(30)),
    { result: 'fail', reason: 'can-sign-in', severity: 'medium', since: at(-400) },
  ],
  [
    'a password that was never used is a way in',
    anIdentity({ livePasswords: 1 }),
    { result: 'fail', reason: 'can-sign-in', severity: 'medium', evidence: { passwordLastUsedAt: null } },
  ],
  [
    'a sign-in that the clocks put ahead counts from now',
    anIdentity(signedIn(-1)),
    { result: 'fail', reason: 'interactive-sign-in', since: at(0) },
  ],
  ['a password that was taken away leaves nothing', anIdentity({ passwordLastUsedAt: at(-1) }), { result: 'pass' }],
  [
    'an account of a person and machines that is signed in to',
    anIdentity({ ...signedIn(1), nature: 'mixed' }),
    { result: 'fail', reason: 'person-and-machine', severity: 'medium', since: at(-400), until: at(29) },
  ],
  [
    'an account of a person and machines that nobody signs in to',
    anIdentity({ ...signedIn(30), nature: 'mixed' }),
    { result: 'fail', reason: 'person-and-machine', severity: 'low' },
  ],
  [
    'a person whose keys are gone is only a person',
    anIdentity({ ...signedIn(1), nature: 'mixed', liveProgrammaticCredentials: 0 }),
    { result: 'pass' },
  ],
  ['a mixed account without a password is only for machines', anIdentity({ nature: 'mixed' }), { result: 'pass' }],
  ['who uses it is not known', anIdentity({ ...signedIn(1), nature: 'undetermined' }), { result: 'not-evaluated' }],

  // Look-alikes.
  [
    "a person's own account is for signing in",
    anIdentity({ ...signedIn(1), nature: 'human' }),
    { result: 'not-applicable' },
  ],
  ['an emergency account is for people', anIdentity({ ...signedIn(1), ...approved({}) }), { result: 'not-applicable' }],
  [
    'as long as that is approved',
    anIdentity({ ...signedIn(1), ...approved({ approvedUntil: new Date(at(9)).toISOString() }) }),
    { result: 'not-applicable', until: at(9) },
  ],
  [
    'an emergency that nobody approved is none',
    anIdentity({ ...signedIn(1), ...approved({ approvedBy: null }) }),
    { result: 'fail', reason: 'interactive-sign-in' },
  ],
  [
    'a standby is no emergency',
    anIdentity({ ...signedIn(1), ...approved({ pattern: 'standby' }) }),
    { result: 'fail', reason: 'interactive-sign-in' },
  ],
  [
    'the root of an account is for people',
    anIdentity({ ...signedIn(1), identityKind: 'root' }),
    { result: 'not-applicable' },
  ],
  [
    'what a vendor manages is not asked of anybody',
    anIdentity({ ...signedIn(1), managedBy: 'vendor' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ ...signedIn(1), identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
]);
