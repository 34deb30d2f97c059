import type { Tx } from '../../platform/database/index.js';

/** Subjects that were looked at, by kind. */
export interface Touched {
  readonly identities: readonly string[];
  readonly credentials: readonly string[];
  readonly grants: readonly string[];
}

/**
 * Ranks what is open about some identities and all they hold: severity, and how badly things stand together. Admin,
 * ownerless, trusted from outside and unused at once comes before everything. What a provider manages owes no owner; an
 * identity is unused where it is found to be, or where each of its credentials is.
 */
export function rankFindings(tx: Tx, { identities, credentials, grants }: Touched): Promise<number> {
  return tx.change`WITH holders AS (
      SELECT unnest(${identities}::uuid[]) AS id UNION SELECT c.identity_id FROM credentials c WHERE c.id = ANY(${credentials}::uuid[]) UNION SELECT g.identity_id FROM grants g WHERE g.id = ANY(${grants}::uuid[])),
    stands AS MATERIALIZED (SELECT i.id, i.privilege = 'admin' AS admin, i.outside_trust IN ('outside', 'anyone') AS outside,
        i.managed_by = 'us' AND i.nature <> 'human' AND NOT EXISTS (SELECT 1 FROM ownerships o JOIN persons p ON p.id = o.owner_id WHERE o.identity_id = i.id AND o.state IN ('provisional', 'accepted') AND p.status <> 'left') AS ownerless,
        EXISTS (SELECT 1 FROM findings u WHERE u.subject_type = 'identity' AND u.subject_id = i.id AND u.check_id = 'identity-is-used' AND u.status <> 'resolved')
          OR (SELECT bool_and(EXISTS (SELECT 1 FROM findings u WHERE u.subject_type = 'credential' AND u.subject_id = c.id AND u.check_id = 'credential-is-used' AND u.status <> 'resolved')) FROM credentials c WHERE c.identity_id = i.id AND c.removed_at IS NULL AND c.status = 'active') IS TRUE AS unused
      FROM identities i JOIN holders h ON h.id = i.id),
    held AS (SELECT 'identity' AS type, s.id AS subject_id, s.* FROM stands s
      UNION ALL SELECT 'credential', c.id, s.id, s.admin, s.outside, s.ownerless, s.unused OR EXISTS (SELECT 1 FROM findings u WHERE u.subject_type = 'credential' AND u.subject_id = c.id AND u.check_id = 'credential-is-used' AND u.status <> 'resolved') FROM stands s JOIN credentials c ON c.identity_id = s.id
      UNION ALL SELECT 'grant', g.id, s.id, s.admin, s.outside, s.ownerless, s.unused FROM stands s JOIN grants g ON g.identity_id = s.id),
    named AS (SELECT type, subject_id, array_remove(ARRAY[CASE WHEN admin THEN 'admin' END, CASE WHEN ownerless THEN 'ownerless' END, CASE WHEN outside THEN 'outside-trust' END, CASE WHEN unused THEN 'unused' END], NULL) AS combination FROM held)
    UPDATE findings f SET rank = finding_points(f.severity) + combination_points(cardinality(n.combination)), combination = n.combination
    FROM named n WHERE f.subject_type = n.type AND f.subject_id = n.subject_id AND f.status <> 'resolved'
      AND (f.combination <> n.combination OR f.rank <> finding_points(f.severity) + combination_points(cardinality(n.combination)))`;
}
