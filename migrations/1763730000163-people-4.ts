import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Records that may be of one person, and were not taken for one: for people to decide. */
export class PeopleCandidates1763730000163 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE person_candidates (
  record_id uuid NOT NULL REFERENCES person_records ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES persons,
  because text NOT NULL CHECK (because IN ('employee-number', 'email', 'user-name')),
  found_at timestamptz NOT NULL,
  PRIMARY KEY (record_id, person_id)
);
CREATE INDEX person_candidates_of_person ON person_candidates (person_id);
`;
