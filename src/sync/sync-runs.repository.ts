import type { Gap } from '../connectors/sdk/index.js';
import type { KindCounts, MergeKind } from '../inventory/index.js';
import { empty, raw, sql, type Tx } from '../platform/database/index.js';

export type RunStatus = 'queued' | 'running' | 'complete' | 'partial' | 'failed' | 'held';
export type RunCounts = Partial<Record<MergeKind, KindCounts>>;

export interface RunGap extends Gap {
  readonly scope: string;
}

export interface RowError {
  readonly line: number;
  readonly field: string | null;
  readonly detail: string;
}

export interface SyncRunRow {
  readonly id: string;
  readonly source: { readonly id: string; readonly name: string };
  readonly status: RunStatus;
  readonly trigger: 'manual' | 'scheduled' | 'import';
  readonly requestedBy: string;
  readonly counts: RunCounts;
  readonly gaps: RunGap[];
  readonly rowErrors: RowError[];
  readonly rowErrorCount: number;
  readonly error: Record<string, unknown> | null;
  readonly progress: Record<string, unknown>;
  readonly uploadId: string | null;
  readonly options: RunOptions;
  readonly attempt: number;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly confirmedBy: string | null;
  readonly version: number;
}

export interface RunOptions {
  /** The format of the file, where the run is an import. */
  readonly format?: string;
  readonly mode?: 'snapshot' | 'append';
}

const COLUMNS =
  raw(`r.id, json_build_object('id', s.id, 'name', s.name) AS source, r.status, r.trigger, r.requested_by AS "requestedBy", r.counts, r.gaps, r.row_errors AS "rowErrors", r.row_error_count AS "rowErrorCount", r.error, r.progress,
  r.upload_id AS "uploadId", r.options, r.attempt, iso(r.queued_at) AS "queuedAt", iso(r.started_at) AS "startedAt", iso(r.finished_at) AS "finishedAt", r.confirmed_by AS "confirmedBy", r.version`);

export class SyncRunsRepository {
  constructor(private readonly tx: Tx) {}

  async one(id: string): Promise<SyncRunRow | null> {
    return (
      (
        await this.tx
          .sql<SyncRunRow>`SELECT ${COLUMNS} FROM sync_runs r JOIN sources s ON s.id = r.source_id WHERE r.id = ${id}`
      )[0] ?? null
    );
  }

  async forChange(id: string): Promise<SyncRunRow | null> {
    return (
      (
        await this.tx
          .sql<SyncRunRow>`SELECT ${COLUMNS} FROM sync_runs r JOIN sources s ON s.id = r.source_id WHERE r.id = ${id} FOR UPDATE OF r`
      )[0] ?? null
    );
  }

  page(source: string | undefined, limit: number, before: string | null): Promise<SyncRunRow[]> {
    return this.tx
      .sql<SyncRunRow>`SELECT ${COLUMNS} FROM sync_runs r JOIN sources s ON s.id = r.source_id WHERE true ${source === undefined ? empty : sql`AND r.source_id = ${source}`}
      ${before === null ? empty : sql`AND r.id < ${before}`} ORDER BY r.id DESC LIMIT ${limit}`;
  }

  many(ids: readonly string[]): Promise<SyncRunRow[]> {
    return this.tx
      .sql<SyncRunRow>`SELECT ${COLUMNS} FROM sync_runs r JOIN sources s ON s.id = r.source_id WHERE r.id = ANY(${ids}::uuid[])`;
  }

  /** The run of a source that is queued or under way. */
  async live(sourceId: string): Promise<SyncRunRow | null> {
    return (
      (
        await this.tx
          .sql<SyncRunRow>`SELECT ${COLUMNS} FROM sync_runs r JOIN sources s ON s.id = r.source_id WHERE r.source_id = ${sourceId} AND r.status IN ('queued', 'running')`
      )[0] ?? null
    );
  }

  async latest(sourceId: string): Promise<SyncRunRow | null> {
    return (
      (
        await this.tx
          .sql<SyncRunRow>`SELECT ${COLUMNS} FROM sync_runs r JOIN sources s ON s.id = r.source_id WHERE r.source_id = ${sourceId} ORDER BY r.id DESC LIMIT 1`
      )[0] ?? null
    );
  }

