import type { Tx } from '../../platform/database/index.js';

/** As many uses make a rhythm; fewer are chance. */
const USES_FOR_A_RHYTHM = 5;
/** And it has to be watched for so long: five readings in a day say nothing of the week. */
const WATCHED_DAYS = 28;

/**
 * Finds in what rhythm identities are used, out of the uses that were seen one after the other: by the identity itself
 * or by the most used of its credentials. Writes only where it comes out otherwise than before, and returns those ids.
 */
export async function findRhythms(
  tx: Tx,
  after: string | null,
  limit: number,
): Promise<{ looked: string[]; changed: string[] }> {
  const looked = (
    await tx.sql<{
      id: string;
    }>`SELECT id FROM identities WHERE removed_at IS NULL AND (${after}::uuid IS NULL OR id > ${after}::uuid) ORDER BY id LIMIT ${limit}`
  ).map(({ id }) => id);
  if (looked.length === 0) return { looked, changed: [] };
  const changed = await tx.sql<{ id: string }>`
    WITH seen AS (
      SELECT DISTINCT ON (i.id) i.id, u.uses_seen, u.longest_gap, u.last_used_at FROM identities i
      CROSS JOIN LATERAL (
        SELECT iu.uses_seen, iu.longest_gap, iu.last_used_at FROM identity_usage iu WHERE iu.identity_id = i.id
        UNION ALL SELECT cu.uses_seen, cu.longest_gap, cu.last_used_at FROM credentials c JOIN credential_usage cu ON cu.credential_id = c.id WHERE c.identity_id = i.id AND c.removed_at IS NULL) u
      WHERE i.id = ANY(${looked}::uuid[]) ORDER BY i.id, u.uses_seen DESC, u.last_used_at DESC NULLS LAST),
    rhythm AS (
      SELECT i.id, CASE
          WHEN s.uses_seen IS NULL OR s.uses_seen < ${USES_FOR_A_RHYTHM} OR s.last_used_at - i.first_seen_at < make_interval(days => ${WATCHED_DAYS}::integer) THEN NULL
          WHEN s.longest_gap <= interval '4 days' THEN jsonb_build_object('pattern', 'continuous', 'approvedBy', NULL, 'because', 'it was never seen unused for more than 4 days')
          WHEN s.longest_gap <= interval '9 days' THEN jsonb_build_object('pattern', 'scheduled', 'everyDays', 7, 'approvedBy', NULL, 'because', 'it was seen in use about every week')
          WHEN s.longest_gap BETWEEN interval '26 days' AND interval '36 days' THEN jsonb_build_object('pattern', 'scheduled', 'everyDays', 31, 'approvedBy', NULL, 'because', 'it was seen in use about every month')
          WHEN s.longest_gap BETWEEN interval '85 days' AND interval '100 days' THEN jsonb_build_object('pattern', 'seasonal', 'everyDays', 92, 'approvedBy', NULL, 'because', 'it was seen in use about every quarter') END AS found
      FROM identities i LEFT JOIN seen s ON s.id = i.id WHERE i.id = ANY(${looked}::uuid[]))
    UPDATE identities i SET found_use = r.found FROM rhythm r WHERE r.id = i.id AND i.found_use IS DISTINCT FROM r.found RETURNING i.id`;
  return { looked, changed: changed.map(({ id }) => id) };
}
