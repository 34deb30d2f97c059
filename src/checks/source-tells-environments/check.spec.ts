import { aSource, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['a source that tells the environment of everything passes', aSource(), { result: 'pass' }],
  [
    'one that does not say it of a single identity fails',
    aSource({ withoutEnvironment: 1 }),
    { result: 'fail', reason: 'environment-not-known', severity: 'low', since: at(-400), evidence: { identities: 1 } },
  ],
  ['one that was never read told nothing', aSource({ lastReadAt: null }), { result: 'not-applicable' }],
]);
