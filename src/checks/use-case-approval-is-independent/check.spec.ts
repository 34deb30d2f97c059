import { at, aUseCase, describeCheck } from '../sdk/testing/index.js';
import check from './check.js';

describeCheck(check, import.meta.url, [
  ['a low risk that one other person approved passes', aUseCase(), { result: 'pass' }],
  [
    'a sponsor who is the approver too fails',
    aUseCase({ sponsorIsApprover: true }),
    { result: 'fail', reason: 'sponsor-approves', severity: 'high', since: at(-100) },
  ],
  [
    'a high risk that one person approved fails',
    aUseCase({ riskLevel: 'high' }),
    { result: 'fail', reason: 'too-few-approvers', evidence: { approvers: 1, required: 2 } },
  ],
  ['a critical one too', aUseCase({ riskLevel: 'critical' }), { result: 'fail', reason: 'too-few-approvers' }],
  ['two are enough', aUseCase({ riskLevel: 'high', approvers: 2 }), { result: 'pass' }],
  [
    'what is not approved has nobody to keep apart',
    aUseCase({ status: 'draft', sponsorIsApprover: true }),
    { result: 'not-applicable' },
  ],
  [
    'an approval of something else is none',
    aUseCase({ digestMatchesApproval: false, sponsorIsApprover: true }),
    { result: 'not-applicable' },
  ],
  [
    'one that nothing works for is not at work',
    aUseCase({ sponsorIsApprover: true, liveIdentities: 0 }),
    { result: 'not-applicable' },
  ],
  ['a retired one is over', aUseCase({ sponsorIsApprover: true, status: 'retired' }), { result: 'not-applicable' }],
  [
    'a rejected one has to stop, not to be described',
    aUseCase({ sponsorIsApprover: true, status: 'rejected' }),
    { result: 'not-applicable' },
  ],
]);
