import { empty, type Sql, sql, type Tx } from '../../platform/database/index.js';

export interface SourceView {
  readonly id: string;
  readonly name: string;
  readonly connector: string;
  readonly config: Record<string, unknown>;
  readonly status: string;
  readonly schedule: string | null;
  readonly nextReadAt: string | null;
  readonly unit: string | null;
  readonly removalShare: number;
  readonly lastRunId: string | null;
  readonly createdAt: string;
  readonly version: number;
}

const SELECT = sql`SELECT s.id, s.name, s.connector, s.config, s.status, s.schedule, iso(s.next_read_at) AS "nextReadAt", s.unit_id AS unit, s.removal_share AS "removalShare", iso(s.created_at) AS "createdAt", s.version,
  (SELECT r.id FROM sync_runs r WHERE r.source_id = s.id ORDER BY r.id DESC LIMIT 1) AS "lastRunId" FROM sources s`;

export function listSources(
  tx: Tx,
  visible: Sql,
  filter: { status?: string | undefined; connector?: string | undefined },
  limit: number,
  after: readonly unknown[] | null,
): Promise<SourceView[]> {
  return tx.run<SourceView>(sql`${SELECT} WHERE ${visible} ${filter.status === undefined ? empty : sql`AND s.status = ${filter.status}`} ${filter.connector === undefined ? empty : sql`AND s.connector = ${filter.connector}`}
    ${after === null ? empty : sql`AND (s.name, s.id) > (${after[0]}, ${after[1]}::uuid)`} ORDER BY s.name, s.id LIMIT ${limit}`);
}

export async function oneSource(tx: Tx, visible: Sql, id: string): Promise<SourceView | null> {
  return (await tx.run<SourceView>(sql`${SELECT} WHERE s.id = ${id} AND ${visible}`))[0] ?? null;
}

export interface CoverageRow {
  readonly scope: {
    readonly id: string;
    readonly name: string;
    readonly kind: string;
    readonly state: string;
    readonly environment: string | null;
  };
  readonly types: readonly unknown[];
}

/** What was seen and what was not, scope by scope and type by type. */
export function coverageOf(tx: Tx, sourceId: string): Promise<CoverageRow[]> {
  return tx.sql<CoverageRow>`SELECT json_build_object('id', s.external_id, 'name', s.name, 'kind', s.kind, 'state', s.state, 'environment', s.environment) AS scope,
    coalesce((SELECT json_agg(json_build_object('resourceType', r.resource_type, 'lastCompleteAt', iso(r.last_complete_at), 'useKnownSince', iso(r.use_known_since), 'useKnownUntil', iso(r.use_known_until), 'stated', r.stated_count, 'collected', r.collected_count,
      'gaps', coalesce((SELECT json_agg(json_build_object('parent', g.parent_external_id, 'reason', g.reason, 'permission', g.permission, 'detail', g.detail, 'since', iso(g.since)) ORDER BY g.parent_external_id) FROM gaps g WHERE g.scope_id = r.scope_id AND g.resource_type = r.resource_type), '[]')) ORDER BY r.resource_type)
      FROM scope_readings r WHERE r.scope_id = s.id), '[]') AS types
    FROM scopes s WHERE s.source_id = ${sourceId} ORDER BY s.external_id`;
}
