import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Changes to be carried out at a source. */
export class Remediation1763730000171 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE actions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('disable', 'restore', 'rotate', 'revoke-grant', 'delete')),
  target_type text NOT NULL CHECK (target_type IN ('identity', 'credential', 'grant')),
  target_id uuid NOT NULL,
  identity_id uuid NOT NULL REFERENCES identities,
  source_id uuid NOT NULL REFERENCES sources,
  status text NOT NULL CHECK (status IN ('planned', 'approved', 'held', 'executing', 'executed', 'verified', 'unverified', 'failed', 'cancelled', 'undone')),
  -- What decided it: a review item, a finding, a case.
  basis_type text NOT NULL,
  basis_id uuid NOT NULL,
  reason text NOT NULL,
  requested_by text NOT NULL,
  planned_at timestamptz NOT NULL,
  -- Not carried out before this.
  not_before timestamptz,
  evidence jsonb NOT NULL DEFAULT '{}',
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX actions_of_identity ON actions (identity_id);
CREATE INDEX actions_of_source ON actions (source_id);
CREATE INDEX actions_of_basis ON actions (basis_type, basis_id);
CREATE INDEX actions_by_time ON actions (planned_at DESC, id DESC);
-- One change of a kind waits for one target, however many people ask for it.
CREATE UNIQUE INDEX actions_live ON actions (target_type, target_id, kind) WHERE status IN ('planned', 'approved', 'held', 'executing', 'executed');
`;
