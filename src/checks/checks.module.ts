import { Global, Module } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { JobRegistry, Jobs } from '../platform/jobs/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { Facts, Marks } from '../subjects/index.js';
import { ApprovalGate } from '../use-cases/index.js';
import { ChecksController } from './checks.controller.js';
import { evaluateDue, fullPass, selfCheck, whatIf } from './checks.jobs.js';
import { Checks, Engine } from './engine/engine.js';
import { PolicyApprovalGate } from './engine/policy-approval-gate.js';
import { PolicyRules } from './engine/policy-rules.js';
import { PolicySets } from './engine/policy-sets.js';
import { loadChecks } from './engine/load-checks.js';
import { notEvaluatedIn, notSimplyPassing } from './evaluations.marks.js';
import { EvaluationsRepository } from './evaluations.repository.js';
import { ApplyPolicySet } from './operations/apply-policy-set.js';
import { AskWhatIf } from './operations/ask-what-if.js';
import { EvaluateDue } from './operations/evaluate-due.js';
import { ExplainSubject } from './operations/explain-subject.js';
import { ForeseePolicies } from './operations/foresee-policies.js';
import { PutPolicy } from './operations/put-policy.js';
import { RunFullPass } from './operations/run-full-pass.js';
import { PoliciesController } from './policies.controller.js';
import { PolicySetController } from './policy-set.controller.js';

@Global()
@Module({
  controllers: [ChecksController, PolicySetController, PoliciesController],
  providers: [
    { provide: Checks, useFactory: async () => new Checks(await loadChecks()) },
    Engine,
    PolicyRules,
    PolicySets,
    ApplyPolicySet,
    ForeseePolicies,
    AskWhatIf,
    EvaluateDue,
    RunFullPass,
    PutPolicy,
    ExplainSubject,
    { provide: ApprovalGate, useClass: PolicyApprovalGate },
  ],
  exports: [Checks, Engine, EvaluateDue, RunFullPass, PutPolicy, ExplainSubject, ApprovalGate],
})
export class ChecksModule {
  constructor(
    registry: JobRegistry,
    jobs: Jobs,
    marks: Marks,
    facts: Facts,
    database: Database,
    metrics: Metrics,
    due: EvaluateDue,
    full: RunFullPass,
    askWhatIf: AskWhatIf,
    checks: Checks,
  ) {
    registry.bind(evaluateDue, { evaluateDue: due });
    registry.bind(fullPass, { runFullPass: full });
    registry.bind(whatIf, { askWhatIf });
    registry.bind(selfCheck, { runFullPass: full });
    marks.wakeBy((tx) => jobs.enqueue(tx, evaluateDue, {}));
    marks.narrowUseBy((type, ids) =>
      notSimplyPassing(
        type,
        ids,
        checks.of(type).flatMap(({ id, useMayBreak }) => (useMayBreak ? [id] : [])),
      ),
    );
    marks.findNotEvaluatedBy((scopeIds) =>
      notEvaluatedIn(facts, scopeIds, (type) => {
        const moving = new Set(facts.namesOfKnownUse(type));
        const readsAny = (names: readonly string[]): boolean => names.some((name) => moving.has(name));
        return checks.of(type).flatMap((check) => (readsAny(check.facts as readonly string[]) ? [check.id] : []));
      }),
    );
    metrics.addGauge({
      name: 'mandate_evaluation_mismatches',
      help: 'Subjects on which the last self-check and the stored outcomes disagreed. Anything but 0 is a fault of Mandate.',
      read: async () => {
        const last = await database.read((tx) => tx.use(EvaluationsRepository).lastSelfCheck());
        return last ? [{ value: last.mismatches }] : [];
      },
    });
  }
}
