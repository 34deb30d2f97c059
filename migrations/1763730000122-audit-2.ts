import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The log in the order in which it becomes final: for whoever reads it on from where they were. */
export class Audit1763730000122 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX IF NOT EXISTS audit_entries_in_order ON audit_entries (xid, id)');
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
