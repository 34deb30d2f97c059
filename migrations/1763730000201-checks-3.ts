import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When time alone may turn each check of a subject, beside the earliest of them: a subject that comes due is asked what
 * has come due, and no facts are read for anything else. Null = not known yet; such a subject is evaluated as a whole.
 */
export class Checks1763730000201 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE evaluations ADD COLUMN due_by_check text');
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
