import type { Tx } from '../../platform/database/index.js';

/**
 * Works out anew who might own what nobody owns: from tags that name an owner, from who made it, from the agents that
 * work as it, from what is around it, from names. Who said no is not named again. Replaces the
 * suggestions there were, writing only differences. Returns how many were added and dropped.
 */
export async function suggestOwners(tx: Tx, now: Date): Promise<{ added: number; dropped: number }> {
  await tx.sql`CREATE TEMP TABLE suggested ON COMMIT DROP AS
    WITH able AS (
      SELECT id, lower(user_name) AS login FROM persons WHERE merged_into IS NULL AND status <> 'left' AND (leaves_at IS NULL OR leaves_at > ${now})
      UNION SELECT id, lower(email) FROM persons WHERE email IS NOT NULL AND merged_into IS NULL AND status <> 'left' AND (leaves_at IS NULL OR leaves_at > ${now})),
    -- A login that fits two people fits nobody.
    logins AS (SELECT login, min(id::text)::uuid AS id FROM able GROUP BY login HAVING count(DISTINCT id) = 1),
    unowned AS (
      SELECT i.id, i.display_name, i.tags, i.attributes, i.collection_id FROM identities i
      WHERE i.removed_at IS NULL AND i.managed_by = 'us' AND i.nature <> 'human' AND i.kind NOT IN ('group', 'root')
        AND NOT EXISTS (SELECT 1 FROM ownerships o WHERE o.identity_id = i.id AND o.state <> 'ended' AND o.owner_id IS NOT NULL)),
    -- A name is compared by runs of its words, so that a million names are one hash join and not one search each.
    spelled AS (
      SELECT key, min(id::text)::uuid AS id FROM (SELECT regexp_replace(split_part(login, '@', 1), '[^a-z0-9]', '', 'g') AS key, id FROM able) AS k WHERE length(key) >= 6 GROUP BY key HAVING count(DISTINCT id) = 1),
    runs AS (
      SELECT DISTINCT w.id, array_to_string(w.words[s.at:s.at + n.long - 1], '') AS key
      FROM (SELECT id, (regexp_split_to_array(lower(display_name), '[^a-z0-9]+'))[1:12] AS words FROM unowned) AS w CROSS JOIN generate_series(1, 4) AS n(long) CROSS JOIN LATERAL generate_series(1, cardinality(w.words) - n.long + 1) AS s(at)),
    company AS (
      SELECT i.collection_id, o.owner_id, count(*) AS theirs, sum(count(*)) OVER (PARTITION BY i.collection_id) AS owned, row_number() OVER (PARTITION BY i.collection_id ORDER BY count(*) DESC, o.owner_id) AS place
      FROM identities i JOIN ownerships o ON o.identity_id = i.id AND o.state IN ('provisional', 'accepted') JOIN persons p ON p.id = o.owner_id AND p.status <> 'left' AND (p.leaves_at IS NULL OR p.leaves_at > ${now})
      WHERE i.collection_id IS NOT NULL AND i.removed_at IS NULL GROUP BY 1, 2),
    hints AS (
      SELECT u.id AS identity_id, l.id AS person_id, 1 AS rank, 'the tag ' || t.key || ' names them' AS because FROM unowned u CROSS JOIN LATERAL jsonb_each_text(u.tags) t JOIN logins l ON l.login = lower(trim(t.value))
        WHERE lower(t.key) IN ('owner', 'owner-email', 'owner_email', 'owneremail', 'technical-owner', 'technicalowner', 'contact', 'maintainer', 'responsible', 'service-owner')
      UNION ALL
      SELECT u.id, l.id, 2, 'the tag ' || t.key || ' says that they made it' FROM unowned u CROSS JOIN LATERAL jsonb_each_text(u.tags) t JOIN logins l ON l.login = lower(trim(t.value))
        WHERE lower(t.key) IN ('created-by', 'created_by', 'createdby', 'creator', 'aws:createdby', 'requested-by', 'requestedby')
      UNION ALL
      SELECT u.id, l.id, 2, 'the source says that they made it' FROM unowned u JOIN logins l ON l.login = lower(u.attributes->>'createdBy')
      UNION ALL
      SELECT u.id, a.owner_id, 2, 'the agent ' || a.name || ' works as it, and is theirs' FROM unowned u JOIN agent_identities ai ON ai.identity_id = u.id JOIN agents a ON a.id = ai.agent_id AND a.status = 'active' JOIN able ON able.id = a.owner_id
      UNION ALL
      SELECT u.id, c.owner_id, 2, c.theirs || ' of the ' || c.owned || ' with an owner in the same collection are theirs' FROM unowned u JOIN company c ON c.collection_id = u.collection_id AND c.place = 1 AND c.theirs >= 2 AND c.theirs * 2 > c.owned
      UNION ALL
      SELECT r.id, l.id, 3, 'its name holds theirs' FROM runs r JOIN spelled l ON l.key = r.key)
    SELECT DISTINCT ON (identity_id, person_id) identity_id, person_id, CASE rank WHEN 1 THEN 'high' WHEN 2 THEN 'medium' ELSE 'low' END AS confidence, because FROM hints h
    WHERE NOT EXISTS (SELECT 1 FROM ownership_declines d WHERE d.identity_id = h.identity_id AND d.person_id = h.person_id) ORDER BY identity_id, person_id, rank, because`;
  const dropped =
    await tx.change`DELETE FROM ownership_suggestions g WHERE NOT EXISTS (SELECT 1 FROM suggested s WHERE s.identity_id = g.identity_id AND s.person_id = g.person_id)`;
  const added =
    await tx.change`INSERT INTO ownership_suggestions AS g (identity_id, person_id, confidence, because, at) SELECT identity_id, person_id, confidence, because, ${now} FROM suggested
    ON CONFLICT (identity_id, person_id) DO UPDATE SET confidence = EXCLUDED.confidence, because = EXCLUDED.because, at = EXCLUDED.at WHERE (g.confidence, g.because) IS DISTINCT FROM (EXCLUDED.confidence, EXCLUDED.because)`;
  return { added, dropped };
}
