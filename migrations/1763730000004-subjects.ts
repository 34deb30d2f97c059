import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Change marks: what must be looked at again. A mark is inserted and deleted, never updated. */
export class Subjects1763730000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE changed_subjects (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject_type text NOT NULL,
  subject_id uuid NOT NULL
);
`;
