import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { Audit, type AuditEntry } from '../audit/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { ActionsController } from './actions.controller.js';
import { FollowFindings } from './operations/follow-findings.js';
import { PlanActions } from './operations/plan-actions.js';
import { WithdrawActions } from './operations/withdraw-actions.js';
import { followEnforcement, followFindings } from './remediation.jobs.js';
import { placeActions } from './remediation.visibility.js';

@Global()
@Module({
  controllers: [ActionsController],
  providers: [PlanActions, WithdrawActions, FollowFindings],
  exports: [PlanActions, WithdrawActions],
})
export class RemediationModule {
  constructor(visibility: Visibility, registry: JobRegistry, audit: Audit, follow: FollowFindings) {
    placeActions(visibility);
    registry.bind(followFindings, { follow });
    registry.bind(followEnforcement, { follow });
    const following = (findings: (entry: AuditEntry) => string[]) => (entry: AuditEntry) => ({
      findings: findings(entry),
      cause: entry.target,
    });
    audit.on(
      'findings.actions-asked',
      followFindings,
      following(({ data }) => (data.actions as { finding: string }[]).map(({ finding }) => finding)),
    );
    audit.on(
      'findings.actions-not-asked',
      followFindings,
      following(({ data }) => data.findings as string[]),
    );
    // What may stand is not acted on, and what may no longer stand is.
    for (const type of ['findings.exception-approved', 'findings.exception-ended'] as const)
      audit.on(
        type,
        followFindings,
        following(({ data }) => [data.finding as string]),
      );
    for (const type of ['checks.policy-changed', 'checks.policy-removed'] as const)
      audit.on(type, followEnforcement, ({ target }) => ({ policy: target.id }));
  }
}
