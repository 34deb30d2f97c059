import { aSource, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const HOUR = 3_600_000;
const readHoursAgo = (hours: number, ms = 0) => ({
  lastCompleteAt: at(0, -hours * HOUR + ms),
  lastReadAt: at(0, -hours * HOUR + ms),
});
const never = { lastCompleteAt: null, lastReadAt: null };

describeCheck(check, import.meta.url, [
  [
    'a source read an hour ago passes until the next reading is late',
    aSource(),
    { result: 'pass', until: at(0, 25 * HOUR) },
  ],
  ['a reading that is late by no moment passes', aSource(readHoursAgo(26, 1)), { result: 'pass', until: at(0, 1) }],
  [
    'a reading that is late fails',
    aSource(readHoursAgo(26)),
    {
      result: 'fail',
      severity: 'high',
      reason: 'stale',
      since: at(0),
      evidence: { lastReadAt: '2026-02-27T22:00:00.000Z' },
    },
  ],
  ['and goes on failing', aSource(readHoursAgo(260)), { result: 'fail', reason: 'stale', since: at(0, -234 * HOUR) }],
  [
    'a file of this month passes',
    aSource({ ...readHoursAgo(35 * 24, 1), scheduled: false }),
    { result: 'pass', until: at(0, 1) },
  ],
  [
    'a file of the month before last is stale, and less urgent',
    aSource({ ...readHoursAgo(35 * 24), scheduled: false }),
    { result: 'fail', reason: 'stale', severity: 'medium', since: at(0) },
  ],
  [
    'a new source has time for its first reading',
    aSource({ ...never, status: 'never-read', createdAt: at(-1, 1) }),
    { result: 'not-applicable', until: at(0, 1) },
  ],
  [
    'a source that nobody ever read fails',
    aSource({ ...never, status: 'never-read', createdAt: at(-1) }),
    { result: 'fail', reason: 'never-read', severity: 'medium', since: at(0) },
  ],
  [
    'a source that says complete and was never read was never read',
    aSource({ ...never, createdAt: at(-1) }),
    { result: 'fail', reason: 'never-read' },
  ],
  [
    'a reading that failed is said at once',
    aSource({ status: 'failed' }),
    { result: 'fail', reason: 'failed', severity: 'medium', since: at(0, -HOUR), until: at(0, 25 * HOUR) },
  ],
  [
    'a source that fails until its data is old is worse',
    aSource({ ...readHoursAgo(26), status: 'failed' }),
    { result: 'fail', severity: 'high', reason: 'failed' },
  ],
  [
    'a source that fails from the start is said at once',
    aSource({ ...never, status: 'failed', createdAt: at(0, -HOUR) }),
    { result: 'fail', reason: 'failed', severity: 'medium', until: at(0, 23 * HOUR) },
  ],
  [
    'a source that failed when it was read in part is as old as its last whole reading',
    aSource({ status: 'failed', lastCompleteAt: at(-9), lastReadAt: at(0) }),
    { result: 'fail', severity: 'high', reason: 'failed' },
  ],
  [
    'a removal that waits for somebody is said at once',
    aSource({ status: 'held' }),
    { result: 'fail', reason: 'held', severity: 'medium', until: at(0, 25 * HOUR) },
  ],
  [
    'a removal that waits until the data is old is worse',
    aSource({ ...readHoursAgo(26), status: 'held' }),
    { result: 'fail', severity: 'high', reason: 'held' },
  ],

  // Look-alike: what it could not read is another question.
  [
    'a source that is read in part is read',
    aSource({ status: 'partial', lastCompleteAt: null }),
    { result: 'pass', until: at(0, 25 * HOUR) },
  ],
  [
    'a source that is read in part can be late',
    aSource({ status: 'partial', lastCompleteAt: at(-90), lastReadAt: at(0, -26 * HOUR) }),
    { result: 'fail', reason: 'stale', since: at(0) },
  ],
  [
    'a source that fails from the start fails since it was registered',
    aSource({ ...never, status: 'failed', createdAt: at(0, -HOUR) }),
    { result: 'fail', since: at(0, -HOUR) },
  ],
  [
    'a source that fails while its clock runs ahead fails since now',
    aSource({ status: 'failed', lastCompleteAt: at(0, 1) }),
    { result: 'fail', since: at(0) },
  ],
]);
