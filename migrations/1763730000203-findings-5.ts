import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A history names findings that exist: seen to for all rows of a statement at once. A foreign key looks at each row by
 * itself, which took as long as writing it. Findings are never deleted, and the trigger below keeps it so.
 */
export class Findings1763730000203 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE finding_events DROP CONSTRAINT finding_events_finding_id_fkey');
    await runner.query(`CREATE FUNCTION finding_events_name_findings() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT 1 FROM added a WHERE NOT EXISTS (SELECT 1 FROM findings f WHERE f.id = a.finding_id)) THEN
          RAISE EXCEPTION 'An event names a finding that does not exist' USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(`CREATE TRIGGER finding_events_name_findings AFTER INSERT ON finding_events
      REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION finding_events_name_findings()`);
    await runner.query(`CREATE FUNCTION findings_keep_their_history() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT 1 FROM finding_events e WHERE e.finding_id = OLD.id) THEN
          RAISE EXCEPTION 'A finding with a history is not deleted' USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN OLD;
      END $$`);
    await runner.query(`CREATE TRIGGER findings_keep_their_history BEFORE DELETE ON findings
      FOR EACH ROW EXECUTE FUNCTION findings_keep_their_history()`);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
