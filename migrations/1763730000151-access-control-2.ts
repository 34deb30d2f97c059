import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions of people who signed in. Only hashes of their secrets are kept. */
export class AccessControl1763730000151 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  token_hash text NOT NULL UNIQUE,
  issuer text NOT NULL,
  subject text NOT NULL,
  -- Null for somebody whom no people source knows and a role was given all the same.
  person_id uuid REFERENCES persons,
  name text NOT NULL,
  -- [{ role, scope }], as the claims gave them when the session began
  roles jsonb NOT NULL,
  -- Of the rules that gave them: a session under rules that no longer hold is over.
  rules_digest text NOT NULL,
  acr text,
  amr text[] NOT NULL,
  authenticated_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  ended_because text CHECK (ended_because IN ('signed-out', 'person-left', 'expired', 'replaced', 'rules-changed', 'ended-by-another')),
  version integer NOT NULL DEFAULT 1,
  CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX sessions_of_person ON sessions (person_id);
CREATE INDEX sessions_live ON sessions (expires_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
`;
