import { empty, join, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';
import { DEFAULT_QUEUE } from '../../checks/index.js';
import type { JsonRow } from './identity-view.js';

export interface FindingFilter {
  readonly check?: string | undefined;
  readonly severity?: string | undefined;
  readonly status?: 'open' | 'acknowledged' | 'excepted' | 'resolved' | 'unresolved' | undefined;
  readonly subject?: string | undefined;
  readonly subjectType?: string | undefined;
  readonly identity?: string | undefined;
  readonly source?: string | undefined;
  readonly owner?: string | undefined;
  readonly mode?: string | undefined;
  readonly dueBefore?: string | undefined;
  readonly openedSince?: string | undefined;
  readonly q?: string | undefined;
  readonly policy?: string | undefined;
  readonly combination?: readonly string[] | undefined;
  /** Where it goes: a person, a team or a queue. */
  readonly assignee?: string | undefined;
  readonly team?: string | undefined;
  readonly queue?: string | undefined;
}

/** The name of whatever a finding is about; null once it is forgotten. */
export const SUBJECT_NAME = `CASE f.subject_type WHEN 'identity' THEN si.display_name WHEN 'credential' THEN sc.display_name WHEN 'grant' THEN (SELECT e.display_name FROM grants g JOIN entitlements e ON e.id = g.entitlement_id WHERE g.id = f.subject_id)
  WHEN 'use-case' THEN (SELECT u.name FROM use_cases u WHERE u.id = f.subject_id) WHEN 'agent' THEN (SELECT a.name FROM agents a WHERE a.id = f.subject_id) WHEN 'person' THEN (SELECT p.display_name FROM persons p WHERE p.id = f.subject_id)
  WHEN 'source' THEN (SELECT s.name FROM sources s WHERE s.id = f.subject_id) END`;

/** `holder` is the identity a finding leads to: itself, or the one that holds the credential or grant. */
const FROM = raw(`FROM findings f
  LEFT JOIN identities si ON f.subject_type = 'identity' AND si.id = f.subject_id
  LEFT JOIN credentials sc ON f.subject_type = 'credential' AND sc.id = f.subject_id
  LEFT JOIN grants sg ON f.subject_type = 'grant' AND sg.id = f.subject_id
  LEFT JOIN identities holder ON holder.id = coalesce(si.id, sc.identity_id, sg.identity_id)
  LEFT JOIN ownerships o ON o.identity_id = holder.id AND o.state IN ('provisional', 'accepted')
  LEFT JOIN persons op ON op.id = o.owner_id
  LEFT JOIN teams ot ON ot.id = o.team_id
  LEFT JOIN persons fp ON fp.id = f.assigned_person_id
  LEFT JOIN teams ft ON ft.id = f.assigned_team_id
  LEFT JOIN policies pol ON pol.id = f.policy_id
  LEFT JOIN scopes fs ON fs.id = holder.scope_id`);

/** A gap over the subject's own type: what is known of it may be out of date, so its findings stand still. */
const FROZEN = raw(
  `EXISTS (SELECT 1 FROM gaps g WHERE g.scope_id = coalesce(sc.scope_id, sg.scope_id, si.scope_id) AND g.resource_type = coalesce(sc.resource_type, sg.resource_type, si.resource_type) AND (g.parent_external_id IS NULL OR g.parent_external_id = holder.external_id))`,
);

/** Somebody who is still there: who left is sent nothing. */
const OWNED = `(op.id IS NOT NULL AND op.status <> 'left')`;
const QUEUE = `coalesce(f.assigned_queue, pol.settings->>'queue', '${DEFAULT_QUEUE}')`;

/** Where a finding goes: to whom it was sent; else to the owner, the team, the queue of its policy, in this order. */
const ASSIGNEE =
  raw(`CASE WHEN fp.id IS NOT NULL THEN json_build_object('type', 'person', 'id', fp.id, 'name', fp.display_name, 'because', 'assigned')
  WHEN ft.id IS NOT NULL THEN json_build_object('type', 'team', 'id', ft.id, 'name', ft.name, 'because', 'assigned')
  WHEN f.assigned_queue IS NOT NULL THEN json_build_object('type', 'queue', 'id', NULL, 'name', f.assigned_queue, 'because', 'assigned')
  WHEN ${OWNED} THEN json_build_object('type', 'person', 'id', op.id, 'name', op.display_name, 'because', 'owner')
  WHEN ot.id IS NOT NULL THEN json_build_object('type', 'team', 'id', ot.id, 'name', ot.name, 'because', 'team')
  ELSE json_build_object('type', 'queue', 'id', NULL, 'name', ${QUEUE}, 'because', CASE WHEN pol.settings ? 'queue' THEN 'policy' ELSE 'default' END) END`);
const UNSENT = raw(`num_nonnulls(f.assigned_person_id, f.assigned_team_id, f.assigned_queue) = 0`);

/** The exception that allows a finding, or waits to. */
const EXCEPTION =
  raw(`(SELECT json_build_object('id', x.id, 'status', x.status, 'expiresAt', iso(x.expires_at), 'reason', x.reason, 'compensatingControl', x.compensating_control, 'requestedBy', x.requested_by, 'approvedBy', CASE WHEN x.status = 'approved' THEN x.decided_by END)
  FROM exceptions x WHERE x.finding_id = f.id AND x.status IN ('approved', 'requested') ORDER BY x.status LIMIT 1)`);

const VIEW = sql`SELECT f.rank, f.id::text AS k1, f.id, f.version, json_build_object('id', f.id, 'check', f.check_id, 'subject', json_build_object('type', f.subject_type, 'id', f.subject_id, 'displayName', ${raw(SUBJECT_NAME)}),
    'identity', CASE WHEN holder.id IS NULL THEN NULL ELSE json_build_object('id', holder.id, 'displayName', holder.display_name) END, 'source', CASE WHEN holder.id IS NULL THEN NULL ELSE holder.source_id END, 'scope', fs.external_id,
    'severity', f.severity, 'status', f.status, 'resolution', f.resolution, 'supersededBy', f.superseded_by, 'mode', f.mode, 'reason', f.reason, 'frozen', f.status <> 'resolved' AND ${FROZEN},
    'owner', CASE WHEN op.id IS NULL THEN NULL ELSE json_build_object('id', op.id, 'displayName', op.display_name) END,
    'since', iso(f.since), 'openedAt', iso(f.opened_at), 'dueAt', iso(f.due_at), 'dueBecause', f.due_because, 'wave', CASE WHEN f.due_basis = 'wave' THEN f.wave END, 'rank', f.rank, 'combination', f.combination, 'assignee', ${ASSIGNEE}, 'policy', CASE WHEN pol.id IS NULL THEN NULL ELSE json_build_object('id', pol.id, 'name', pol.name) END, 'exception', ${EXCEPTION}, 'resolvedAt', iso(f.resolved_at), 'timesOpened', f.times_opened, 'evidence', f.evidence, 'version', f.version)::text AS json ${FROM}`;

export function listFindings(
  tx: Tx,
  visible: Sql,
  filter: FindingFilter,
  limit: number,
  after: readonly unknown[] | null,
): Promise<(JsonRow & { rank: number })[]> {
  return tx.run(
    sql`${VIEW} WHERE ${visible} AND ${conditions(filter)} ${after === null ? empty : sql`AND (-f.rank, f.id) > (${after[0]}::integer, ${after[1]}::uuid)`} ORDER BY -f.rank, f.id LIMIT ${limit}`,
  );
}

export async function oneFinding(tx: Tx, visible: Sql, id: string): Promise<JsonRow | null> {
  return (await tx.run<JsonRow>(sql`${VIEW} WHERE f.id = ${id} AND ${visible}`))[0] ?? null;
}

export function findingHistory(
  tx: Tx,
  id: string,
): Promise<{ at: string; type: string; actor: string; data: Record<string, unknown> }[]> {
  return tx.sql`SELECT iso(at) AS at, type, actor, data FROM finding_events WHERE finding_id = ${id} ORDER BY id DESC LIMIT 500`;
}

/** What people said about a finding, the newest first. */
export function findingComments(
  tx: Tx,
  id: string,
  limit: number,
  below: number | null,
): Promise<{ id: number; at: string; actor: string; comment: string }[]> {
  return tx.sql`SELECT id::int AS id, iso(at) AS at, actor, data->>'comment' AS comment FROM finding_events WHERE finding_id = ${id} AND data ? 'comment' AND id < ${below ?? 2_147_483_647} ORDER BY id DESC LIMIT ${limit}`;
}

/** Open findings by check and severity. */
export function summariseFindings(
  tx: Tx,
  visible: Sql,
  now: Date,
): Promise<{ check: string; severity: string; open: number; overdue: number; excepted: number }[]> {
  return tx.run(
    sql`SELECT f.check_id AS check, f.severity, count(*)::int AS open, count(*) FILTER (WHERE f.due_at < ${now} AND f.status <> 'excepted')::int AS overdue, count(*) FILTER (WHERE f.status = 'excepted')::int AS excepted ${FROM} WHERE f.status <> 'resolved' AND ${visible} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
}

function conditions(filter: FindingFilter): Sql {
  const all: Sql[] = [sql`TRUE`];
  if (filter.status === 'unresolved') all.push(sql`f.status <> 'resolved'`);
  else if (filter.status !== undefined) all.push(sql`f.status = ${filter.status}`);
  const same: [string | undefined, Sql][] = [
    [filter.check, sql`f.check_id`],
    [filter.severity, sql`f.severity`],
    [filter.subjectType, sql`f.subject_type`],
    [filter.mode, sql`f.mode`],
  ];
  for (const [value, column] of same) if (value !== undefined) all.push(sql`${column} = ${value}`);
  const ids: [string | undefined, Sql][] = [
    [filter.subject, sql`f.subject_id`],
    [filter.policy, sql`f.policy_id`],
    [filter.identity, sql`holder.id`],
    [filter.source, sql`coalesce(holder.source_id, CASE WHEN f.subject_type = 'source' THEN f.subject_id END)`],
  ];
  for (const [value, column] of ids) if (value !== undefined) all.push(sql`${column} = ${value}::uuid`);
  if (filter.owner === 'none') all.push(sql`o.owner_id IS NULL`);
  else if (filter.owner !== undefined) all.push(sql`o.owner_id = ${filter.owner}::uuid`);
  if (filter.combination !== undefined) all.push(sql`f.combination @> ${filter.combination}::text[]`);
  if (filter.assignee !== undefined)
    all.push(
      sql`(f.assigned_person_id = ${filter.assignee}::uuid OR (${UNSENT} AND o.owner_id = ${filter.assignee}::uuid AND ${raw(OWNED)}))`,
    );
  if (filter.team !== undefined)
    all.push(
      sql`(f.assigned_team_id = ${filter.team}::uuid OR (${UNSENT} AND o.team_id = ${filter.team}::uuid AND NOT ${raw(OWNED)}))`,
    );
  if (filter.queue !== undefined)
    all.push(
      sql`(f.assigned_queue = ${filter.queue} OR (${UNSENT} AND o.team_id IS NULL AND NOT ${raw(OWNED)} AND ${raw(QUEUE)} = ${filter.queue}))`,
    );
  if (filter.dueBefore !== undefined) all.push(sql`f.due_at < ${filter.dueBefore}::timestamptz`);
  if (filter.openedSince !== undefined) all.push(sql`f.opened_at >= ${filter.openedSince}::timestamptz`);
  if (filter.q !== undefined)
    all.push(sql`${raw(SUBJECT_NAME)} ILIKE ${`%${filter.q.replace(/[\\%_]/g, (char) => `\\${char}`)}%`}`);
  return join(all, ' AND ');
}
