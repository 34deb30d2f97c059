import { anIdentity, at, describeCheck } from '../sdk/testing/index.js';
import type { IdentityFacts } from '../sdk/index.js';
import check from './check.js';

type Trust = IdentityFacts['outsideTrusts'][number];
const trust = (standing: Trust['standing'], narrowed: boolean, principal = `${standing}-1`): Trust => ({
  principal,
  standing,
  narrowed,
  account: null,
});
const trusting = (...outsideTrusts: Trust[]) => anIdentity({ identityKind: 'role', hasTrusts: true, outsideTrusts });
const many = Array.from({ length: 21 }, (_, i) => trust('outside', false, `account-${String(i + 10)}`));

describeCheck(check, import.meta.url, [
  ['a role that only our own may become passes', trusting(), { result: 'pass' }],
  [
    'one that anybody may become fails',
    trusting(trust('anyone', false)),
    {
      result: 'fail',
      reason: 'anyone-may-assume',
      severity: 'critical',
      since: at(-400),
      evidence: { anyone: ['anyone-1'] },
    },
  ],
  ['anybody under a condition that pins them down is somebody', trusting(trust('anyone', true)), { result: 'pass' }],
  [
    'an account nobody knows fails',
    trusting(trust('outside', false)),
    { result: 'fail', severity: 'high', reason: 'outside-account', evidence: { outside: ['outside-1'] } },
  ],
  [
    'a condition does not make an unknown account known',
    trusting(trust('outside', true)),
    { result: 'fail', reason: 'outside-account' },
  ],
  [
    'a vendor without a condition fails',
    trusting(trust('vendor', false)),
    {
      result: 'fail',
      reason: 'vendor-without-condition',
      severity: 'medium',
      evidence: { vendorsWithoutCondition: ['vendor-1'] },
    },
  ],
  ['a vendor under a condition passes', trusting(trust('vendor', true)), { result: 'pass' }],
  [
    'somebody who cannot be told is not a pass',
    trusting(trust('vendor', true), trust('unknown', false)),
    { result: 'not-evaluated' },
  ],
  [
    'a trust that nobody could read is not a pass',
    anIdentity({ identityKind: 'role', hasTrusts: true, outsideTrust: 'unknown' }),
    { result: 'not-evaluated' },
  ],
  [
    'what is known to be wrong is wrong, whatever is unknown',
    trusting(trust('unknown', false), trust('vendor', false)),
    { result: 'fail', reason: 'vendor-without-condition', evidence: { unknown: 1 } },
  ],
  [
    'the worst is said first',
    trusting(trust('vendor', false), trust('outside', false), trust('anyone', false)),
    {
      result: 'fail',
      reason: 'anyone-may-assume',
      evidence: { anyone: ['anyone-1'], outside: ['outside-1'], vendorsWithoutCondition: ['vendor-1'] },
    },
  ],
  [
    'then the next',
    trusting(trust('vendor', false), trust('outside', false)),
    { result: 'fail', reason: 'outside-account' },
  ],
  [
    'evidence does not depend on the order of reading',
    trusting(trust('outside', false, 'b'), trust('outside', false, 'a')),
    { evidence: { outside: ['a', 'b'] } },
  ],
  [
    'of very many the first are named and all are counted',
    trusting(...many),
    { evidence: { outside: many.slice(0, 20).map(({ principal }) => principal), outsideCount: 21 } },
  ],
  [
    'of as many as are named there is nothing to count',
    trusting(...many.slice(1)),
    { evidence: { outside: many.slice(1).map(({ principal }) => principal) } },
  ],
  ['what nobody can become is out of scope', anIdentity({ hasTrusts: false }), { result: 'not-applicable' }],
  [
    "a provider's own role trusts its provider",
    anIdentity({ hasTrusts: true, outsideTrusts: [trust('outside', false)], managedBy: 'cloud-provider' }),
    { result: 'not-applicable' },
  ],
  [
    'a disabled identity is out of scope',
    anIdentity({ hasTrusts: true, outsideTrusts: [trust('anyone', false)], identityStatus: 'disabled' }),
    { result: 'not-applicable' },
  ],
  [
    'a role for people is judged, too',
    anIdentity({ hasTrusts: true, outsideTrusts: [trust('anyone', false)], nature: 'human' }),
    { result: 'fail', reason: 'anyone-may-assume' },
  ],
]);
