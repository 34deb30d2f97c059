import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The story of findings in the order in which it becomes final: ids commit out of order, and a reader must miss none. */
export class Findings1763730000123 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE finding_events ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
      CREATE INDEX finding_events_in_order ON finding_events (xid, id);
    `);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
