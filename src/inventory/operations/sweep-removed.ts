import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { sha256Hex } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { HeldRemovalsRepository, type RemovalShare } from '../held-removals.repository.js';
import { MERGE_KINDS, type MergeKind, SUBJECT_OF } from '../merge-kinds.js';

const CHUNK = 10_000;

/**
 * Removes what a complete reading no longer found: first noted as candidates, then weighed, then carried out chunk by
 * chunk, each only if nothing has touched it since. What lies below a gap is never a candidate.
 */
@Injectable()
export class SweepRemoved {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  /** Notes the candidates of one kind: rows whose hash was not visited, in types that were read whole in their scope. */
  async note(
    run: { runId: string; sourceId: string },
    kind: MergeKind,
    unvisited: readonly string[],
    complete: readonly { scopeId: string; type: string }[],
  ): Promise<void> {
    if (complete.length === 0) return;
    for (let at = 0; at < unvisited.length; at += CHUNK) {
      await this.database.transaction((tx) =>
        tx.use(HeldRemovalsRepository).note(run, kind, unvisited.slice(at, at + CHUNK), complete),
      );
    }
  }

  forgetNoted(runId: string): Promise<void> {
    return this.database.transaction((tx) => tx.use(HeldRemovalsRepository).forget(runId));
  }

  /** How much of each resource type in each scope the candidates are. */
  weigh(runId: string): Promise<RemovalShare[]> {
    return this.database.read((tx) => tx.use(HeldRemovalsRepository).weigh(runId));
  }

  /** Carries the noted removals out. Rows that were seen again since they were noted stay. */
  async carryOut(
    runId: string,
    sourceId: string,
    inSameTransaction: (tx: Tx, removed: Partial<Record<MergeKind, number>>) => Promise<void>,
  ): Promise<void> {
    for (const kind of MERGE_KINDS.toReversed()) {
      for (let done = CHUNK; done === CHUNK;) {
        done = await this.database.transaction(async (tx) => {
          const removals = tx.use(HeldRemovalsRepository);
          const taken = await removals.take(runId, kind, CHUNK);
          if (taken.length > 0)
            await inSameTransaction(
              tx,
              await this.record(tx, runId, sourceId, await removals.end(runId, kind, taken, this.clock.now())),
            );
          return taken.length;
        });
      }
    }
  }

  private async record(
    tx: Tx,
    runId: string,
    sourceId: string,
    ended: readonly (readonly [MergeKind, readonly string[]])[],
  ): Promise<Partial<Record<MergeKind, number>>> {
    const counts: Partial<Record<MergeKind, number>> = {};
    for (const [kind, gone] of ended) {
      if (gone.length === 0) continue;
      counts[kind] = (counts[kind] ?? 0) + gone.length;
      const digest = `sha256:${sha256Hex([...gone].sort().join('\n'))}`;
      await this.audit.record(tx, {
        type: 'inventory.records-removed',
        actor: systemActor('sync'),
        target: { type: 'sync-run', id: runId },
        data: { source: sourceId, kind, removed: gone.length, digest },
      });
      const subject = SUBJECT_OF[kind];
      if (subject) await this.marks.mark(tx, subject, ...gone);
    }
    return counts;
  }
}
