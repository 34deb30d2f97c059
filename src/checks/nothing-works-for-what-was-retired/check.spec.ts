import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const bad = { retiredPurposes: 1, lastRetiredAt: at(-1) };

describeCheck(check, import.meta.url, [
  [
    'what served only what was retired a day ago fails',
    anIdentity(bad),
    {
      result: 'fail',
      reason: 'purpose-retired',
      severity: 'high',
      since: at(0),
      evidence: { retired: 1, lastRetiredAt: '2026-02-28T00:00:00.000Z' },
    },
  ],
  [
    'in the last millisecond of the day there is still time',
    anIdentity({ ...bad, lastRetiredAt: at(-1, 1) }),
    { result: 'not-applicable', until: at(0, 1) },
  ],
  ['what serves something else, too, passes', anIdentity({ ...bad, useCasesApproved: 1 }), { result: 'pass' }],
  ['whether that is approved is another matter', anIdentity({ ...bad, useCasesUnapproved: 1 }), { result: 'pass' }],
  ['an agent that still runs is a purpose', anIdentity({ ...bad, agents: 1 }), { result: 'pass' }],
  ['where nothing was retired nothing is left over', anIdentity(), { result: 'not-applicable' }],
  [
    'a day that is not recorded is the day it was seen',
    anIdentity({ ...bad, lastRetiredAt: null }),
    { result: 'fail', since: at(-399) },
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
