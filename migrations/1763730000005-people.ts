import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Persons, units and teams. */
export class People1763730000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE units (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  parent_id uuid REFERENCES units,
  head_id uuid,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX units_of_parent ON units (parent_id);

CREATE TABLE persons (
  id uuid PRIMARY KEY,
  -- Unique without regard to case within one feed; several feeds may know one person.
  feed text NOT NULL,
  external_id text NOT NULL,
  user_name text NOT NULL,
  display_name text NOT NULL,
  email text,
  status text NOT NULL CHECK (status IN ('active', 'leave', 'left')),
  manager_id uuid REFERENCES persons,
  department text,
  position text,
  worker_type text,
  unit_id uuid REFERENCES units,
  joined_at timestamptz,
  -- The instant the last working day ends; known in advance for somebody who gave notice.
  leaves_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1,
  UNIQUE (feed, external_id)
);
CREATE UNIQUE INDEX persons_by_user_name ON persons (feed, lower(user_name));
CREATE INDEX persons_by_email ON persons (lower(email));
CREATE INDEX persons_of_manager ON persons (manager_id);
CREATE INDEX persons_of_unit ON persons (unit_id);
CREATE INDEX persons_leaving ON persons (leaves_at) WHERE leaves_at IS NOT NULL;
ALTER TABLE units ADD FOREIGN KEY (head_id) REFERENCES persons;
CREATE INDEX units_of_head ON units (head_id);

CREATE TABLE people_imports (
  id uuid PRIMARY KEY,
  file_name text,
  upload_id uuid NOT NULL,
  -- { dryRun, snapshot, timeZone }
  options jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('queued', 'running', 'complete', 'partial', 'failed', 'held')),
  counts jsonb NOT NULL DEFAULT '{}',
  errors jsonb NOT NULL DEFAULT '[]',
  error text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz
);

CREATE TABLE teams (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  unit_id uuid REFERENCES units,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX teams_of_unit ON teams (unit_id);
CREATE TABLE team_members (
  team_id uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
  person_id uuid NOT NULL REFERENCES persons,
  PRIMARY KEY (team_id, person_id)
);
CREATE INDEX team_members_of_person ON team_members (person_id);
`;
