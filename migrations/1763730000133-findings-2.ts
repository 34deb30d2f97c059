import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What came and what went since an instant: asked once a day of all findings. */
export class Findings1763730000133 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX findings_by_resolution ON findings (resolved_at) WHERE resolved_at IS NOT NULL;
      CREATE INDEX findings_by_opening ON findings (opened_at)`);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
