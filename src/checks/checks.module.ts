import { Global, Module } from '@nestjs/common';
import { Database } from '../platform/database/index.js';
import { JobRegistry, Jobs } from '../platform/jobs/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { Facts, Marks } from '../subjects/index.js';
import { ChecksController } from './checks.controller.js';
import { evaluateDue, fullPass, selfCheck } from './checks.jobs.js';
import { Checks, Engine } from './engine/engine.js';
import { loadChecks } from './engine/load-checks.js';
import { notEvaluatedIn, notSimplyPassing } from './evaluations.marks.js';
import { EvaluationsRepository } from './evaluations.repository.js';
import { EvaluateDue } from './operations/evaluate-due.js';
import { ExplainSubject } from './operations/explain-subject.js';
import { PutPolicy } from './operations/put-policy.js';
import { RunFullPass } from './operations/run-full-pass.js';
import { PoliciesController } from './policies.controller.js';

@Global()
@Module({
  controllers: [ChecksController, PoliciesController],
  providers: [
    { provide: Checks, useFactory: async () => new Checks(await loadChecks()) },
    Engine,
    EvaluateDue,
    RunFullPass,
    PutPolicy,
    ExplainSubject,
  ],
  exports: [Checks, Engine, EvaluateDue, RunFullPass, PutPolicy, ExplainSubject],
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
    checks: Checks,
  ) {
    registry.bind(evaluateDue, { evaluateDue: due });
    registry.bind(fullPass, { runFullPass: full });
    registry.bind(selfCheck, { runFullPass: full });
    marks.wakeBy((tx) => jobs.enqueue(tx, evaluateDue, {}));
    marks.narrowUseBy((type, ids) =>
      notSimplyPassing(
        type,
        ids,
        checks.of(type).flatMap(({ id, useMayBreak }) => (useMayBreak ? [id] : [])),
      ),
    );
    marks.findNotEvaluatedBy((scopeIds) => notEvaluatedIn(facts, scopeIds));
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