  async insert(run: {
    id: string;
    sourceId: string;
    trigger: SyncRunRow['trigger'];
    requestedBy: string;
    uploadId: string | null;
    options: RunOptions;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`INSERT INTO sync_runs (id, source_id, status, trigger, requested_by, upload_id, options, queued_at)
      VALUES (${run.id}, ${run.sourceId}, 'queued', ${run.trigger}, ${run.requestedBy}, ${run.uploadId}, ${JSON.stringify(run.options)}, ${run.at})`;
  }

  async start(id: string, attempt: number, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE sync_runs SET status = 'running', attempt = ${attempt}, started_at = coalesce(started_at, ${at}), beat_at = ${at}, gaps = '[]', row_errors = '[]', row_error_count = 0 WHERE id = ${id}`;
  }

  /** Still alive, and how far. */
  async beat(id: string, progress: Record<string, unknown>, at: Date): Promise<void> {
    await this.tx.sql`UPDATE sync_runs SET beat_at = ${at}, progress = ${JSON.stringify(progress)} WHERE id = ${id}`;
  }

  /** Counts grow with the chunk that earned them, in its transaction: a killed run loses none and doubles none. */
  async addCounts(id: string, deltas: Partial<Record<MergeKind, Partial<KindCounts>>>): Promise<void> {
    const [row] = await this.tx.sql<{ counts: RunCounts }>`SELECT counts FROM sync_runs WHERE id = ${id} FOR UPDATE`;
    const counts = structuredClone(row!.counts) as Record<string, KindCounts>;
    for (const [kind, delta] of Object.entries(deltas)) {
      const own = (counts[kind] ??= { created: 0, updated: 0, removed: 0, unchanged: 0 });
      for (const [name, by] of Object.entries(delta as Record<keyof KindCounts, number>))
        own[name as keyof KindCounts] += by;
    }
    await this.tx.sql`UPDATE sync_runs SET counts = ${JSON.stringify(counts)} WHERE id = ${id}`;
  }

  async finish(
    id: string,
    outcome: {
      status: RunStatus;
      counts?: RunCounts;
      gaps: readonly RunGap[];
      rowErrors: readonly RowError[];
      rowErrorCount: number;
      error: Record<string, unknown> | null;
      at: Date;
    },
  ): Promise<void> {
    await this.tx
      .sql`UPDATE sync_runs SET status = ${outcome.status}, counts = coalesce(${outcome.counts ? JSON.stringify(outcome.counts) : null}::jsonb, counts), gaps = ${JSON.stringify(outcome.gaps)}, row_errors = ${JSON.stringify(outcome.rowErrors)},
      row_error_count = ${outcome.rowErrorCount}, error = ${outcome.error ? JSON.stringify(outcome.error) : null}, finished_at = ${outcome.at}, version = version + 1 WHERE id = ${id}`;
  }

  async confirm(id: string, by: string): Promise<void> {
    await this.tx
      .sql`UPDATE sync_runs SET status = 'running', confirmed_by = ${by}, finished_at = NULL, error = NULL, version = version + 1 WHERE id = ${id}`;
  }

  /** Runs that say they are under way, of which nothing was heard for long. */
  lost(before: Date): Promise<{ id: string }[]> {
    return this.tx
      .sql`SELECT id FROM sync_runs WHERE status = 'running' AND beat_at < ${before} FOR UPDATE SKIP LOCKED`;
  }

  async hashKey(): Promise<string> {
    const [row] = await this.tx.sql<{ key: string }>`SELECT hash_key AS key FROM installation`;
    return row!.key;
  }

  async identitiesByAttribute(
    sourceId: string,
    attribute: string,
    values: readonly string[],
  ): Promise<Map<string, { type: string; id: string }>> {
    if (!/^[a-zA-Z]{1,40}$/.test(attribute)) throw new Error(`${attribute} is no name of an attribute`);
    // Part of the text, not a bound value: an index on the attribute is found only so.
    const named = raw(`'${attribute}'`);
    const rows = await this.tx.sql<{
      value: string;
      type: string;
      id: string;
    }>`SELECT attributes->>${named} AS value, resource_type AS type, external_id AS id FROM identities
      WHERE source_id = ${sourceId} AND removed_at IS NULL AND attributes ? ${named} AND attributes->>${named} = ANY(${values})`;
    return new Map(rows.map(({ value, type, id }) => [value, { type, id }]));
  }
}
