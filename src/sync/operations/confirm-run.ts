import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { RunNotHeld, RunSuperseded, SourceIsBeingRead } from '../sync.errors.js';
import { runSync } from '../sync.jobs.js';
import { type SyncRunRow, SyncRunsRepository } from '../sync-runs.repository.js';

/** Lets the removals of a held run through. What was shown is what is carried out: the noted rows, and of them only those nothing has touched since. */
@Injectable()
export class ConfirmRun {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
  ) {}

  async execute(actor: Actor, runId: string): Promise<SyncRunRow> {
    return this.database.transaction(async (tx) => {
      const runs = tx.use(SyncRunsRepository);
      const run = await runs.forChange(runId);
      if (!run) throw new NotFound('sync run');
      if (run.status !== 'held') throw new RunNotHeld();
      const live = await runs.live(run.source.id);
      if (live) throw new SourceIsBeingRead(live.id);
      const latest = await runs.latest(run.source.id);
      if (latest && latest.id !== run.id && latest.status !== 'failed') throw new RunSuperseded();
      await runs.confirm(runId, actor.id);
      await this.audit.record(tx, {
        type: 'sync.run-confirmed',
        actor,
        target: { type: 'sync-run', id: runId },
        data: { source: run.source.id, removals: run.error?.removals ?? [] },
      });
      await this.jobs.enqueue(tx, runSync, { runId });
      return (await runs.one(runId))!;
    });
  }
}
