import { aCredential, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const ended = (days: number, ms = 0) => ({ kind: 'client-secret', canExpire: true, expiresAt: at(days, ms) });

describeCheck(check, import.meta.url, [
  [
    'what has not ended passes until its source had time to say so',
    aCredential(ended(10)),
    { result: 'pass', until: at(11) },
  ],
  ['a source may be a day late', aCredential(ended(-1, 1)), { result: 'pass', until: at(0, 1) }],
  [
    'after a day, active means that it still works',
    aCredential(ended(-1)),
    {
      result: 'fail',
      severity: 'medium',
      reason: 'expired-but-active',
      since: at(-1),
      evidence: { expiresAt: '2026-02-28T00:00:00.000Z' },
    },
  ],
  ['however long ago', aCredential(ended(-3000)), { result: 'fail', reason: 'expired-but-active', since: at(-3000) }],
  ['one that its source calls expired is off', aCredential({ ...ended(-10), status: 'expired' }), { result: 'pass' }],
  ['one that was switched off is off', aCredential({ ...ended(-10), status: 'disabled' }), { result: 'pass' }],
  [
    'a state that is not told is not a pass',
    aCredential({ ...ended(-10), status: 'unknown' }),
    { result: 'not-evaluated' },
  ],
  [
    'a state that is not told matters only after the end',
    aCredential({ ...ended(10), status: 'unknown' }),
    { result: 'pass', until: at(11) },
  ],
  ['without an end there is nothing to enforce', aCredential(), { result: 'not-applicable' }],
  [
    'a disabled identity cannot use it',
    aCredential({ ...ended(-10), identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'what the platform manages is not asked of anybody',
    aCredential({ ...ended(-10), managedBy: 'platform' }),
    { result: 'not-applicable' },
  ],
]);
