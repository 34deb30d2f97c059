import type { Tx } from '../../platform/database/index.js';

/** Identities of Mandate's own tokens that nobody was named for, with the person the token names. */
export function ownIdentitiesWithoutOwner(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ identityId: string; personId: string }[]> {
  return tx.sql`SELECT i.id AS "identityId", (array_agg(p.id))[1] AS "personId" FROM identities i
    JOIN sources s ON s.id = i.source_id AND s.connector = 'mandate'
    JOIN persons p ON lower(p.user_name) = lower(i.tags->>'owner') AND p.status <> 'left' AND (p.leaves_at IS NULL OR p.leaves_at > ${now})
    WHERE i.removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM ownerships o WHERE o.identity_id = i.id AND o.state <> 'ended')
    GROUP BY i.id HAVING count(DISTINCT p.id) = 1 ORDER BY i.id LIMIT ${limit}`;
}
