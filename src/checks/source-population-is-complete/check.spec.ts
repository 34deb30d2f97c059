import { aSource, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

const iso = (days: number) => new Date(at(days)).toISOString();
const gap = (resourceType: string, over: object = {}) => ({
  scope: '111122223333',
  resourceType,
  reason: 'forbidden',
  permission: null,
  since: iso(-5),
  ...over,
});
const scope = (name: string, days = 3) => ({ scope: '444455556666', name, since: iso(-days) });
const counted = (stated: number, collected: number) => ({
  scope: '111122223333',
  resourceType: 'aws.user',
  stated,
  collected,
});
const many = Array.from({ length: 21 }, (_, i) => gap(`sample.type-${String(i + 10)}`));

describeCheck(check, import.meta.url, [
  ['a source that was read whole passes', aSource(), { result: 'pass' }],
  [
    'a source that was never read is not a pass',
    aSource({ status: 'never-read', lastCompleteAt: null, lastReadAt: null }),
    { result: 'not-evaluated' },
  ],
  [
    'a source whose readings all failed is not a pass',
    aSource({ status: 'failed', lastCompleteAt: null, lastReadAt: null }),
    { result: 'not-evaluated' },
  ],
  [
    'a source that was only read in part, with nothing missing, passes',
    aSource({ lastCompleteAt: null }),
    { result: 'pass' },
  ],
  [
    'a source that fails now was complete when last read',
    aSource({ status: 'failed', lastReadAt: null }),
    { result: 'pass' },
  ],
  [
    'an account that nobody may read fails',
    aSource({ unreadableScopes: [scope('sample account', 3), scope('another', 9)] }),
    {
      result: 'fail',
      severity: 'high',
      reason: 'scope-unreadable',
      since: at(-9),
      evidence: { scopes: ['another (444455556666)', 'sample account (444455556666)'] },
    },
  ],
  [
    'a type that could not be read fails since it could not',
    aSource({ status: 'partial', gaps: [gap('aws.access-key', { permission: 'iam:ListAccessKeys' })] }),
    {
      result: 'fail',
      severity: 'high',
      reason: 'types-not-seen',
      since: at(-5),
      evidence: { types: ['aws.access-key in 111122223333: forbidden, needs iam:ListAccessKeys'] },
    },
  ],
  [
    'a gap without a permission is named by its reason',
    aSource({ gaps: [gap('aws.access-key', { reason: 'throttled' })] }),
    { evidence: { types: ['aws.access-key in 111122223333: throttled'] } },
  ],
  [
    'what the platform cannot tell is unseen, but nobody can mend it',
    aSource({ gaps: [gap('aws.access-key', { reason: 'unsupported' })] }),
    { result: 'fail', reason: 'types-not-seen', severity: 'low' },
  ],
  [
    'among what nobody can mend, one that can counts',
    aSource({ gaps: [gap('aws.access-key', { reason: 'unsupported' }), gap('aws.user')] }),
    { result: 'fail', severity: 'high', reason: 'types-not-seen' },
  ],
  [
    'a beginning that nobody can read is none',
    aSource({ gaps: [gap('aws.user', { since: 'lately' })] }),
    { result: 'fail', since: at(-400) },
  ],
  [
    'a beginning in the future is none',
    aSource({ gaps: [gap('aws.user', { since: iso(2) })] }),
    { result: 'fail', since: at(-400) },
  ],
  [
    'a source that counts more than it lists fails',
    aSource({ countMismatches: [counted(10, 9)] }),
    {
      result: 'fail',
      reason: 'counts-differ',
      severity: 'medium',
      since: at(-400),
      evidence: { counts: ['aws.user in 111122223333: 10 stated, 9 collected'] },
    },
  ],
  [
    'a source that lists more than it counts fails',
    aSource({ countMismatches: [counted(9, 10)] }),
    { result: 'fail', reason: 'counts-differ' },
  ],
  ['the same count is none', aSource({ countMismatches: [counted(10, 10)] }), { result: 'pass' }],
  [
    'a difference within the tolerance passes',
    aSource({ countMismatches: [counted(10, 8)] }),
    { result: 'pass' },
    { toleratedDifference: 2 },
  ],
  [
    'a difference beyond it fails',
    aSource({ countMismatches: [counted(10, 8)] }),
    { result: 'fail', reason: 'counts-differ' },
    { toleratedDifference: 1 },
  ],
  [
    'what hides most is said first, the rest is evidence',
    aSource({
      unreadableScopes: [scope('sample account')],
      gaps: [gap('aws.user')],
      countMismatches: [counted(10, 9)],
    }),
    {
      result: 'fail',
      reason: 'scope-unreadable',
      evidence: {
        types: ['aws.user in 111122223333: forbidden'],
        counts: ['aws.user in 111122223333: 10 stated, 9 collected'],
      },
    },
  ],
  [
    'then what hides less',
    aSource({ gaps: [gap('aws.user')], countMismatches: [counted(10, 9)] }),
    { result: 'fail', reason: 'types-not-seen' },
  ],
  [
    'of very many the first are named and all are counted',
    aSource({ gaps: [...many].reverse() }),
    {
      evidence: {
        types: many.slice(0, 20).map(({ resourceType }) => `${resourceType} in 111122223333: forbidden`),
        typesCount: 21,
      },
    },
  ],
  [
    'the first of the gaps says since when, in whatever order they come',
    aSource({ gaps: [gap('aws.user', { since: iso(-9) }), gap('aws.role', { since: iso(0) })] }),
    { result: 'fail', since: at(-9) },
  ],
  [
    'a gap that was just found is one since now',
    aSource({ gaps: [gap('aws.user', { since: iso(0) })] }),
    { result: 'fail', since: at(0) },
  ],
]);
