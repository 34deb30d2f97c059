import { raw, type Tx } from '../platform/database/index.js';
import type { ImportChange } from './staged-people.repository.js';

export interface PeopleImportRow {
  readonly id: string;
  readonly fileName: string | null;
  readonly uploadId: string;
  readonly feedId: string;
  readonly feed: string;
  readonly origin: 'upload' | 'folder';
  readonly options: {
    readonly dryRun: boolean;
    readonly snapshot: boolean;
    readonly timeZone: string;
    readonly mapping?: Readonly<Record<string, string>> | undefined;
  };
  readonly createdBy: string;
  readonly status: 'queued' | 'running' | 'complete' | 'partial' | 'failed' | 'held';
  readonly counts: Record<string, number>;
  readonly errors: { line: number; field: string | null; detail: string }[];
  readonly error: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

const COLUMNS = raw(
  `id, feed_id AS "feedId", (SELECT name FROM people_feeds f WHERE f.id = feed_id) AS feed, origin, created_by AS "createdBy", file_name AS "fileName", upload_id AS "uploadId", options, status, counts, errors, error, iso(created_at) AS "createdAt", iso(started_at) AS "startedAt", iso(finished_at) AS "finishedAt"`,
);

export class PeopleImportsRepository {
  constructor(private readonly tx: Tx) {}

  async insert(row: {
    id: string;
    fileName: string | null;
    uploadId: string;
    options: PeopleImportRow['options'];
    feedId: string;
    origin: PeopleImportRow['origin'];
    createdBy: string;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`INSERT INTO people_imports (id, feed_id, origin, file_name, upload_id, options, status, created_by, created_at)
      VALUES (${row.id}, ${row.feedId}, ${row.origin}, ${row.fileName}, ${row.uploadId}, ${JSON.stringify(row.options)}, 'queued', ${row.createdBy}, ${row.at})`;
  }
  async one(id: string): Promise<PeopleImportRow | null> {
    return (await this.tx.sql<PeopleImportRow>`SELECT ${COLUMNS} FROM people_imports WHERE id = ${id}`)[0] ?? null;
  }
  async forChange(id: string): Promise<PeopleImportRow | null> {
    return (
      (await this.tx.sql<PeopleImportRow>`SELECT ${COLUMNS} FROM people_imports WHERE id = ${id} FOR UPDATE`)[0] ?? null
    );
  }
  page(limit: number, before: string | null): Promise<PeopleImportRow[]> {
    return this.tx
      .sql<PeopleImportRow>`SELECT ${COLUMNS} FROM people_imports WHERE ${before}::uuid IS NULL OR id < ${before}::uuid ORDER BY id DESC LIMIT ${limit}`;
  }
  /** Whether a file of the feed was taken after this one: what an older one says is no longer so. */
  async isSuperseded(id: string, feedId: string): Promise<boolean> {
    const rows = await this.tx
      .sql`SELECT 1 FROM people_imports WHERE feed_id = ${feedId} AND id > ${id} AND status IN ('complete', 'partial') AND NOT (options->>'dryRun')::boolean LIMIT 1`;
    return rows.length > 0;
  }
  changes(id: string, limit: number, after: number): Promise<(ImportChange & { seq: number })[]> {
    return this.tx
      .sql`SELECT seq, kind, key, display_name AS "displayName", fields FROM people_import_changes WHERE import_id = ${id} AND seq > ${after} ORDER BY seq LIMIT ${limit}`;
  }
  async start(id: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE people_imports SET status = 'running', started_at = ${at} WHERE id = ${id}`;
  }
  async requeue(id: string): Promise<void> {
    await this.tx.sql`UPDATE people_imports SET status = 'queued', error = NULL, finished_at = NULL WHERE id = ${id}`;
  }
  async finish(
    id: string,
    outcome: {
      status: PeopleImportRow['status'];
      counts: Record<string, number>;
      errors: readonly unknown[];
      error: string | null;
      at: Date;
    },
  ): Promise<void> {
    await this.tx
      .sql`UPDATE people_imports SET status = ${outcome.status}, counts = ${JSON.stringify(outcome.counts)}, errors = ${JSON.stringify(outcome.errors)}, error = ${outcome.error}, finished_at = ${outcome.at} WHERE id = ${id}`;
  }
}
