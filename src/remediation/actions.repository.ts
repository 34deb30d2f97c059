import { isKeptFromMachines } from '../inventory/index.js';
import { empty, raw, type Sql, sql, type Tx } from '../platform/database/index.js';
import { type ActionKind, type ActionState, LIVE_STATES, NOTHING_RAN_STATES } from './action.states.js';

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

/** Why no machine may carry it out, over a row of identities `i`; null = one may. Judged as things stand, not as they stood. */
const BY_PERSON_BECAUSE = sql`CASE WHEN ${isKeptFromMachines('i')} THEN 'kept-for-emergencies' WHEN i.managed_by = 'cloud-provider' THEN 'provider-manages-it' END`;

const VIEW = sql`SELECT a.id, a.kind, json_build_object('type', a.target_type, 'id', a.target_id, 'displayName', CASE a.target_type WHEN 'identity' THEN i.display_name WHEN 'credential' THEN (SELECT c.display_name FROM credentials c WHERE c.id = a.target_id)
      ELSE (SELECT e.display_name FROM grants g JOIN entitlements e ON e.id = g.entitlement_id WHERE g.id = a.target_id) END) AS target,
    json_build_object('id', i.id, 'displayName', i.display_name) AS identity, json_build_object('id', s.id, 'name', s.name) AS source, a.status, CASE WHEN ${BY_PERSON_BECAUSE} IS NULL THEN 'mandate' ELSE 'person' END AS "carriedOutBy", ${BY_PERSON_BECAUSE} AS "carriedOutByBecause", json_build_object('type', a.basis_type, 'id', a.basis_id) AS basis,
    coalesce((SELECT json_agg(json_build_object('type', b.type, 'id', b.id, 'askedAt', iso(b.asked_at), 'withdrawnAt', iso(b.withdrawn_at), 'withdrawnBecause', b.withdrawn_because) ORDER BY b.asked_at, b.type, b.id) FROM action_bases b WHERE b.action_id = a.id), '[]') AS bases, a.reason, a.requested_by AS "requestedBy",
    iso(a.planned_at) AS "plannedAt", iso(a.not_before) AS "notBefore", a.evidence, a.version
  FROM actions a JOIN identities i ON i.id = a.identity_id JOIN sources s ON s.id = a.source_id`;

const statusIn = (states: readonly ActionState[]): Sql =>
  raw(`status IN (${states.map((state) => `'${state}'`).join(', ')})`);
const LIVE = statusIn(LIVE_STATES);
const NOTHING_RAN = statusIn(NOTHING_RAN_STATES);

export class ActionsRepository {
  constructor(private readonly tx: Tx) {}

  /**
   * Whoever plans or withdraws does so one after the other: what one of them calls off, another must not just have
   * asked for. Held until the transaction ends.
   */
  async lockPlanning(): Promise<void> {
    await this.tx.sql`SELECT pg_advisory_xact_lock(hashtextextended('remediation.planning', 0))`;
  }

  /**
   * Plans what a query yields: kind, target_type, target_id, identity_id, source_id, basis_type, basis_id, reason, not_before, evidence
   * (of a finding, `evidence.timesOpened` says which time it asks). What is already on its way is not planned twice, and keeps who else
   * asks for it. Returns how many of each kind were planned, and how many of them only a person may carry out.
   */
  async plan(rows: Sql, requestedBy: string, at: Date): Promise<{ planned: Record<string, number>; byPerson: number }> {
    await this.lockPlanning();
    await this.tx.sql`DROP TABLE IF EXISTS pg_temp.asked_actions`;
    await this.tx.run(sql`CREATE TEMP TABLE asked_actions ON COMMIT DROP AS SELECT r.* FROM (${rows}) r`);
    const planned = await this.tx.sql<{ kind: string; n: number; byPerson: number }>`WITH planned AS (
        INSERT INTO actions (kind, target_type, target_id, identity_id, source_id, status, basis_type, basis_id, reason, requested_by, planned_at, not_before, evidence)
        SELECT DISTINCT ON (r.target_type, r.target_id, r.kind) r.kind, r.target_type, r.target_id, r.identity_id, r.source_id, 'planned', r.basis_type, r.basis_id, r.reason, ${requestedBy}, ${at}::timestamptz, r.not_before, r.evidence FROM asked_actions r
        ORDER BY r.target_type, r.target_id, r.kind, r.basis_id
        ON CONFLICT (target_type, target_id, kind) WHERE ${LIVE} DO NOTHING RETURNING kind, identity_id)
      SELECT p.kind, count(*)::int AS n, count(*) FILTER (WHERE ${BY_PERSON_BECAUSE} IS NOT NULL)::int AS "byPerson" FROM planned p JOIN identities i ON i.id = p.identity_id GROUP BY p.kind ORDER BY p.kind`;
    await this.tx
      .sql`INSERT INTO action_bases AS b (action_id, type, id, episode, asked_at) SELECT DISTINCT a.id, r.basis_type, r.basis_id, coalesce((r.evidence->>'timesOpened')::int, 1), ${at}::timestamptz
        FROM asked_actions r JOIN actions a ON a.target_type = r.target_type AND a.target_id = r.target_id AND a.kind = r.kind AND a.${LIVE}
      ON CONFLICT (action_id, type, id) DO UPDATE SET episode = EXCLUDED.episode, asked_at = CASE WHEN b.withdrawn_at IS NULL THEN b.asked_at ELSE EXCLUDED.asked_at END, withdrawn_at = NULL, withdrawn_because = NULL
        WHERE b.withdrawn_at IS NOT NULL OR b.episode <> EXCLUDED.episode`;
    return {
      planned: Object.fromEntries(planned.map(({ kind, n }) => [kind, n])),
      byPerson: planned.reduce((sum, { byPerson }) => sum + byPerson, 0),
    };
  }

