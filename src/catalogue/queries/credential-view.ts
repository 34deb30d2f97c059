import { empty, join, type Sql, sql, type Tx } from '../../platform/database/index.js';
import { type JsonRow, lastUseJson, like } from './identity-view.js';

export interface CredentialFilter {
  readonly kind?: string | undefined;
  readonly status?: 'active' | 'disabled' | 'expired' | 'unknown' | 'removed' | undefined;
  readonly source?: string | undefined;
  readonly identity?: string | undefined;
  readonly expiresBefore?: string | undefined;
  readonly q?: string | undefined;
}

const view = (now: Date, asOf: Date | null): Sql => sql`SELECT c.display_name AS k1, c.id, c.version, json_build_object(
    'id', c.id, 'identity', json_build_object('id', i.id, 'displayName', i.display_name), 'source', json_build_object('id', src.id, 'name', src.name), 'resourceType', c.resource_type, 'externalId', c.external_id, 'kind', c.kind, 'displayName', c.display_name,
    -- Expiry is judged by the clock, whatever a source's flag says.
    'status', CASE WHEN c.removed_at IS NOT NULL OR i.removed_at IS NOT NULL THEN 'removed' WHEN c.status <> 'disabled' AND c.expires_at <= ${asOf ?? now} THEN 'expired' ELSE c.status END,
    'statedStatus', c.status, 'issuedAt', iso(c.issued_at), 'expiresAt', iso(c.expires_at), 'rotatedAt', iso(c.rotated_at), 'rotatedBasis', c.rotated_basis, 'canExpire', c.can_expire, 'canDisable', c.can_disable, 'slots', c.slots, 'hint', c.hint, 'aiService', c.ai_service,
    'knownLeaked', c.known_leaked,
    'lastUse', ${asOf === null ? lastUseJson('use', 'use.since <= c.issued_at') : sql`json_build_object('state', 'unknown', 'at', NULL, 'knownSince', NULL, 'knownUntil', NULL, 'precision', 'none')`},
    'consumers', coalesce((SELECT json_agg(json_build_object('kind', k.kind, 'locator', k.locator, 'basis', k.basis, 'lastSeenAt', iso(k.last_seen_at)) ORDER BY k.kind, k.locator) FROM consumers k WHERE k.credential_id = c.id), '[]'),
    'openFindings', ${asOf === null ? sql`(SELECT count(*) FROM findings f WHERE f.status <> 'resolved' AND f.subject_type = 'credential' AND f.subject_id = c.id)` : sql`NULL::integer`},
    'firstSeenAt', iso(c.first_seen_at), 'removedAt', iso(c.removed_at), 'attributes', c.attributes, 'version', c.version)::text AS json
  FROM ${asOf === null ? sql`credentials` : sql`credentials_as_of(${asOf})`} c JOIN ${asOf === null ? sql`identities` : sql`identities_as_of(${asOf})`} i ON i.id = c.identity_id JOIN sources src ON src.id = c.source_id
  ${
    asOf === null
      ? sql`LEFT JOIN LATERAL (SELECT u.last_used_at AS at, coalesce(u.known_since, r.use_known_since) AS since, coalesce(u.known_until, r.use_known_until) AS until, coalesce(u.precision, 'none') AS precision
    FROM (SELECT 1) one LEFT JOIN credential_usage u ON u.credential_id = c.id LEFT JOIN scope_readings r ON r.scope_id = c.scope_id AND r.resource_type = c.resource_type) use ON true`
      : empty
  }`;

export function listCredentials(
  tx: Tx,
  visible: Sql,
  filter: CredentialFilter,
  now: Date,
  asOf: Date | null,
  limit: number,
  after: readonly unknown[] | null,
): Promise<JsonRow[]> {
  return tx.run<JsonRow>(
    sql`${view(now, asOf)} WHERE ${visible} AND ${conditions(filter, asOf ?? now)} ${after === null ? empty : sql`AND (c.display_name, c.id) > (${after[0]}, ${after[1]}::uuid)`} ORDER BY c.display_name, c.id LIMIT ${limit}`,
  );
}

export async function oneCredential(
  tx: Tx,
  visible: Sql,
  id: string,
  now: Date,
  asOf: Date | null,
): Promise<JsonRow | null> {
  return (await tx.run<JsonRow>(sql`${view(now, asOf)} WHERE c.id = ${id} AND ${visible}`))[0] ?? null;
}

function conditions(filter: CredentialFilter, now: Date): Sql {
  const gone = sql`(c.removed_at IS NOT NULL OR i.removed_at IS NOT NULL)`;
  const expired = sql`(c.status <> 'disabled' AND coalesce(c.expires_at <= ${now}, false))`;
  const all: Sql[] = [filter.status === 'removed' ? gone : sql`NOT ${gone}`];
  if (filter.status === 'expired') all.push(sql`(${expired} OR c.status = 'expired')`);
  else if (filter.status !== undefined && filter.status !== 'removed')
    all.push(sql`c.status = ${filter.status} AND NOT ${expired}`);
  if (filter.kind !== undefined) all.push(sql`c.kind = ${filter.kind}`);
  if (filter.source !== undefined) all.push(sql`c.source_id = ${filter.source}::uuid`);
  if (filter.identity !== undefined) all.push(sql`c.identity_id = ${filter.identity}::uuid`);
  if (filter.expiresBefore !== undefined) all.push(sql`c.expires_at < ${filter.expiresBefore}::timestamptz`);
  if (filter.q !== undefined)
    all.push(
      sql`(c.display_name ILIKE ${like(filter.q)} OR c.external_id = ${filter.q} OR i.display_name ILIKE ${like(filter.q)})`,
    );
  return join(all, ' AND ');
}
