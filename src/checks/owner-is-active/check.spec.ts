import { anIdentity, aPerson, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const left = (days: number, ms = 0) => aPerson({ status: 'left', leavesAt: at(-days, ms) });
const deputy = (over: object = {}) => aPerson({ name: 'Sample Person 02', ...over });

describeCheck(check, import.meta.url, [
  ['an owner who stays passes, whatever the date', anIdentity(), { result: 'pass' }],
  [
    'an owner about to leave passes until then',
    anIdentity({ owner: aPerson({ leavesAt: at(0, 1) }), deputies: [deputy()] }),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'an owner about to leave without a deputy passes until then, too',
    anIdentity({ owner: aPerson({ leavesAt: at(3) }) }),
    { result: 'pass', until: at(3) },
  ],
  [
    'an owner whose last day has ended has left, whatever HR still says',
    anIdentity({ owner: aPerson({ leavesAt: at(0) }), deputies: [deputy()] }),
    { result: 'fail', reason: 'owner-left', since: at(0) },
  ],
  [
    'an owner who left while a deputy is there fails since that day',
    anIdentity({ owner: left(5), deputies: [deputy()] }),
    {
      result: 'fail',
      severity: 'high',
      reason: 'owner-left',
      since: at(-5),
      evidence: {
        owner: 'Sample Person 01',
        leftAt: '2026-02-24T00:00:00.000Z',
        deputies: [{ name: 'Sample Person 02', leavesAt: null }],
      },
    },
  ],
  [
    'a day that is not recorded was some time since it was first seen',
    anIdentity({ owner: aPerson({ status: 'left' }), deputies: [deputy()] }),
    { result: 'fail', reason: 'owner-left', since: at(-400), evidence: { leftAt: null } },
  ],
  [
    'a deputy who will leave makes it another question then',
    anIdentity({ owner: left(5), deputies: [deputy({ leavesAt: at(4) })] }),
    { result: 'fail', reason: 'owner-left', until: at(4) },
  ],
  [
    'of two deputies the later one counts',
    anIdentity({ owner: left(5), deputies: [deputy({ leavesAt: at(4) }), deputy({ leavesAt: at(9) })] }),
    { result: 'fail', until: at(9) },
  ],
  [
    'of two deputies the one who stays counts',
    anIdentity({ owner: left(5), deputies: [deputy({ leavesAt: at(4) }), deputy()] }),
    { result: 'fail' },
  ],
  [
    'a deputy who has left does not count',
    anIdentity({ owner: left(5), deputies: [left(2), deputy()] }),
    { result: 'fail', severity: 'high' },
  ],
  [
    'an owner who has yet to accept can leave as well',
    anIdentity({ ownershipState: 'provisional', owner: left(5), deputies: [deputy()] }),
    { result: 'fail', reason: 'owner-left' },
  ],
  [
    'a new identity gives a leaver no grace',
    anIdentity({ firstSeenAt: at(0), owner: left(5), deputies: [deputy()] }),
    { result: 'fail', reason: 'owner-left' },
  ],

  // Look-alikes.
  ['an owner on leave comes back', anIdentity({ owner: aPerson({ status: 'leave' }) }), { result: 'pass' }],
  [
    'an owner on leave who will not come back passes until then',
    anIdentity({ owner: aPerson({ status: 'leave', leavesAt: at(10) }) }),
    { result: 'pass', until: at(10) },
  ],
  [
    'with nobody left it is another question',
    anIdentity({ owner: left(5), deputies: [left(2)] }),
    { result: 'not-applicable' },
  ],
  ['without any deputy it is another question', anIdentity({ owner: left(5) }), { result: 'not-applicable' }],
  [
    'with nobody named it is another question',
    anIdentity({ owner: null, ownershipState: null }),
    { result: 'not-applicable' },
  ],
  [
    'somebody proposed was never asked',
    anIdentity({ ownershipState: 'proposed', owner: left(5), deputies: [deputy()] }),
    { result: 'not-applicable' },
  ],
  ['without a people source nobody can be judged', anIdentity({ peopleKnown: false }), { result: 'not-evaluated' }],
  [
    "a person's own account is out of scope",
    anIdentity({ nature: 'human', owner: left(5), deputies: [deputy()] }),
    { result: 'not-applicable' },
  ],
  [
    'what a vendor manages is not asked of anybody',
    anIdentity({ managedBy: 'vendor', owner: left(5), deputies: [deputy()] }),
    { result: 'not-applicable' },
  ],
]);
