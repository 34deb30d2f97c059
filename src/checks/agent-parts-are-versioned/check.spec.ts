import { anAgent, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['an agent whose parts all have a version passes', anAgent(), { result: 'pass' }],
  [
    'one without a model fails',
    anAgent({ hasModel: false }),
    { result: 'fail', reason: 'part-not-recorded', since: at(-100), evidence: { missing: ['model'] } },
  ],
  ['one without a prompt fails', anAgent({ hasPrompt: false }), { result: 'fail', evidence: { missing: ['prompt'] } }],
  [
    'one with a part of no version fails',
    anAgent({ unpinnedParts: ['search', 'a'] }),
    { result: 'fail', reason: 'part-without-version', evidence: { parts: ['a', 'search'] } },
  ],
  [
    'what is not there at all comes first',
    anAgent({ hasModel: false, unpinnedParts: ['a'] }),
    { result: 'fail', reason: 'part-not-recorded' },
  ],
]);
