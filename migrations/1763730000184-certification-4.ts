import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who signed a risk acceptance, where whoever was asked had left. */
export class Certification1763730000184 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
ALTER TABLE risk_acceptances ADD COLUMN signed_by uuid REFERENCES persons;
UPDATE risk_acceptances SET signed_by = person_id WHERE status = 'signed';
CREATE INDEX risk_acceptances_signed_by ON risk_acceptances (signed_by) WHERE signed_by IS NOT NULL;
`;
