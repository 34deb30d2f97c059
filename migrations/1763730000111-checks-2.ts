import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What policies say beside their checks, every version of them, what-ifs that take long, and what is excepted. */
export class ChecksTwo1763730000111 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
-- { due, exceptions, waves, queue, promotedFrom }: whatever is not set there follows the defaults.
ALTER TABLE policies ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';

-- What a policy was at each of its versions, by whom and why. The history beside it answers "as of an instant".
CREATE TABLE policy_versions (
  policy_id uuid NOT NULL REFERENCES policies,
  version integer NOT NULL,
  name text NOT NULL,
  position integer NOT NULL,
  selector jsonb NOT NULL,
  mode text NOT NULL,
  checks jsonb NOT NULL,
  settings jsonb NOT NULL,
  removed boolean NOT NULL,
  changed_by text NOT NULL,
  reason text,
  at timestamptz NOT NULL,
  PRIMARY KEY (policy_id, version)
);
INSERT INTO policy_versions SELECT id, version, name, position, selector, mode, checks, settings, removed_at IS NOT NULL, changed_by, reason, valid_from FROM policies;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON policy_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON policy_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A finding that is excepted makes no other pointless: what it would hide has to be seen.
CREATE TABLE excepted_outcomes (
  subject_type text NOT NULL,
  subject_id uuid NOT NULL,
  check_id text NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (subject_type, subject_id, check_id, reason)
);

CREATE TABLE policy_what_ifs (
  id uuid PRIMARY KEY,
  status text NOT NULL CHECK (status IN ('queued', 'running', 'complete', 'failed')),
  change jsonb NOT NULL,
  asked_as jsonb NOT NULL,
  result jsonb,
  error text,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL,
  finished_at timestamptz
);
CREATE INDEX policy_what_ifs_by_age ON policy_what_ifs (requested_at);
`;
