import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const iso = (days: number) => new Date(at(days)).toISOString();
const emergency = (over: object = {}) => ({
  expectedUse: {
    pattern: 'break-glass' as const,
    approvedBy: 'Sample Person 02',
    approvedAt: iso(-100),
    approvedUntil: null,
    ...over,
  },
});

describeCheck(check, import.meta.url, [
  [
    'unused since it was put away it passes while its data is new',
    anIdentity({ ...emergency(), anyUsedAt: at(-200) }),
    { result: 'pass', until: at(2) },
  ],
  ['never used passes', anIdentity({ ...emergency(), anyUsedAt: null }), { result: 'pass' }],
  [
    'a use is told at once',
    anIdentity({ ...emergency(), anyUsedAt: at(0) }),
    { result: 'fail', reason: 'use-not-reviewed', severity: 'high', since: at(0), until: at(1) },
  ],
  [
    'a moment short of a day it is not late',
    anIdentity({ ...emergency(), anyUsedAt: at(-1, 1) }),
    { result: 'fail', severity: 'high', until: at(0, 1) },
  ],
  [
    'after a day without a review it is critical',
    anIdentity({ ...emergency(), anyUsedAt: at(-1) }),
    { result: 'fail', severity: 'critical', since: at(-1) },
  ],
  [
    'a use that was reviewed is done',
    anIdentity({ ...emergency(), anyUsedAt: at(-5), useReviewedUntil: at(-5) }),
    { result: 'pass' },
  ],
  [
    'a use after the review is another',
    anIdentity({ ...emergency(), anyUsedAt: at(-5), useReviewedUntil: at(-5, -1) }),
    { result: 'fail', evidence: { lastUsedAt: iso(-5), approvedBy: 'Sample Person 02' } },
  ],
  [
    'what was found and nobody approved is told too',
    anIdentity({ ...emergency({ approvedBy: null, approvedAt: null }), anyUsedAt: at(0) }),
    { result: 'fail', evidence: { approvedBy: null } },
  ],
  [
    'a use before it was seen is none of ours',
    anIdentity({ ...emergency({ approvedBy: null, approvedAt: null }), anyUsedAt: at(-401) }),
    { result: 'pass' },
  ],
  ['a person may hold it', anIdentity({ ...emergency(), nature: 'human', anyUsedAt: at(0) }), { result: 'fail' }],
  ['what is not for emergencies is not looked at', anIdentity(), { result: 'not-applicable' }],
  [
    'where use cannot be seen nobody can say',
    anIdentity({ ...emergency(), anyUsedAt: null, anyUseKnownUntil: null }),
    { result: 'not-evaluated' },
  ],
  [
    'data that is too old is no comfort',
    anIdentity({ ...emergency(), anyUsedAt: at(-200), anyUseKnownUntil: at(-2) }),
    { result: 'not-evaluated' },
  ],
  [
    'data within the lag is new enough',
    anIdentity({ ...emergency(), anyUsedAt: at(-200), anyUseKnownUntil: at(-2, 1) }),
    { result: 'pass', until: at(0, 1) },
  ],
]);
