import type { Contributions } from '../notifications/index.js';
import { sql } from '../platform/database/index.js';

/** Whoever is named as owner has two weeks to say yes, or to name somebody else. */
const ACCEPT_WITHIN_DAYS = 14;

/** An ownership that was assigned and not yet accepted is owed an answer by the person it names. */
export function contributeOwedAcceptances(contributions: Contributions): void {
  contributions.owes({
    kind: 'ownership',
    one: 'identity to accept',
    many: 'identities to accept',
    path: (personId) => `/identities?owner=${personId}&ownership=provisional`,
    items: (asked, now) => sql`
      SELECT o.owner_id AS person_id, o.id AS item_id, 'medium' AS severity, o.assigned_at + make_interval(days => ${ACCEPT_WITHIN_DAYS}) AS due_at, i.display_name AS title
      FROM ${asked} AS a JOIN ownerships o ON o.owner_id = a.person_id AND o.state = 'provisional' JOIN persons p ON p.id = o.owner_id AND is_there(p.status, p.leaves_at, ${now})
      JOIN identities i ON i.id = o.identity_id AND i.removed_at IS NULL`,
  });
}
