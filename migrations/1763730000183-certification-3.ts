import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Delegations that follow from an absence on record. */
export class Certification1763730000183 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
-- The absence it stands in for; it ends with it. No foreign key: an absence that is taken back is deleted.
ALTER TABLE delegations ADD COLUMN absence_id uuid;
CREATE UNIQUE INDEX delegations_of_absence ON delegations (absence_id) WHERE absence_id IS NOT NULL AND ended_at IS NULL;
`;
