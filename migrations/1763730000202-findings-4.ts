import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How an identity stands beside what is found about it (admin, ownerless, outside-trust, unused, in this order), kept with
 * the ranks of its findings; one of which nothing of that is true has no row.
 */
export class Findings1763730000202 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE standings (
      identity_id uuid PRIMARY KEY REFERENCES identities ON DELETE CASCADE,
      combination text[] NOT NULL CHECK (cardinality(combination) > 0)
    )`);
    await runner.query(`INSERT INTO standings (identity_id, combination)
      SELECT * FROM (SELECT i.id, array_remove(ARRAY[
          CASE WHEN i.privilege = 'admin' THEN 'admin' END,
          CASE WHEN i.managed_by = 'us' AND i.nature <> 'human' AND p.id IS NULL THEN 'ownerless' END,
          CASE WHEN i.outside_trust IN ('outside', 'anyone') THEN 'outside-trust' END,
          CASE WHEN EXISTS (SELECT 1 FROM findings u WHERE u.check_id = 'identity-is-used' AND u.subject_id = i.id AND u.status <> 'resolved')
            OR (SELECT bool_and(EXISTS (SELECT 1 FROM findings u WHERE u.check_id = 'credential-is-used' AND u.subject_id = c.id AND u.status <> 'resolved'))
              FROM credentials c WHERE c.identity_id = i.id AND c.removed_at IS NULL AND c.status = 'active') IS TRUE THEN 'unused' END], NULL) AS combination
        FROM identities i LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state IN ('provisional', 'accepted') LEFT JOIN persons p ON p.id = o.owner_id AND p.status <> 'left') stands
      WHERE cardinality(combination) > 0`);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
