import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions end when an identity provider's signal says that they must. */
export class AccessControl31763730000152 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sessions DROP CONSTRAINT sessions_ended_because_check,
      ADD CONSTRAINT sessions_ended_because_check CHECK (ended_because IN ('signed-out', 'person-left', 'expired', 'replaced', 'rules-changed', 'ended-by-another', 'revoked'))`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
