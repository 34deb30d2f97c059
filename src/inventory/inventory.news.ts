import type { Contributions } from '../notifications/index.js';
import { type Sql, sql } from '../platform/database/index.js';

/** Identities that were something at `until` and were not at `since`, or were not there. `is` is asked of a row as JSON. */
const became = (since: Date, until: Date, is: (row: Sql) => Sql): Sql => sql`
  SELECT i.display_name || ' (' || s.name || ')' AS title FROM identities i JOIN scopes s ON s.id = i.scope_id
  LEFT JOIN identities_history u ON i.valid_from > ${until} AND u.id = i.id AND u.valid_from <= ${until} AND u.valid_to > ${until}
  CROSS JOIN LATERAL (SELECT CASE WHEN i.valid_from <= ${until} THEN jsonb_build_object('privilege', i.privilege, 'outside_trust', i.outside_trust, 'removed_at', i.removed_at) ELSE u.row END AS row) AS seen
  WHERE i.valid_from > ${since} AND seen.row->>'removed_at' IS NULL AND ${is(sql`seen.row`)}
    AND NOT EXISTS (SELECT 1 FROM identities_history h WHERE h.id = i.id AND h.valid_from <= ${since} AND h.valid_to > ${since} AND h.row->>'removed_at' IS NULL AND ${is(sql`h.row`)})`;

/** What an IAM team wants to hear of the next morning. */
export function contributeInventoryNews(contributions: Contributions): void {
  contributions.tells({
    kind: 'admin',
    one: 'new admin',
    many: 'new admins',
    path: '/identities?privilege=admin',
    items: (since, until) => became(since, until, (row) => sql`${row}->>'privilege' = 'admin'`),
  });
  contributions.tells({
    kind: 'key',
    one: 'new key',
    many: 'new keys',
    path: '/credentials',
    items: (since, until) => sql`
      SELECT c.kind || ' ' || c.display_name || ' of ' || i.display_name AS title FROM credentials c JOIN identities i ON i.id = c.identity_id
      WHERE c.first_seen_at > ${since} AND c.first_seen_at <= ${until} AND c.removed_at IS NULL AND c.kind NOT IN ('password', 'federated-trust')`,
  });
  contributions.tells({
    kind: 'outside trust',
    one: 'new trust in somebody outside',
    many: 'new trusts in somebody outside',
    path: '/findings?check=trust-stays-inside&status=unresolved',
    items: (since, until) => became(since, until, (row) => sql`${row}->>'outside_trust' IN ('outside', 'anyone')`),
  });
  contributions.tells({
    kind: 'source gap',
    one: 'new gap: something at a source that could not be read',
    many: 'new gaps: things at sources that could not be read',
    path: '/sources',
    items: (since, until) => sql`
      SELECT src.name || ', ' || s.name || ': ' || g.resource_type || ' (' || g.reason || ')' AS title FROM gaps g JOIN scopes s ON s.id = g.scope_id JOIN sources src ON src.id = s.source_id WHERE g.since > ${since} AND g.since <= ${until}`,
  });
}
