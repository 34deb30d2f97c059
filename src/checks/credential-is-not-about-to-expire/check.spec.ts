import { aCredential, at, describeCheck, type Row as RowOf } from '../sdk/testing/index.js';
import check from './check.js';

type Row = RowOf<'credential', typeof check.parameters>;

/** A client secret made a year before its end. */
const ending = (days: number, ms = 0) => ({
  kind: 'client-secret',
  canExpire: true,
  issuedAt: at(days - 365, ms),
  rotatedAt: null,
  expiresAt: at(days, ms),
});
/** A token of a certain length that ends. */
const living = (lifeDays: number, days: number, ms = 0) => ({
  ...ending(days, ms),
  kind: 'personal-access-token',
  issuedAt: at(days - lifeDays, ms),
});

describeCheck(check, import.meta.url, [
  ['an end far away passes until a month before it', aCredential(ending(100)), { result: 'pass', until: at(70) }],
  [
    'in the last millisecond before the month it passes',
    aCredential(ending(30, 1)),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'a month before the end it is time to plan',
    aCredential(ending(30)),
    { result: 'fail', reason: 'expires-soon', severity: 'low', since: at(0), until: at(16) },
  ],
  [
    'a moment before two weeks it is not worse yet',
    aCredential(ending(14, 1)),
    { result: 'fail', severity: 'low', since: at(-16, 1), until: at(0, 1) },
  ],
  [
    'two weeks before the end it is worse',
    aCredential(ending(14)),
    { result: 'fail', reason: 'expires-soon', severity: 'medium', since: at(-16), until: at(7) },
  ],
  [
    'a moment before the last week it is not urgent yet',
    aCredential(ending(7, 1)),
    { result: 'fail', severity: 'medium', until: at(0, 1) },
  ],
  [
    'in the last week it is urgent',
    aCredential(ending(7)),
    { result: 'fail', reason: 'expires-soon', severity: 'high', since: at(-23), until: at(7) },
  ],
  [
    'in the last millisecond it is urgent still',
    aCredential(ending(0, 1)),
    { result: 'fail', severity: 'high', until: at(0, 1) },
  ],
  [
    'evidence names the end, not what is left of it',
    aCredential(ending(7)),
    { evidence: { expiresAt: '2026-03-08T00:00:00.000Z', issuedAt: '2025-03-08T00:00:00.000Z', replacedAt: null } },
  ],
  ['at its end it is no longer about to expire', aCredential(ending(0)), { result: 'not-applicable', why: 'expired' }],
  [
    'a credential without an end does not end soon',
    aCredential(),
    { result: 'not-applicable', why: 'it does not expire' },
  ],
  [
    'an end a thousand years away passes like any other',
    aCredential(ending(365_000)),
    { result: 'pass', until: at(364_970) },
  ],
  ['one that is switched off may end', aCredential({ ...ending(3), status: 'disabled' }), { result: 'not-applicable' }],
  [
    'one whose identity is disabled may end',
    aCredential({ ...ending(3), identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'one whose state is not told is warned about',
    aCredential({ ...ending(3), status: 'unknown' }),
    { result: 'fail', severity: 'high' },
  ],
  [
    'what the platform renews is not asked of anybody',
    aCredential({ ...ending(3), managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  [
    'a person renews their own password',
    aCredential({ ...ending(3), kind: 'password', nature: 'human' }),
    { result: 'not-applicable' },
  ],
  [
    'the password of a machine stops it when it ends',
    aCredential({ ...ending(3), kind: 'password' }),
    { result: 'fail' },
  ],
  [
    "a person's token may run somebody's pipeline",
    aCredential({ ...living(365, 3), nature: 'human' }),
    { result: 'fail' },
  ],

  // Look-alikes: what is short-lived on purpose, and what has its successor.
  [
    'a token of a month is not warned about from its first day',
    aCredential(living(30, 29)),
    { result: 'pass', until: at(19, 864_000) },
  ],
  ['a token of a month passes before its last third', aCredential(living(30, 10)), { result: 'pass' }],
  [
    'a token of a month is warned about in its last third',
    aCredential(living(30, 9.98)),
    { result: 'fail', severity: 'low' },
  ],
  ['all warnings of a token of a month come later', aCredential(living(30, 5)), { result: 'fail', severity: 'low' }],
  ['and the last one in its last days', aCredential(living(30, 2)), { result: 'fail', severity: 'high', until: at(2) }],
  [
    'a certificate of 90 days that is renewed a month before its end is never warned about',
    aCredential({ ...living(90, 29.5), kind: 'certificate', replacedAt: at(-0.25) }),
    { result: 'not-applicable' },
  ],
  ['a week is renewed by a machine, or ends on purpose', aCredential(living(7, 1)), { result: 'not-applicable' }],
  [
    'more than a week is renewed by somebody',
    aCredential({ ...living(7, 1), issuedAt: at(-6, -1) }),
    { result: 'fail', severity: 'medium' },
  ],
  [
    'a rotation starts a new life',
    aCredential({ ...ending(20), issuedAt: at(-700), rotatedAt: at(-10) }),
    { result: 'pass' },
  ],
  [
    'an unknown beginning changes no warning',
    aCredential({ ...ending(29), issuedAt: null }),
    { result: 'fail', severity: 'low' },
  ],
  [
    'a beginning after the end changes no warning',
    aCredential({ ...ending(29), issuedAt: at(30) }),
    { result: 'fail', severity: 'low' },
  ],
  [
    'a successor made since the warning is what was asked for',
    aCredential({ ...ending(10), replacedAt: at(-20) }),
    { result: 'not-applicable' },
  ],
  [
    'one made before the warning stands beside it',
    aCredential({ ...ending(10), replacedAt: at(-20, -1) }),
    { result: 'fail', severity: 'medium' },
  ],
  [
    'another token is not its successor: people have several',
    aCredential({ ...living(365, 10), replacedAt: at(-2) }),
    { result: 'fail', severity: 'medium' },
  ],

  ...['oauth-token', 'ssh-key', 'password', 'federated-trust'].map((kind): Row => [
    `another ${kind} is not its successor either`,
    aCredential({ ...ending(10), kind, replacedAt: at(-2) }),
    { result: 'fail' },
  ]),
  [
    'a beginning at the end changes no warning',
    aCredential({ ...ending(29), issuedAt: at(29) }),
    { result: 'fail', severity: 'low' },
  ],
]);
