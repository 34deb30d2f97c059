import { aPersonSubject, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['a hundred can be looked after', aPersonSubject({ ownedIdentities: 100 }), { result: 'pass' }],
  [
    'a hundred and one are too many',
    aPersonSubject({ ownedIdentities: 101 }),
    { result: 'fail', reason: 'too-many', severity: 'low', since: at(-400), evidence: { identities: 101 } },
  ],
  ['until they leave', aPersonSubject({ ownedIdentities: 101, leavesAt: at(5) }), { result: 'fail', until: at(5) }],
  ['a few until they leave', aPersonSubject({ ownedIdentities: 1, leavesAt: at(5) }), { result: 'pass', until: at(5) }],
  ['who owns nothing is not asked', aPersonSubject(), { result: 'not-applicable' }],
  [
    'what leavers own is judged elsewhere',
    aPersonSubject({ ownedIdentities: 101, status: 'left' }),
    { result: 'not-applicable' },
  ],
]);
