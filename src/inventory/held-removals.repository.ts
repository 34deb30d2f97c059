import { raw, type Tx } from '../platform/database/index.js';
import { MERGE_KINDS, type MergeKind } from './merge-kinds.js';

/** One resource type in one scope of which rows would be removed. */
export interface RemovalShare {
  readonly kind: MergeKind;
  readonly scope: string;
  readonly type: string;
  readonly live: number;
  readonly removed: number;
}

/** The parent a gap may name: the identity a credential or grant hangs on. */
const PARENT_ID: Record<MergeKind, string> = {
  identities: 't.external_id',
  entitlements: 't.external_id',
  resources: 't.external_id',
  credentials: 'p.external_id',
  grants: 'p.external_id',
};
const parentOf = (kind: MergeKind): string =>
  kind === 'credentials' || kind === 'grants' ? 'JOIN identities p ON p.id = t.identity_id' : '';

/** What rows of which other kind go with a row that is removed. */
const GOES_WITH: Partial<Record<MergeKind, readonly (readonly [MergeKind, string])[]>> = {
  // With the identity goes what it held, even where that could not be read.
  identities: [
    ['credentials', 'identity_id = ANY($3)'],
    ['grants', '(identity_id = ANY($3) OR via_identity_id = ANY($3))'],
  ],
  entitlements: [['grants', 'entitlement_id = ANY($3)']],
};

/** Candidates for removal: noted, weighed, and then carried out or held. */
export class HeldRemovalsRepository {
  constructor(private readonly tx: Tx) {}

  async note(
    run: { runId: string; sourceId: string },
    kind: MergeKind,
    unvisited: readonly string[],
    complete: readonly { scopeId: string; type: string }[],
  ): Promise<void> {
    await this.tx.sql`INSERT INTO held_removals (run_id, kind, row_id, raw_hash)
      SELECT ${run.runId}, ${kind}, t.id, t.raw_hash FROM ${raw(kind)} t
      JOIN unnest(${complete.map(({ scopeId }) => scopeId)}::uuid[], ${complete.map(({ type }) => type)}::text[]) AS c(scope_id, resource_type) ON c.scope_id = t.scope_id AND c.resource_type = t.resource_type
      ${raw(parentOf(kind))}
      WHERE t.source_id = ${run.sourceId} AND t.removed_at IS NULL AND t.raw_hash = ANY(${unvisited}::uuid[])
        AND NOT EXISTS (SELECT 1 FROM gaps g WHERE g.scope_id = t.scope_id AND g.resource_type = t.resource_type AND (g.parent_external_id IS NULL OR g.parent_external_id = ${raw(PARENT_ID[kind])}))
      ON CONFLICT DO NOTHING`;
  }

  async forget(runId: string): Promise<void> {
    await this.tx.sql`DELETE FROM held_removals WHERE run_id = ${runId}`;
  }

  async weigh(runId: string): Promise<RemovalShare[]> {
    const shares: RemovalShare[] = [];
    for (const kind of MERGE_KINDS) {
      shares.push(
        ...(await this.tx
          .sql<RemovalShare>`WITH going AS (SELECT t.scope_id, t.resource_type, count(*)::int AS removed FROM held_removals h JOIN ${raw(kind)} t ON t.id = h.row_id WHERE h.run_id = ${runId} AND h.kind = ${kind} GROUP BY 1, 2)
          SELECT ${kind}::text AS kind, s.external_id AS scope, g.resource_type AS type, g.removed,
            (SELECT count(*)::int FROM ${raw(kind)} l WHERE l.scope_id = g.scope_id AND l.resource_type = g.resource_type AND l.removed_at IS NULL) AS live
          FROM going g JOIN scopes s ON s.id = g.scope_id`),
      );
    }
    return shares;
  }

  take(runId: string, kind: MergeKind, limit: number): Promise<{ id: string; hash: string }[]> {
    return this.tx.sql`DELETE FROM held_removals WHERE (run_id, kind, row_id) IN (
      SELECT run_id, kind, row_id FROM held_removals WHERE run_id = ${runId} AND kind = ${kind} ORDER BY row_id LIMIT ${limit}) RETURNING row_id AS id, raw_hash AS hash`;
  }

  /** Ends the rows that still are what they were when they were noted, and what goes with them. Returns ids by kind. */
  async end(
    runId: string,
    kind: MergeKind,
    rows: readonly { id: string; hash: string }[],
    at: Date,
  ): Promise<[MergeKind, string[]][]> {
    const end = async (table: MergeKind, condition: string, values: unknown[]): Promise<string[]> => {
      const { rows: ended } = await this.tx.query(
        `UPDATE ${table} SET removed_at = $1, valid_from = $1, run_id = $2, version = version + 1 WHERE removed_at IS NULL AND ${condition} RETURNING id`,
        [at, runId, ...values],
      );
      return ended.map(({ id }) => id as string);
    };
    const ids = await end(kind, '(id, raw_hash) IN (SELECT * FROM unnest($3::uuid[], $4::uuid[]))', [
      rows.map(({ id }) => id),
      rows.map(({ hash }) => hash),
    ]);
    const ended: [MergeKind, string[]][] = [[kind, ids]];
    for (const [table, condition] of GOES_WITH[kind] ?? []) ended.push([table, await end(table, condition, [ids])]);
    for (const [table, gone] of ended) {
      if (gone.length === 0 || (table !== 'credentials' && table !== 'grants')) continue;
      await this.tx.query(
        `INSERT INTO touched_identities (identity_id, source_id) SELECT DISTINCT i.id, i.source_id FROM ${table} t JOIN identities i ON i.id = t.identity_id WHERE t.id = ANY($1) AND i.removed_at IS NULL ON CONFLICT DO NOTHING`,
        [gone],
      );
    }
    return ended;
  }
}
