import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An interval taken from an instant depends on the session's time zone, so the function that says what usage data tells was never
 * immutable. Called by its right name it becomes part of the query that names it, which a million calls of it are not.
 */
export class Certification1763730000211 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER FUNCTION use_seen(timestamptz, timestamptz, timestamptz, timestamptz, timestamptz, integer, integer) STABLE',
    );
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
