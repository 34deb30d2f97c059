import { empty, join, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';
import { SUBJECT_NAME } from './finding-view.js';
import type { JsonRow } from './identity-view.js';

export interface ExceptionFilter {
  readonly status?: string | undefined;
  readonly finding?: string | undefined;
  readonly check?: string | undefined;
  readonly severity?: string | undefined;
  readonly identity?: string | undefined;
  readonly expiresBefore?: string | undefined;
}

const VIEW = sql`SELECT x.id, x.version, iso(x.expires_at) AS "expiresAt", json_build_object('id', x.id, 'finding', x.finding_id, 'check', f.check_id, 'subject', json_build_object('type', f.subject_type, 'id', f.subject_id, 'displayName', ${raw(SUBJECT_NAME)}),
    'identity', CASE WHEN holder.id IS NULL THEN NULL ELSE json_build_object('id', holder.id, 'displayName', holder.display_name) END, 'findingReason', f.reason, 'severity', x.severity, 'status', x.status, 'reason', x.reason, 'compensatingControl', x.compensating_control,
    'expiresAt', iso(x.expires_at), 'policy', json_build_object('id', pol.id, 'name', pol.name), 'requestedBy', x.requested_by, 'requestedAt', iso(x.requested_at), 'approvedBy', CASE WHEN x.status IN ('approved', 'expired') THEN x.decided_by END,
    'decidedBy', x.decided_by, 'decidedAt', iso(x.decided_at), 'comment', x.comment, 'endedAt', iso(x.ended_at), 'endedBecause', x.ended_because, 'version', x.version)::text AS json
  FROM exceptions x JOIN findings f ON f.id = x.finding_id JOIN policies pol ON pol.id = x.policy_id
  LEFT JOIN identities si ON f.subject_type = 'identity' AND si.id = f.subject_id
  LEFT JOIN credentials sc ON f.subject_type = 'credential' AND sc.id = f.subject_id
  LEFT JOIN grants sg ON f.subject_type = 'grant' AND sg.id = f.subject_id
  LEFT JOIN identities holder ON holder.id = coalesce(si.id, sc.identity_id, sg.identity_id)`;

/** Exceptions in the order in which they end. */
export function listExceptions(
  tx: Tx,
  visible: Sql,
  filter: ExceptionFilter,
  limit: number,
  after: readonly unknown[] | null,
): Promise<(JsonRow & { expiresAt: string })[]> {
  return tx.run(
    sql`${VIEW} WHERE ${visible} AND ${conditions(filter)} ${after === null ? empty : sql`AND (x.expires_at, x.id) > (${after[0]}::timestamptz, ${after[1]}::uuid)`} ORDER BY x.expires_at, x.id LIMIT ${limit}`,
  );
}

export async function oneException(tx: Tx, visible: Sql, id: string): Promise<JsonRow | null> {
  return (await tx.run<JsonRow>(sql`${VIEW} WHERE x.id = ${id} AND ${visible}`))[0] ?? null;
}

function conditions(filter: ExceptionFilter): Sql {
  const all: Sql[] = [sql`TRUE`];
  if (filter.status !== undefined) all.push(sql`x.status = ${filter.status}`);
  if (filter.finding !== undefined) all.push(sql`x.finding_id = ${filter.finding}::uuid`);
  if (filter.check !== undefined) all.push(sql`f.check_id = ${filter.check}`);
  if (filter.severity !== undefined) all.push(sql`x.severity = ${filter.severity}`);
  if (filter.identity !== undefined) all.push(sql`holder.id = ${filter.identity}::uuid`);
  if (filter.expiresBefore !== undefined) all.push(sql`x.expires_at < ${filter.expiresBefore}::timestamptz`);
  return join(all, ' AND ');
}
