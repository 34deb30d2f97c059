import type { Contributions } from '../notifications/index.js';
import { raw, type Sql, sql } from '../platform/database/index.js';

/** Told to owners: what a policy only observes is shown, and nobody is told of it. */
const TOLD = raw(`f.status IN ('open', 'acknowledged') AND f.mode IN ('notify', 'enforce')`);

/** Who answers for an identity now: its owner while they are there, else the first deputy who is. */
const answerer = (now: Date): Sql => sql`CASE WHEN is_there(op.status, op.leaves_at, ${now}) THEN op.id
  ELSE (SELECT d.id FROM unnest(o.deputies) WITH ORDINALITY AS u(id, place) JOIN persons d ON d.id = u.id WHERE is_there(d.status, d.leaves_at, ${now}) ORDER BY u.place LIMIT 1) END`;

const NAMED = raw(`o.state IN ('provisional', 'accepted')`);

/** Findings are owed by whoever answers for what they are about; those nobody answers for are news to the IAM team. */
export function contributeOwedFindings(contributions: Contributions): void {
  contributions.owes({
    kind: 'finding',
    one: 'finding to work off',
    many: 'findings to work off',
    path: (personId) => `/findings?owner=${personId}&status=unresolved`,
    items: (asked, now) => sql`
      WITH named AS (
        SELECT o.identity_id, o.owner_id, o.deputies FROM ownerships o JOIN ${asked} AS a ON a.person_id = o.owner_id WHERE ${NAMED}
        UNION SELECT o.identity_id, o.owner_id, o.deputies FROM ownerships o WHERE ${NAMED} AND o.deputies && ARRAY(SELECT a.person_id FROM ${asked} AS a)),
      answered AS MATERIALIZED (SELECT o.identity_id, ${answerer(now)} AS person_id FROM named o LEFT JOIN persons op ON op.id = o.owner_id)
      SELECT t.person_id, f.id AS item_id, f.severity, f.due_at, f.check_id || ': ' || i.display_name AS title
        FROM answered t JOIN identities i ON i.id = t.identity_id JOIN findings f ON f.subject_type = 'identity' AND f.subject_id = i.id AND ${TOLD}
      UNION ALL SELECT t.person_id, f.id, f.severity, f.due_at, f.check_id || ': ' || c.display_name || ' of ' || i.display_name
        FROM answered t JOIN identities i ON i.id = t.identity_id JOIN credentials c ON c.identity_id = i.id JOIN findings f ON f.subject_type = 'credential' AND f.subject_id = c.id AND ${TOLD}
      UNION ALL SELECT t.person_id, f.id, f.severity, f.due_at, f.check_id || ': ' || e.display_name || ' of ' || i.display_name
        FROM answered t JOIN identities i ON i.id = t.identity_id JOIN grants g ON g.identity_id = i.id JOIN entitlements e ON e.id = g.entitlement_id JOIN findings f ON f.subject_type = 'grant' AND f.subject_id = g.id AND ${TOLD}
      UNION ALL SELECT u.sponsor_id, f.id, f.severity, f.due_at, f.check_id || ': ' || u.name
        FROM ${asked} AS a JOIN use_cases u ON u.sponsor_id = a.person_id JOIN findings f ON f.subject_type = 'use-case' AND f.subject_id = u.id AND ${TOLD}
      UNION ALL SELECT g.owner_id, f.id, f.severity, f.due_at, f.check_id || ': ' || g.name
        FROM ${asked} AS a JOIN agents g ON g.owner_id = a.person_id JOIN findings f ON f.subject_type = 'agent' AND f.subject_id = g.id AND ${TOLD}`,
  });
  contributions.tells({
    kind: 'finding nobody answers for',
    one: 'finding that nobody answers for',
    many: 'findings that nobody answers for',
    path: '/findings?owner=none&status=unresolved',
    items: (since, until, now) => sql`
      SELECT f.check_id || coalesce(': ' || coalesce(h.display_name, s.name, p.display_name, uc.name, ag.name), '') AS title FROM findings f
      LEFT JOIN credentials c ON f.subject_type = 'credential' AND c.id = f.subject_id
      LEFT JOIN grants g ON f.subject_type = 'grant' AND g.id = f.subject_id
      LEFT JOIN identities h ON h.id = coalesce(c.identity_id, g.identity_id, CASE WHEN f.subject_type = 'identity' THEN f.subject_id END)
      LEFT JOIN ownerships o ON o.identity_id = h.id AND ${NAMED} LEFT JOIN persons op ON op.id = o.owner_id
      LEFT JOIN sources s ON f.subject_type = 'source' AND s.id = f.subject_id LEFT JOIN persons p ON f.subject_type = 'person' AND p.id = f.subject_id
      LEFT JOIN use_cases uc ON f.subject_type = 'use-case' AND uc.id = f.subject_id LEFT JOIN persons us ON us.id = uc.sponsor_id
      LEFT JOIN agents ag ON f.subject_type = 'agent' AND ag.id = f.subject_id LEFT JOIN persons ao ON ao.id = ag.owner_id
      WHERE ${TOLD} AND coalesce(${answerer(now)}, CASE WHEN is_there(us.status, us.leaves_at, ${now}) THEN us.id END, CASE WHEN is_there(ao.status, ao.leaves_at, ${now}) THEN ao.id END) IS NULL
        AND EXISTS (SELECT 1 FROM finding_events e WHERE e.finding_id = f.id AND e.type IN ('opened', 'reopened', 'mode-changed') AND e.at > ${since} AND e.at <= ${until})`,
  });
}
