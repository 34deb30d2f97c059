import { raw, type Tx } from '../../platform/database/index.js';

/** Subjects that were looked at, by kind. */
export interface Touched {
  readonly identities: readonly string[];
  readonly credentials: readonly string[];
  readonly grants: readonly string[];
  /** Credentials of which only time moved, and nothing about who holds them: what is open about anything else stays as it ranks. */
  readonly credentialsAlone: readonly string[];
}

/** How an identity stands, of what `findings` are open about it and what it holds; `w` says whether all it holds may be unused. */
const STANDING =
  raw(`array_remove(ARRAY[CASE WHEN i.privilege = 'admin' THEN 'admin' END, CASE WHEN i.managed_by = 'us' AND i.nature <> 'human' AND p.id IS NULL THEN 'ownerless' END,
        CASE WHEN i.outside_trust IN ('outside', 'anyone') THEN 'outside-trust' END,
        CASE WHEN EXISTS (SELECT 1 FROM findings u WHERE u.check_id = 'identity-is-used' AND u.subject_id = i.id AND u.status <> 'resolved')
          OR CASE WHEN w.may_all_be_unused THEN (SELECT bool_and(EXISTS (SELECT 1 FROM findings u WHERE u.check_id = 'credential-is-used' AND u.subject_id = c.id AND u.status <> 'resolved'))
            FROM credentials c WHERE c.identity_id = i.id AND c.removed_at IS NULL AND c.status = 'active') IS TRUE ELSE false END THEN 'unused' END], NULL)`);

/** What is open about a credential that is not used stands as what an unused identity holds. */
const NAMED =
  raw(`SELECT f.id, f.severity, f.rank, f.combination AS was, coalesce(s.combination, '{}') || CASE WHEN f.self_unused AND NOT 'unused' = ANY(coalesce(s.combination, '{}')) THEN '{unused}'::text[] ELSE '{}' END AS combination
      FROM (SELECT *, bool_or(check_id = 'credential-is-used') OVER (PARTITION BY subject_id) AS self_unused FROM unresolved) f`);
const WRITE =
  raw(`other AS MATERIALIZED (SELECT id, combination FROM named WHERE was <> combination OR rank <> finding_points(severity) + combination_points(cardinality(combination)))
    UPDATE findings f SET rank = finding_points(f.severity) + combination_points(cardinality(n.combination)), combination = n.combination
    FROM other n WHERE f.id = n.id AND f.status <> 'resolved'`);

/**
 * Ranks what is open about some identities and all they hold: severity, and how badly things stand together. Admin,
 * ownerless, trusted from outside and unused at once comes before everything. What a provider manages owes no owner; an
 * identity is unused where it is found to be, or where each of its credentials is. How an identity stands is kept, so
 * that what only time has moved about one of its credentials is ranked without a look at the identity.
 */
export async function rankFindings(
  tx: Tx,
  { identities, credentials, grants, credentialsAlone }: Touched,
): Promise<void> {
  if (identities.length + credentials.length + grants.length > 0)
    await tx.sql`WITH holders AS MATERIALIZED (
      SELECT unnest(${identities}::uuid[]) AS id UNION SELECT c.identity_id FROM credentials c WHERE c.id = ANY(${credentials}::uuid[]) UNION SELECT g.identity_id FROM grants g WHERE g.id = ANY(${grants}::uuid[])),
    unresolved AS MATERIALIZED (
      SELECT h.id AS holder, true AS is_active, f.id, f.check_id, f.subject_id, f.severity, f.rank, f.combination FROM holders h JOIN findings f ON f.subject_type = 'identity' AND f.subject_id = h.id AND f.status <> 'resolved'
      UNION ALL SELECT h.id, c.status = 'active' AND c.removed_at IS NULL, f.id, f.check_id, f.subject_id, f.severity, f.rank, f.combination FROM holders h JOIN credentials c ON c.identity_id = h.id JOIN findings f ON f.subject_type = 'credential' AND f.subject_id = c.id AND f.status <> 'resolved'
      UNION ALL SELECT h.id, true, f.id, f.check_id, f.subject_id, f.severity, f.rank, f.combination FROM holders h JOIN grants g ON g.identity_id = h.id JOIN findings f ON f.subject_type = 'grant' AND f.subject_id = g.id AND f.status <> 'resolved'),
    stands AS MATERIALIZED (SELECT i.id AS identity_id, ${STANDING} AS combination FROM holders h JOIN identities i ON i.id = h.id
        -- An active credential that is used shows that not all are unused; only where none was looked at is it asked of each.
        LEFT JOIN (SELECT holder, bool_or(check_id = 'credential-is-used' OR NOT is_active) AS may_all_be_unused FROM unresolved GROUP BY holder) w ON w.holder = i.id
        LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state <> 'ended' AND o.state IN ('provisional', 'accepted') LEFT JOIN persons p ON p.id = o.owner_id AND p.status <> 'left'),
    kept AS (INSERT INTO standings AS k (identity_id, combination) SELECT identity_id, combination FROM stands WHERE cardinality(combination) > 0
      ON CONFLICT (identity_id) DO UPDATE SET combination = EXCLUDED.combination WHERE k.combination <> EXCLUDED.combination),
    cleared AS (DELETE FROM standings k USING stands s WHERE k.identity_id = s.identity_id AND cardinality(s.combination) = 0),
    named AS (${NAMED} JOIN stands s ON s.identity_id = f.holder), ${WRITE}`;
  if (credentialsAlone.length > 0)
    await tx.sql`WITH unresolved AS MATERIALIZED (
      SELECT c.identity_id AS holder, f.id, f.check_id, f.subject_id, f.severity, f.rank, f.combination FROM credentials c JOIN findings f ON f.subject_type = 'credential' AND f.subject_id = c.id AND f.status <> 'resolved' WHERE c.id = ANY(${credentialsAlone}::uuid[])),
    named AS (${NAMED} LEFT JOIN standings s ON s.identity_id = f.holder), ${WRITE}`;
}
