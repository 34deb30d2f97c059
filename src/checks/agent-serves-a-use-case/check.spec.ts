import { anAgent, at, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  [
    'an agent without an identity that serves an approved use case passes',
    anAgent({ liveIdentities: 0 }),
    { result: 'pass' },
  ],
  [
    'one that serves none fails',
    anAgent({ liveIdentities: 0, useCasesApproved: 0 }),
    { result: 'fail', reason: 'no-use-case', severity: 'high', since: at(-100) },
  ],
  [
    'one whose use case is not approved fails',
    anAgent({ liveIdentities: 0, useCasesApproved: 0, useCasesUnapproved: 1 }),
    { result: 'fail', reason: 'use-case-not-approved' },
  ],
  ['one approved purpose is enough', anAgent({ liveIdentities: 0, useCasesUnapproved: 1 }), { result: 'pass' }],
  ['with identities of its own these are judged', anAgent({ useCasesApproved: 0 }), { result: 'not-applicable' }],
]);
