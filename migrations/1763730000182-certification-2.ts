import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reminders that somebody asked for. */
export class Certification1763730000182 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
-- Whom a campaign manager had reminded by hand, and when the last time.
CREATE TABLE campaign_calls (
  campaign_id uuid NOT NULL REFERENCES campaigns,
  person_id uuid NOT NULL REFERENCES persons,
  called_at timestamptz NOT NULL,
  PRIMARY KEY (campaign_id, person_id)
);
CREATE INDEX campaign_calls_of_person ON campaign_calls (person_id);
`;
