import { type Sql, sql } from '../../platform/database/index.js';

/** What may happen to an identity that somebody should look at at once. */
export type IdentityEvent = 'new-owner' | 'privilege-increase' | 'risk-increase' | 'agent-changed' | 'finding';

const SEVERITIES = ['low', 'medium', 'high', 'critical'];

/** The earliest version of a row that was replaced in the window: what it was before all of it. */
const before = (history: string, row: string): string =>
  `JOIN LATERAL (SELECT h.row FROM ${history} h WHERE h.id = ${row}.id AND h.valid_to > $from$ ORDER BY h.valid_from LIMIT 1) was ON true`;

/** Identities to which something happened after `since` and not after `until`: a query that yields their ids. */
export function identitiesWith(event: IdentityEvent, since: Date, until: Date, severity = 'high'): Sql {
  const window = (column: string): Sql => sql([`${column} > `, ` AND ${column} <= `, ''], since, until);
  const was = (history: string, row: string): Sql => {
    const [head, tail] = before(history, row).split('$from$') as [string, string];
    return sql([head, tail], since);
  };
  const events: Record<IdentityEvent, Sql> = {
    'new-owner': sql`SELECT o.identity_id AS id FROM ownerships o WHERE o.state = 'accepted' AND ${window('o.accepted_at')} AND EXISTS (SELECT 1 FROM ownerships e WHERE e.identity_id = o.identity_id AND e.state = 'ended' AND e.owner_id IS DISTINCT FROM o.owner_id)`,
    'privilege-increase': sql`SELECT i.id FROM identities i ${was('identities_history', 'i')} WHERE ${window('i.valid_from')} AND privilege_rank(i.privilege) > privilege_rank(was.row->>'privilege')`,
    'risk-increase': sql`SELECT i.id FROM identities i ${was('identities_history', 'i')} WHERE ${window('i.valid_from')} AND risk_rank(identity_risk(NULL, i.privilege, i.environment, i.outside_trust)) > coalesce(risk_rank(identity_risk(NULL, was.row->>'privilege', was.row->>'environment', was.row->>'outside_trust')), 0)
      UNION SELECT l.identity_id FROM use_cases u ${was('use_cases_history', 'u')} JOIN use_case_links l ON l.use_case_id = u.id AND l.removed_at IS NULL WHERE ${window('u.valid_from')} AND risk_rank(u.risk_level) > coalesce(risk_rank(was.row->>'risk_level'), 0)`,
    'agent-changed': sql`SELECT x.identity_id AS id FROM agents a ${was('agents_history', 'a')} JOIN agent_identities x ON x.agent_id = a.id WHERE ${window('a.valid_from')} AND a.digest <> was.row->>'digest'`,
    finding: sql`SELECT coalesce(CASE WHEN f.subject_type = 'identity' THEN f.subject_id END, c.identity_id, g.identity_id) AS id FROM findings f LEFT JOIN credentials c ON f.subject_type = 'credential' AND c.id = f.subject_id LEFT JOIN grants g ON f.subject_type = 'grant' AND g.id = f.subject_id
      WHERE f.subject_type IN ('identity', 'credential', 'grant') AND f.status IN ('open', 'acknowledged') AND f.severity = ANY(${SEVERITIES.slice(SEVERITIES.indexOf(severity))}) AND ${window('f.opened_at')}`,
  };
  return events[event];
}
