import { anAgent, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['an agent with an identity passes', anAgent(), { result: 'pass' }],
  [
    'one that works without any fails',
    anAgent({ liveIdentities: 0 }),
    { result: 'fail', reason: 'no-identity', severity: 'medium', since: at(-100) },
  ],
  [
    'one that serves nothing approved should not run yet',
    anAgent({ liveIdentities: 0, useCasesApproved: 0, useCasesUnapproved: 1 }),
    { result: 'not-applicable' },
  ],
]);
