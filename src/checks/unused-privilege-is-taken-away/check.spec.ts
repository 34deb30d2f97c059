import type { HeldPrivilege } from '../sdk/index.js';
import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const grant = (over: Partial<HeldPrivilege>): HeldPrivilege => ({
  name: 'sample-admin',
  privilege: 'admin',
  firstSeenAt: at(-400),
  lastUsedAt: at(-1),
  useKnownSince: at(-400),
  useKnownUntil: at(0),
  ...over,
});
const bad = { heldPrivileges: [grant({ lastUsedAt: null })] };

describeCheck(check, import.meta.url, [
  ['a grant used yesterday passes', anIdentity({ heldPrivileges: [grant({})] }), { result: 'pass', until: at(89) }],
  [
    'one that was not used for 90 days fails',
    anIdentity({ heldPrivileges: [grant({ lastUsedAt: at(-90) })] }),
    {
      result: 'fail',
      reason: 'unused-privilege',
      severity: 'medium',
      since: at(0),
      until: at(2),
      evidence: {
        grants: [{ name: 'sample-admin', privilege: 'admin', lastUsedAt: '2025-12-01T00:00:00.000Z' }],
        unusedDays: 90,
      },
    },
  ],
  [
    'a moment before, it passes',
    anIdentity({ heldPrivileges: [grant({ lastUsedAt: at(-90, 1) })] }),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'one that may only write is mild',
    anIdentity({ heldPrivileges: [grant({ privilege: 'write', lastUsedAt: null })] }),
    { result: 'fail', severity: 'low', since: at(-310) },
  ],
  [
    'one of two is enough',
    anIdentity({ heldPrivileges: [grant({}), grant({ name: 'old', lastUsedAt: null })] }),
    { result: 'fail', severity: 'medium', until: at(2) },
  ],
  [
    'what was granted within a month is left alone',
    anIdentity({ heldPrivileges: [grant({ lastUsedAt: null, firstSeenAt: at(-30, 1) })] }),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'after a month it is not',
    anIdentity({ heldPrivileges: [grant({ lastUsedAt: null, firstSeenAt: at(-30) })] }),
    { result: 'fail' },
  ],
  [
    'nothing is known of its use',
    anIdentity({ heldPrivileges: [grant({ lastUsedAt: null, useKnownSince: null, useKnownUntil: null })] }),
    { result: 'not-evaluated' },
  ],
  [
    'what is known is two days old',
    anIdentity({ heldPrivileges: [grant({ lastUsedAt: null, useKnownUntil: at(-2) })] }),
    { result: 'not-evaluated' },
  ],
  [
    'a moment less is recent enough',
    anIdentity({ heldPrivileges: [grant({ lastUsedAt: null, useKnownUntil: at(-2, 1) })] }),
    { result: 'fail', until: at(0, 1) },
  ],
  [
    'the data does not reach back yet',
    anIdentity({ heldPrivileges: [grant({ lastUsedAt: null, useKnownSince: at(-89) })] }),
    { result: 'not-evaluated', until: at(1) },
  ],
  [
    'an identity that is young cannot have left it unused',
    anIdentity({ createdAt: at(-50), heldPrivileges: [grant({ lastUsedAt: null })] }),
    { result: 'pass', until: at(40) },
  ],
  ['what may only read has nothing to lose', anIdentity(), { result: 'not-applicable' }],
  [
    'of one that nothing uses it does not show what it needs',
    anIdentity({ lastUsedAt: at(-90), heldPrivileges: [grant({ lastUsedAt: null })] }),
    { result: 'not-evaluated' },
  ],
  [
    'a moment before, it does',
    anIdentity({ lastUsedAt: at(-90, 1), heldPrivileges: [grant({ lastUsedAt: null })] }),
    { result: 'fail', until: at(0, 1) },
  ],
  [
    'one on standby is meant to be idle',
    anIdentity({
      heldPrivileges: [grant({ lastUsedAt: null })],
      expectedUse: { pattern: 'standby', approvedBy: 'Sample Person 02', approvedUntil: '2026-03-09T00:00:00.000Z' },
    }),
    { result: 'not-applicable', until: at(8) },
  ],
  ["a person's own account is not asked about", anIdentity({ ...bad, nature: 'human' }), { result: 'not-applicable' }],
  [
    'what a vendor manages is not asked about',
    anIdentity({ ...bad, managedBy: 'vendor' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ ...bad, identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
]);