  /** What these findings asked for and was settled one way or another, without having been withdrawn. */
  settledOf(findingIds: readonly string[]): Promise<{ finding: string; kind: ActionKind; episode: number }[]> {
    return this.tx
      .sql`SELECT b.id AS finding, a.kind, b.episode FROM action_bases b JOIN actions a ON a.id = b.action_id WHERE b.type = 'finding' AND b.id = ANY(${findingIds}::uuid[]) AND b.withdrawn_at IS NULL AND NOT a.${LIVE}`;
  }

  /** Findings that ask for something of which nothing ran yet, in the order of their ids. */
  async askingFindings(after: string | null, limit: number): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT DISTINCT b.id FROM action_bases b JOIN actions a ON a.id = b.action_id WHERE b.type = 'finding' AND b.withdrawn_at IS NULL AND a.${NOTHING_RAN} AND b.id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid ORDER BY b.id LIMIT ${limit}`;
    return rows.map(({ id }) => id);
  }

  /**
   * Takes back what findings asked for, except what they still ask for, as long as nothing ran. An action that nobody asks
   * for any longer is cancelled. Returns how many of each kind were.
   */
  async withdraw(
    findings: readonly { id: string; because: string; stillAsks: ActionKind | null }[],
    at: Date,
  ): Promise<Readonly<Record<string, number>>> {
    // Locked first: whoever approves one of them meanwhile is waited for, and what came of it is seen.
    const locked = await this.tx.sql<{
      id: string;
    }>`SELECT a.id FROM actions a WHERE a.${NOTHING_RAN} AND a.id IN (SELECT b.action_id FROM action_bases b WHERE b.type = 'finding' AND b.withdrawn_at IS NULL AND b.id = ANY(${findings.map(({ id }) => id)}::uuid[])) ORDER BY a.id FOR UPDATE OF a`;
    if (locked.length === 0) return {};
    const ids = locked.map(({ id }) => id);
    await this.tx
      .sql`UPDATE action_bases b SET withdrawn_at = ${at}::timestamptz, withdrawn_because = f.because FROM actions a, jsonb_to_recordset(${JSON.stringify(findings)}::jsonb) AS f(id uuid, because text, "stillAsks" text)
      WHERE a.id = b.action_id AND a.id = ANY(${ids}::uuid[]) AND b.type = 'finding' AND b.id = f.id AND b.withdrawn_at IS NULL AND a.kind IS DISTINCT FROM f."stillAsks"`;
    return this.cancelUnasked(ids);
  }

  /** The same of everything that some others of one type (`ids` yields their ids) asked for. */
  async withdrawAll(type: string, ids: Sql, at: Date): Promise<Readonly<Record<string, number>>> {
    const asked = sql`SELECT b.action_id FROM action_bases b WHERE b.type = ${type} AND b.withdrawn_at IS NULL AND b.id IN (${ids})`;
    const locked = await this.tx.sql<{
      id: string;
    }>`SELECT a.id FROM actions a WHERE a.${NOTHING_RAN} AND a.id IN (${asked}) ORDER BY a.id FOR UPDATE OF a`;
    if (locked.length === 0) return {};
    const actions = locked.map(({ id }) => id);
    await this.tx
      .sql`UPDATE action_bases b SET withdrawn_at = ${at}::timestamptz, withdrawn_because = 'not-asked' WHERE b.action_id = ANY(${actions}::uuid[]) AND b.type = ${type} AND b.withdrawn_at IS NULL AND b.id IN (${ids})`;
    return this.cancelUnasked(actions);
  }

  private async cancelUnasked(ids: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const cancelled = await this.tx.sql<{ kind: string; n: number }>`WITH cancelled AS (
        UPDATE actions a SET status = 'cancelled', version = a.version + 1 WHERE a.id = ANY(${ids}::uuid[]) AND a.${NOTHING_RAN} AND NOT EXISTS (SELECT 1 FROM action_bases b WHERE b.action_id = a.id AND b.withdrawn_at IS NULL) RETURNING a.kind)
      SELECT kind, count(*)::int AS n FROM cancelled GROUP BY kind ORDER BY kind`;
    return Object.fromEntries(cancelled.map(({ kind, n }) => [kind, n]));
  }

  page(filter: ActionFilter, visible: Sql, limit: number, after: readonly unknown[] | null): Promise<ActionView[]> {
    return this.tx
      .run<ActionView>(sql`${VIEW} WHERE ${visible} ${filter.status === undefined ? empty : sql`AND a.status = ${filter.status}`} ${filter.kind === undefined ? empty : sql`AND a.kind = ${filter.kind}`}
      ${filter.identity === undefined ? empty : sql`AND a.identity_id = ${filter.identity}`} ${filter.basis === undefined ? empty : sql`AND a.id IN (SELECT b.action_id FROM action_bases b WHERE b.id = ${filter.basis})`}
      ${after === null ? empty : sql`AND (a.planned_at, a.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`} ORDER BY a.planned_at DESC, a.id DESC LIMIT ${limit}`);
  }

  async view(id: string, visible: Sql): Promise<ActionView | null> {
    const [row] = await this.tx.run<ActionView>(sql`${VIEW} WHERE a.id = ${id} AND ${visible}`);
    return row ?? null;
  }
}
