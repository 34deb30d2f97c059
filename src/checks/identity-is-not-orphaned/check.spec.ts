import { anIdentity, aPerson, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const left = (days: number, ms = 0) => aPerson({ status: 'left', leavesAt: at(-days, ms) });
const deputy = (over: object = {}) => aPerson({ name: 'Sample Person 02', ...over });

describeCheck(check, import.meta.url, [
  ['an owner who stays passes, whatever the date', anIdentity(), { result: 'pass' }],
  [
    'an owner about to leave without a deputy passes until then',
    anIdentity({ owner: aPerson({ leavesAt: at(0, 1) }) }),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'an owner whose last day has ended leaves it orphaned',
    anIdentity({ owner: aPerson({ leavesAt: at(0) }) }),
    { result: 'fail', reason: 'nobody-left', since: at(0) },
  ],
  [
    'an owner who left without a deputy leaves it orphaned',
    anIdentity({ owner: left(5) }),
    {
      result: 'fail',
      severity: 'critical',
      reason: 'nobody-left',
      since: at(-5),
      evidence: { owner: 'Sample Person 01', leftAt: '2026-02-24T00:00:00.000Z', deputies: [] },
    },
  ],
  [
    'it is orphaned since the last of them left',
    anIdentity({ owner: left(5), deputies: [left(2), left(9)] }),
    { result: 'fail', reason: 'nobody-left', since: at(-2) },
  ],
  [
    'a day that is not recorded tells nothing',
    anIdentity({ owner: left(5), deputies: [aPerson({ status: 'left' })] }),
    { result: 'fail', since: at(-5) },
  ],
  [
    'an owner whose day is not recorded left at some time since it was first seen',
    anIdentity({ owner: aPerson({ status: 'left' }) }),
    { result: 'fail', since: at(-400), evidence: { leftAt: null } },
  ],
  ['one deputy is enough', anIdentity({ owner: left(5), deputies: [left(2), deputy()] }), { result: 'pass' }],
  [
    'a deputy about to leave is enough until then',
    anIdentity({ owner: left(5), deputies: [deputy({ leavesAt: at(4) })] }),
    { result: 'pass', until: at(4) },
  ],
  [
    'the last of all decides',
    anIdentity({ owner: aPerson({ leavesAt: at(3) }), deputies: [deputy({ leavesAt: at(8) })] }),
    { result: 'pass', until: at(8) },
  ],
  [
    'a new identity gives a leaver no grace',
    anIdentity({ firstSeenAt: at(0), owner: left(5) }),
    { result: 'fail', reason: 'nobody-left' },
  ],
  [
    'an owner who has yet to accept can leave as well',
    anIdentity({ ownershipState: 'provisional', owner: left(5) }),
    { result: 'fail' },
  ],
  [
    'a team does not answer for it',
    anIdentity({ owner: left(5), ownerTeam: 'Sample Team' }),
    { result: 'fail', reason: 'nobody-left' },
  ],

  // Look-alikes.
  ['an owner on leave comes back', anIdentity({ owner: aPerson({ status: 'leave' }) }), { result: 'pass' }],
  [
    'with nobody named it is another question',
    anIdentity({ owner: null, ownershipState: null }),
    { result: 'not-applicable' },
  ],
  [
    'somebody proposed was never asked',
    anIdentity({ ownershipState: 'proposed', owner: left(5) }),
    { result: 'not-applicable' },
  ],
  [
    'without a people source nobody can be judged',
    anIdentity({ peopleKnown: false, owner: left(5) }),
    { result: 'not-evaluated' },
  ],
  [
    "a leaver's own account is offboarded, not handed over",
    anIdentity({ nature: 'human', owner: left(5) }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ identityStatus: 'disabled', owner: left(5) }),
    { result: 'not-applicable' },
  ],
]);
