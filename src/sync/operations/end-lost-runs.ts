import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { SourcesRepository } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { SyncRunsRepository } from '../sync-runs.repository.js';

/** Longer than the queue takes to give a killed worker's job to another, many times over. */
const SILENT_MS = 15 * 60_000;

/** Ends runs that say they are under way though nothing is heard of them, so that their source can be read again. */
@Injectable()
export class EndLostRuns {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  execute(): Promise<number> {
    const at = this.clock.now();
    return this.database.transaction(async (tx) => {
      const runs = tx.use(SyncRunsRepository);
      const lost = await runs.lost(new Date(at.getTime() - SILENT_MS));
      for (const { id } of lost) {
        const run = (await runs.one(id))!;
        const error = {
          code: 'sync.lost',
          detail: 'The run stopped without a word, and nothing took it up. Read the source again.',
        };
        await runs.finish(id, {
          status: 'failed',
          gaps: run.gaps,
          rowErrors: run.rowErrors,
          rowErrorCount: run.rowErrorCount,
          error,
          at,
        });
        await tx.use(SourcesRepository).setStatus(run.source.id, 'failed');
        await this.audit.record(tx, {
          type: 'sync.run-lost',
          actor: systemActor('sync'),
          target: { type: 'sync-run', id },
          data: { source: run.source.id },
        });
      }
      return lost.length;
    });
  }
}
