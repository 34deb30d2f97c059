import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const iso = (days: number) => new Date(at(days)).toISOString();
const expected = (over: object = {}) => ({
  expectedUse: {
    pattern: 'seasonal' as const,
    nextDueAt: iso(40),
    approvedBy: 'Sample Person 02',
    approvedUntil: null,
    ...over,
  },
});
const used = (days: number, ms = 0) => ({ anyUsedAt: at(-days, ms) });

describeCheck(check, import.meta.url, [
  [
    'a seasonal job idle for 200 days passes until it fails to run',
    anIdentity({ ...expected(), ...used(200) }),
    { result: 'pass', until: at(47) },
  ],
  [
    'on the day it is due it may still come',
    anIdentity({ ...expected({ nextDueAt: iso(0) }), ...used(200) }),
    { result: 'pass', until: at(7) },
  ],
  [
    'a moment before the grace is over it may still come',
    anIdentity({ ...expected({ nextDueAt: new Date(at(-7, 1)).toISOString() }), ...used(200) }),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'it did not run when it was due',
    anIdentity({ ...expected({ nextDueAt: iso(-7) }), ...used(200) }),
    { result: 'fail', reason: 'did-not-happen', since: at(0), evidence: { pattern: 'seasonal', dueAt: iso(-7) } },
  ],
  ['it ran a week early', anIdentity({ ...expected({ nextDueAt: iso(-30) }), ...used(37) }), { result: 'pass' }],
  [
    'it ran, but more than a week early',
    anIdentity({ ...expected({ nextDueAt: iso(-30) }), ...used(37, -1) }),
    { result: 'fail', since: at(-23) },
  ],
  ['late is done all the same', anIdentity({ ...expected({ nextDueAt: iso(-30) }), ...used(1) }), { result: 'pass' }],
  [
    'what comes again passes from one time to the next',
    anIdentity({ ...expected({ nextDueAt: iso(-100), everyDays: 30 }), ...used(9) }),
    { result: 'pass', until: at(27) },
  ],
  [
    'of what comes again, the first that was missed counts',
    anIdentity({ ...expected({ pattern: 'scheduled', nextDueAt: iso(-100), everyDays: 30 }), ...used(98) }),
    { result: 'fail', reason: 'did-not-happen', since: at(-63), evidence: { dueAt: iso(-70) } },
  ],
  [
    'never used since the first time it was due',
    anIdentity({ ...expected({ nextDueAt: iso(-100), everyDays: 30 }), anyUsedAt: null }),
    { result: 'fail', since: at(-93) },
  ],
  [
    'until its approval ends',
    anIdentity({ ...expected({ nextDueAt: iso(-7), approvedUntil: iso(5) }), ...used(200) }),
    { result: 'fail', until: at(5) },
  ],
  [
    'after its approval nothing is expected',
    anIdentity({ ...expected({ nextDueAt: iso(-7), approvedUntil: iso(0) }), ...used(200) }),
    { result: 'not-applicable' },
  ],
  [
    'what nobody approved is not expected',
    anIdentity({ ...expected({ approvedBy: null }), ...used(200) }),
    { result: 'not-applicable' },
  ],
  ['nothing is expected of most', anIdentity(), { result: 'not-applicable', why: 'no expected use of it is approved' }],
  ['nothing is expected of a stand-by', anIdentity(expected({ pattern: 'standby' })), { result: 'not-applicable' }],
  [
    'nothing is expected of what is for emergencies',
    anIdentity(expected({ pattern: 'break-glass' })),
    { result: 'not-applicable' },
  ],
  [
    'without a date nothing can be late',
    anIdentity(expected({ nextDueAt: null, approvedUntil: iso(90) })),
    { result: 'not-applicable', why: 'it is not told when it is due' },
  ],
  [
    "a person's own account is left alone",
    anIdentity({ ...expected({ nextDueAt: iso(-30) }), nature: 'human' }),
    { result: 'not-applicable' },
  ],
  [
    'where use cannot be seen nobody can say',
    anIdentity({ ...expected({ nextDueAt: iso(-30) }), anyUsedAt: null, anyUseKnownUntil: null }),
    { result: 'not-evaluated' },
  ],
  [
    'data that begins later says nothing of that day',
    anIdentity({ ...expected({ nextDueAt: iso(-30) }), anyUsedAt: null, anyUseKnownSince: at(-37, 1) }),
    { result: 'not-evaluated' },
  ],
  [
    'data that reaches back just so far does',
    anIdentity({ ...expected({ nextDueAt: iso(-30) }), anyUsedAt: null, anyUseKnownSince: at(-37) }),
    { result: 'fail' },
  ],
  [
    'data from before the day says nothing of it',
    anIdentity({ ...expected({ nextDueAt: iso(-30) }), anyUsedAt: null, anyUseKnownUntil: at(-25, -1) }),
    { result: 'not-evaluated' },
  ],
  [
    'data that lags no more than is tolerated does',
    anIdentity({ ...expected({ nextDueAt: iso(-30) }), anyUsedAt: null, anyUseKnownUntil: at(-25) }),
    { result: 'fail' },
  ],

  [
    'what runs all the time passes while it does',
    anIdentity({ ...expected({ pattern: 'continuous' }), ...used(1) }),
    { result: 'pass', until: at(13) },
  ],
  [
    'a moment short of two weeks it passes',
    anIdentity({ ...expected({ pattern: 'continuous' }), ...used(14, 1) }),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'what ran all the time has stopped',
    anIdentity({ ...expected({ pattern: 'continuous' }), ...used(14) }),
    { result: 'fail', reason: 'stopped', since: at(0), until: at(2) },
  ],
  [
    'from when it was approved it has two weeks',
    anIdentity({ ...expected({ pattern: 'continuous', approvedAt: iso(-3) }), anyUsedAt: null }),
    { result: 'pass', until: at(11) },
  ],
  [
    'what never ran since it was approved has stopped too',
    anIdentity({
      ...expected({ pattern: 'continuous', approvedAt: iso(-20), approvedUntil: iso(1) }),
      anyUsedAt: null,
    }),
    { result: 'fail', since: at(-6), until: at(1) },
  ],
  [
    'without usage data nobody knows whether it stopped',
    anIdentity({ ...expected({ pattern: 'continuous' }), anyUsedAt: null, anyUseKnownUntil: null }),
    { result: 'not-evaluated' },
  ],
  [
    'with data that is too old neither',
    anIdentity({ ...expected({ pattern: 'continuous' }), ...used(20), anyUseKnownUntil: at(-2) }),
    { result: 'not-evaluated' },
  ],
  [
    'data within the lag is new enough',
    anIdentity({ ...expected({ pattern: 'continuous' }), ...used(20), anyUseKnownUntil: at(-2, 1) }),
    { result: 'fail', until: at(0, 1) },
  ],
  [
    'with data that does not reach back neither',
    anIdentity({ ...expected({ pattern: 'continuous' }), ...used(20), anyUseKnownSince: at(-14, 1) }),
    { result: 'not-evaluated', until: at(0, 1) },
  ],
]);
