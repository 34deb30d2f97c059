import type { Tx } from '../../platform/database/index.js';

/**
 * Works out anew who might own what nobody owns: from tags that name an owner, from who made it, from names. Replaces
 * the suggestions there were, writing only differences. Returns how many were added and dropped.
 */
export async function suggestOwners(tx: Tx, now: Date): Promise<{ added: number; dropped: number }> {
  await tx.sql`CREATE TEMP TABLE suggested ON COMMIT DROP AS
    WITH able AS (
      SELECT id, lower(user_name) AS login FROM persons WHERE merged_into IS NULL AND status <> 'left' AND (leaves_at IS NULL OR leaves_at > ${now})
      UNION SELECT id, lower(email) FROM persons WHERE email IS NOT NULL AND merged_into IS NULL AND status <> 'left' AND (leaves_at IS NULL OR leaves_at > ${now})),
    -- A login that fits two people fits nobody.
    logins AS (SELECT login, min(id::text)::uuid AS id FROM able GROUP BY login HAVING count(DISTINCT id) = 1),
    unowned AS (
      SELECT i.id, i.display_name, i.tags, i.attributes FROM identities i
      WHERE i.removed_at IS NULL AND i.managed_by = 'us' AND i.nature <> 'human' AND i.kind NOT IN ('group', 'root')
        AND NOT EXISTS (SELECT 1 FROM ownerships o WHERE o.identity_id = i.id AND o.state IN ('provisional', 'accepted'))),
    hints AS (
      SELECT u.id AS identity_id, l.id AS person_id, 1 AS rank, 'the tag ' || t.key || ' names them' AS because FROM unowned u CROSS JOIN LATERAL jsonb_each_text(u.tags) t JOIN logins l ON l.login = lower(trim(t.value))
        WHERE lower(t.key) IN ('owner', 'owner-email', 'owner_email', 'owneremail', 'technical-owner', 'technicalowner', 'contact', 'maintainer', 'responsible', 'service-owner')
      UNION ALL
      SELECT u.id, l.id, 2, 'the tag ' || t.key || ' says that they made it' FROM unowned u CROSS JOIN LATERAL jsonb_each_text(u.tags) t JOIN logins l ON l.login = lower(trim(t.value))
        WHERE lower(t.key) IN ('created-by', 'created_by', 'createdby', 'creator', 'aws:createdby', 'requested-by', 'requestedby')
      UNION ALL
      SELECT u.id, l.id, 2, 'the source says that they made it' FROM unowned u JOIN logins l ON l.login = lower(u.attributes->>'createdBy')
      UNION ALL
      SELECT u.id, l.id, 3, 'its name holds theirs' FROM unowned u JOIN logins l ON length(split_part(l.login, '@', 1)) >= 6 AND position(split_part(l.login, '@', 1) IN lower(u.display_name)) > 0)
    SELECT DISTINCT ON (identity_id, person_id) identity_id, person_id, CASE rank WHEN 1 THEN 'high' WHEN 2 THEN 'medium' ELSE 'low' END AS confidence, because FROM hints ORDER BY identity_id, person_id, rank, because`;
  const dropped =
    await tx.change`DELETE FROM ownership_suggestions g WHERE NOT EXISTS (SELECT 1 FROM suggested s WHERE s.identity_id = g.identity_id AND s.person_id = g.person_id)`;
  const added =
    await tx.change`INSERT INTO ownership_suggestions AS g (identity_id, person_id, confidence, because, at) SELECT identity_id, person_id, confidence, because, ${now} FROM suggested
    ON CONFLICT (identity_id, person_id) DO UPDATE SET confidence = EXCLUDED.confidence, because = EXCLUDED.because, at = EXCLUDED.at WHERE (g.confidence, g.because) IS DISTINCT FROM (EXCLUDED.confidence, EXCLUDED.because)`;
  return { added, dropped };
}
