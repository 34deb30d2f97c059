import { z } from 'zod';
import { controlsOf, defineCheck, earliest, fail, notApplicable, notAtWork, pass } from '../sdk/index.js';

/** That nobody approves what they wrote themselves is refused when they try; this asks what no single request shows. */
export default defineCheck({
  id: 'use-case-approval-is-independent',
  code: 'NHI-SOD-01',
  version: 1,
  title: 'A use case is approved by others than those who want it',
  risk: 'Whoever wants something sees less of its risk. Alone, nobody stops them.',
  remediation: 'Name an approver other than the sponsor. At high risk, have a second person approve it as it stands.',
  severity: 'high',
  subject: 'use-case',
  judgesApproval: true,
  facts: [
    'createdAt',
    'approvedAt',
    'digestMatchesApproval',
    'sponsor',
    'sponsorIsApprover',
    'approvers',
    'riskLevel',
    'status',
    'liveIdentities',
  ],
  reads: [],
  controls: controlsOf('NHI-SOD-01', 'partial'),
  parameters: { approversAtHighRisk: 2 },
  parameterSchema: z.strictObject({ approversAtHighRisk: z.number().int().min(1).max(10) }),
  parameterNotes: {
    approversAtHighRisk: {
      unit: 'count',
      source: 'ours: four eyes at high and critical risk; segregation of duties gives no number',
      organisationDecides: true,
    },
  },
  evaluate(facts, { approversAtHighRisk }, now) {
    const { createdAt, approvedAt, status, digestMatchesApproval, sponsorIsApprover, approvers, riskLevel } = facts;
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    if (status !== 'approved' || !digestMatchesApproval)
      return notApplicable('not approved as it stands: what works for it is judged');
    const since = earliest(approvedAt ?? createdAt, now)!;
    if (sponsorIsApprover) return fail('sponsor-approves', since, { sponsor: facts.sponsor?.name ?? null });
    if ((riskLevel === 'high' || riskLevel === 'critical') && approvers < approversAtHighRisk)
      return fail('too-few-approvers', since, { riskLevel, approvers, required: approversAtHighRisk });
    return pass();
  },
});
