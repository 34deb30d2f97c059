import { anAgent, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['an agent with guardrails passes', anAgent(), { result: 'pass' }],
  [
    'one with tools and none fails',
    anAgent({ guardrails: 0 }),
    { result: 'fail', reason: 'no-guardrails', severity: 'medium', since: at(-100), evidence: { tools: 1 } },
  ],
  ['one without tools does nothing by itself', anAgent({ guardrails: 0, tools: 0 }), { result: 'not-applicable' }],
]);
