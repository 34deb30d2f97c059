import { empty, type Sql, sql, type Tx } from '../platform/database/index.js';

export interface ActionView {
  readonly id: string;
  readonly plannedAt: string;
  readonly version: number;
  readonly [member: string]: unknown;
}

export interface ActionFilter {
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly identity?: string | undefined;
  readonly basis?: string | undefined;
}

const VIEW = sql`SELECT a.id, a.kind, json_build_object('type', a.target_type, 'id', a.target_id, 'displayName', CASE a.target_type WHEN 'identity' THEN i.display_name WHEN 'credential' THEN (SELECT c.display_name FROM credentials c WHERE c.id = a.target_id)
      ELSE (SELECT e.display_name FROM grants g JOIN entitlements e ON e.id = g.entitlement_id WHERE g.id = a.target_id) END) AS target,
    json_build_object('id', i.id, 'displayName', i.display_name) AS identity, json_build_object('id', s.id, 'name', s.name) AS source, a.status, json_build_object('type', a.basis_type, 'id', a.basis_id) AS basis, a.reason, a.requested_by AS "requestedBy",
    iso(a.planned_at) AS "plannedAt", iso(a.not_before) AS "notBefore", a.evidence, a.version
  FROM actions a JOIN identities i ON i.id = a.identity_id JOIN sources s ON s.id = a.source_id`;

export class ActionsRepository {
  constructor(private readonly tx: Tx) {}

  /**
   * Plans what a query yields: kind, target_type, target_id, identity_id, source_id, basis_type, basis_id, reason, not_before, evidence.
   * What is already on its way is not planned twice. Returns how many of each kind were planned.
   */
  async plan(rows: Sql, requestedBy: string, at: Date): Promise<Readonly<Record<string, number>>> {
    const planned = await this.tx.sql<{ kind: string; n: number }>`WITH planned AS (
        INSERT INTO actions (kind, target_type, target_id, identity_id, source_id, status, basis_type, basis_id, reason, requested_by, planned_at, not_before, evidence)
        SELECT DISTINCT ON (r.target_type, r.target_id, r.kind) r.kind, r.target_type, r.target_id, r.identity_id, r.source_id, 'planned', r.basis_type, r.basis_id, r.reason, ${requestedBy}, ${at}::timestamptz, r.not_before, r.evidence FROM (${rows}) r
        ORDER BY r.target_type, r.target_id, r.kind, r.basis_id
        ON CONFLICT (target_type, target_id, kind) WHERE status IN ('planned', 'approved', 'held', 'executing', 'executed') DO NOTHING RETURNING kind)
      SELECT kind, count(*)::int AS n FROM planned GROUP BY kind ORDER BY kind`;
    return Object.fromEntries(planned.map(({ kind, n }) => [kind, n]));
  }

  page(filter: ActionFilter, visible: Sql, limit: number, after: readonly unknown[] | null): Promise<ActionView[]> {
    return this.tx
      .run<ActionView>(sql`${VIEW} WHERE ${visible} ${filter.status === undefined ? empty : sql`AND a.status = ${filter.status}`} ${filter.kind === undefined ? empty : sql`AND a.kind = ${filter.kind}`}
      ${filter.identity === undefined ? empty : sql`AND a.identity_id = ${filter.identity}`} ${filter.basis === undefined ? empty : sql`AND a.basis_id = ${filter.basis}`}
      ${after === null ? empty : sql`AND (a.planned_at, a.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`} ORDER BY a.planned_at DESC, a.id DESC LIMIT ${limit}`);
  }

  async view(id: string, visible: Sql): Promise<ActionView | null> {
    const [row] = await this.tx.run<ActionView>(sql`${VIEW} WHERE a.id = ${id} AND ${visible}`);
    return row ?? null;
  }
}
