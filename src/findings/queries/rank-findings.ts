import type { Tx } from '../../platform/database/index.js';

/** Subjects that were looked at, by kind. */
export interface Touched {
  readonly identities: readonly string[];
  readonly credentials: readonly string[];
  readonly grants: readonly string[];
  /** Credentials of which only time moved, and nothing about who holds them: what is open about anything else stays as it ranks. */
  readonly credentialsAlone: readonly string[];
}

/**
 * Ranks what is open about some identities and all they hold: severity, and how badly things stand together. Admin,
 * ownerless, trusted from outside and unused at once comes before everything. What a provider manages owes no owner; an
 * identity is unused where it is found to be, or where each of its credentials is.
 */
export function rankFindings(tx: Tx, { identities, credentials, grants, credentialsAlone }: Touched): Promise<number> {
  return tx.change`WITH holders AS MATERIALIZED (
      SELECT unnest(${identities}::uuid[]) AS id UNION SELECT c.identity_id FROM credentials c WHERE c.id = ANY(${credentials}::uuid[]) UNION SELECT g.identity_id FROM grants g WHERE g.id = ANY(${grants}::uuid[])),
    credentials_looked_at AS (
      SELECT c.identity_id, c.id, c.status = 'active' AND c.removed_at IS NULL AS is_active FROM holders h JOIN credentials c ON c.identity_id = h.id
      UNION ALL SELECT c.identity_id, c.id, c.status = 'active' AND c.removed_at IS NULL FROM credentials c WHERE c.id = ANY(${credentialsAlone}::uuid[])),
    unresolved AS MATERIALIZED (
      SELECT h.id AS holder, true AS is_active, f.id, f.check_id, f.subject_id, f.severity, f.rank, f.combination FROM holders h JOIN findings f ON f.subject_type = 'identity' AND f.subject_id = h.id AND f.status <> 'resolved'
      UNION ALL SELECT c.identity_id, c.is_active, f.id, f.check_id, f.subject_id, f.severity, f.rank, f.combination FROM credentials_looked_at c JOIN findings f ON f.subject_type = 'credential' AND f.subject_id = c.id AND f.status <> 'resolved'
      UNION ALL SELECT h.id, true, f.id, f.check_id, f.subject_id, f.severity, f.rank, f.combination FROM holders h JOIN grants g ON g.identity_id = h.id JOIN findings f ON f.subject_type = 'grant' AND f.subject_id = g.id AND f.status <> 'resolved'),
    stands AS MATERIALIZED (SELECT i.id, i.privilege = 'admin' AS admin, i.outside_trust IN ('outside', 'anyone') AS outside, i.managed_by = 'us' AND i.nature <> 'human' AND p.id IS NULL AS ownerless,
        EXISTS (SELECT 1 FROM findings u WHERE u.check_id = 'identity-is-used' AND u.subject_id = i.id AND u.status <> 'resolved')
          OR CASE WHEN w.may_all_be_unused THEN (SELECT bool_and(EXISTS (SELECT 1 FROM findings u WHERE u.check_id = 'credential-is-used' AND u.subject_id = c.id AND u.status <> 'resolved'))
            FROM credentials c WHERE c.identity_id = i.id AND c.removed_at IS NULL AND c.status = 'active') IS TRUE ELSE false END AS unused
      -- An active credential that is used shows that not all are unused; only where none was looked at is it asked of each.
      FROM (SELECT holder, bool_or(check_id = 'credential-is-used' OR NOT is_active) AS may_all_be_unused FROM unresolved GROUP BY holder) w JOIN identities i ON i.id = w.holder
        LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state <> 'ended' AND o.state IN ('provisional', 'accepted') LEFT JOIN persons p ON p.id = o.owner_id AND p.status <> 'left'),
    named AS (SELECT f.id, f.severity, f.rank, f.combination AS was, array_remove(ARRAY[CASE WHEN s.admin THEN 'admin' END, CASE WHEN s.ownerless THEN 'ownerless' END, CASE WHEN s.outside THEN 'outside-trust' END,
        CASE WHEN s.unused OR f.self_unused THEN 'unused' END], NULL) AS combination
      FROM (SELECT *, bool_or(check_id = 'credential-is-used') OVER (PARTITION BY subject_id) AS self_unused FROM unresolved) f JOIN stands s ON s.id = f.holder),
    other AS MATERIALIZED (SELECT id, combination FROM named WHERE was <> combination OR rank <> finding_points(severity) + combination_points(cardinality(combination)))
    UPDATE findings f SET rank = finding_points(f.severity) + combination_points(cardinality(n.combination)), combination = n.combination
    FROM other n WHERE f.id = n.id AND f.status <> 'resolved'`;
}
