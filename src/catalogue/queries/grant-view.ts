import { empty, type Sql, sql, type Tx } from '../../platform/database/index.js';
import { type JsonRow, lastUseJson } from './identity-view.js';

/** What an identity may do: its grants, the strongest first. */
export function listGrants(
  tx: Tx,
  identityId: string,
  asOf: Date | null,
  limit: number,
  after: readonly unknown[] | null,
): Promise<(JsonRow & { rank: number })[]> {
  const grants: Sql = asOf === null ? sql`grants` : sql`grants_as_of(${asOf})`;
  const entitlements: Sql = asOf === null ? sql`entitlements` : sql`entitlements_as_of(${asOf})`;
  return tx.run(sql`SELECT coalesce(privilege_rank(e.privilege), 6) AS rank, e.display_name AS k1, g.id, g.version, json_build_object(
      'id', g.id, 'entitlement', json_build_object('id', e.id, 'displayName', e.display_name, 'kind', e.kind, 'externalId', e.external_id, 'managedBy', e.managed_by), 'resource', CASE WHEN r.id IS NULL THEN NULL ELSE json_build_object('id', r.id, 'displayName', r.display_name, 'kind', r.kind) END,
      'privilege', e.privilege, 'because', e.privilege_basis, 'aiService', e.ai_service, 'via', CASE WHEN v.id IS NULL THEN NULL ELSE json_build_object('id', v.id, 'displayName', v.display_name, 'kind', v.kind) END,
      'lastUse', ${asOf === null ? lastUseJson('use', 'false') : sql`json_build_object('state', 'unknown', 'at', NULL, 'knownSince', NULL, 'knownUntil', NULL, 'precision', 'none')`},
      'unusedServices', ${asOf === null ? sql`coalesce(use.detail->'unusedServices', '[]')` : sql`'[]'::jsonb`}, 'firstSeenAt', iso(g.first_seen_at))::text AS json
    FROM ${grants} g JOIN ${entitlements} e ON e.id = g.entitlement_id LEFT JOIN resources r ON r.id = g.resource_id LEFT JOIN identities v ON v.id = g.via_identity_id
    ${
      asOf === null
        ? sql`LEFT JOIN LATERAL (SELECT u.last_used_at AS at, coalesce(u.known_since, sr.use_known_since) AS since, coalesce(u.known_until, sr.use_known_until) AS until, coalesce(u.precision, 'none') AS precision, u.detail
      FROM (SELECT 1) one LEFT JOIN grant_usage u ON u.grant_id = g.id LEFT JOIN scope_readings sr ON sr.scope_id = g.scope_id AND sr.resource_type = g.resource_type) use ON true`
        : empty
    }
    WHERE g.identity_id = ${identityId} AND g.removed_at IS NULL AND e.removed_at IS NULL
      ${after === null ? empty : sql`AND (-coalesce(privilege_rank(e.privilege), 6), e.display_name, g.id) > (${after[0]}::integer, ${after[1]}, ${after[2]}::uuid)`}
    ORDER BY -coalesce(privilege_rank(e.privilege), 6), e.display_name, g.id LIMIT ${limit}`);
}
