import { empty, sql, type Tx } from '../platform/database/index.js';

export interface AuditEntryRow {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly type: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly data: Record<string, unknown>;
  readonly requestId: string | null;
}

export interface AuditFilter {
  readonly type?: string | undefined;
  readonly actor?: string | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export class AuditEntriesRepository {
  constructor(private readonly tx: Tx) {}

  async append(entry: Omit<AuditEntryRow, 'id'>): Promise<void> {
    await this.tx.sql`INSERT INTO audit_entries (at, actor, type, target_type, target_id, data, request_id)
      VALUES (${entry.at}, ${entry.actor}, ${entry.type}, ${entry.targetType}, ${entry.targetId}, ${JSON.stringify(entry.data)}, ${entry.requestId})`;
  }

  /** Newest first; `before` is the id of the last one seen. */
  page(filter: AuditFilter, limit: number, before: string | null): Promise<AuditEntryRow[]> {
    const when = (value: unknown, condition: ReturnType<typeof sql>) => (value === undefined ? empty : condition);
    return this.tx
      .sql<AuditEntryRow>`SELECT id::text, at, actor, type, target_type AS "targetType", target_id AS "targetId", data, request_id AS "requestId"
      FROM audit_entries WHERE true
        ${when(filter.type, sql`AND type = ${filter.type}`)}
        ${when(filter.actor, sql`AND actor = ${filter.actor}`)}
        ${when(filter.targetType, sql`AND target_type = ${filter.targetType}`)}
        ${when(filter.targetId, sql`AND target_id = ${filter.targetId}`)}
        ${when(filter.since, sql`AND at >= ${filter.since}`)}
        ${when(filter.until, sql`AND at < ${filter.until}`)}
        ${before === null ? empty : sql`AND id < ${before}::bigint`}
      ORDER BY id DESC LIMIT ${limit}`;
  }
}
