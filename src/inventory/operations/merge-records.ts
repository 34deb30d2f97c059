import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { sha256Hex } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { KIND_OF, MERGE_KINDS, type MergeKind, SUBJECT_OF } from '../merge-kinds.js';
import { holdersOf } from '../queries/write-use.js';
import { type ChangedRow, mergeKind, type MergeItem, type MergeRun } from '../queries/merge-kind.js';

export interface KindCounts {
  created: number;
  updated: number;
  removed: number;
  unchanged: number;
}

export interface MergeResult {
  readonly counts: Record<MergeKind, { created: number; updated: number }>;
  /** Hashes under which the rows were known before: they were seen, so the sweep leaves them alone. */
  readonly visited: readonly string[];
  /** Records that point at something this source does not have. */
  readonly unresolved: readonly { readonly item: MergeItem; readonly missing: string }[];
}

/** Takes a chunk of records into the inventory, in one transaction: rows, history, usage, touched identities, audit, and what the caller adds. */
@Injectable()
export class MergeRecords {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  execute(
    run: MergeRun,
    items: readonly MergeItem[],
    inSameTransaction: (tx: Tx, result: MergeResult) => Promise<void>,
  ): Promise<MergeResult> {
    return this.database.transaction(async (tx) => {
      const at = this.clock.now();
      const counts = Object.fromEntries(
        MERGE_KINDS.map((kind) => [kind, { created: 0, updated: 0 }]),
      ) as MergeResult['counts'];
      const visited: string[] = [];
      const unresolved: { item: MergeItem; missing: string }[] = [];
      for (const kind of MERGE_KINDS) {
        const own = latestOfEach(items.filter(({ record }) => KIND_OF[record.entity] === kind));
        if (own.length === 0) continue;
        const merged = await mergeKind(tx, run, kind, own, at);
        const subject = SUBJECT_OF[kind];
        // What was made or changed touches its identity, and is marked with it once that is judged: one mark is enough.
        const written = new Set([...merged.created, ...merged.updated].map(({ id }) => id));
        const moved = merged.moved.filter((id) => !written.has(id));
        if (subject) await this.marks.useMoved(tx, subject, moved);
        await this.marks.useMoved(tx, 'identity', await holdersOf(tx, kind, moved));
        visited.push(...merged.visited);
        unresolved.push(...merged.unresolved);
        counts[kind] = { created: merged.created.length, updated: merged.updated.length };
        if (merged.created.length + merged.updated.length > 0) {
          await this.audit.record(tx, {
            type: 'inventory.records-merged',
            actor: systemActor('sync'),
            target: { type: 'sync-run', id: run.runId },
            data: {
              source: run.sourceId,
              kind,
              created: merged.created.length,
              updated: merged.updated.length,
              digest: digestOfChanges(merged.created, merged.updated),
            },
          });
        }
      }
      const result = { counts, visited, unresolved };
      await inSameTransaction(tx, result);
      return result;
    });
  }
}

/** A source that lists one thing twice must not break its chunk: the last word counts. */
function latestOfEach(items: readonly MergeItem[]): MergeItem[] {
  const byKey = new Map<string, MergeItem>();
  for (const item of items) byKey.set(`${item.record.type} ${item.record.id}`, item);
  return [...byKey.values()];
}

/** Reproducible from the rows and their history: what changed, and into what, in the order of their ids. */
function digestOfChanges(created: readonly ChangedRow[], updated: readonly ChangedRow[]): string {
  const all = [
    ...created.map(({ id, contentHash }) => `${id} created ${contentHash}`),
    ...updated.map(({ id, contentHash }) => `${id} updated ${contentHash}`),
  ].sort();
  return `sha256:${sha256Hex(all.join('\n'))}`;
}
