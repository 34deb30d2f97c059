import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API tokens and one-time links. Only hashes of tokens are kept. */
export class AccessControl1763730000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE api_tokens (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('api', 'local-admin')),
  token_hash text NOT NULL UNIQUE,
  -- [{ role, scope }]
  roles jsonb NOT NULL,
  owner_id uuid REFERENCES persons,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX api_tokens_of_owner ON api_tokens (owner_id);

CREATE TABLE sign_in_links (
  id uuid PRIMARY KEY,
  token_hash text NOT NULL UNIQUE,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
`;
