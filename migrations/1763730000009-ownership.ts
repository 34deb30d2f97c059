import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who answers for an identity, and who might. */
export class Ownership1763730000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE ownerships (
  id uuid PRIMARY KEY,
  identity_id uuid NOT NULL REFERENCES identities,
  owner_id uuid REFERENCES persons,
  team_id uuid REFERENCES teams,
  sponsor_id uuid REFERENCES persons,
  deputies uuid[] NOT NULL,
  state text NOT NULL CHECK (state IN ('proposed', 'provisional', 'accepted', 'ended')),
  -- Where it comes from: an assignment, a suggestion that was taken, a rule.
  basis text NOT NULL,
  reason text,
  rule_id uuid,
  assigned_by text NOT NULL,
  assigned_at timestamptz NOT NULL,
  accepted_at timestamptz,
  ended_at timestamptz,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX ownerships_live ON ownerships (identity_id) WHERE state <> 'ended';
CREATE INDEX ownerships_of_identity ON ownerships (identity_id);
CREATE INDEX ownerships_of_owner ON ownerships (owner_id) WHERE state <> 'ended';
CREATE INDEX ownerships_of_sponsor ON ownerships (sponsor_id) WHERE state <> 'ended';
CREATE INDEX ownerships_of_team ON ownerships (team_id) WHERE state <> 'ended';
CREATE INDEX ownerships_of_deputies ON ownerships USING gin (deputies) WHERE state <> 'ended';
SELECT with_history('ownerships');
CREATE FUNCTION ownerships_as_of(t timestamptz) RETURNS SETOF ownerships LANGUAGE sql STABLE AS $$
  SELECT * FROM ownerships WHERE valid_from <= t
  UNION ALL SELECT r.* FROM ownerships_history h CROSS JOIN LATERAL jsonb_populate_record(NULL::ownerships, h.row) r WHERE h.valid_from <= t AND h.valid_to > t
$$;

-- Who might be the owner, and why we think so. Shown, never acted on by itself.
CREATE TABLE ownership_suggestions (
  identity_id uuid NOT NULL REFERENCES identities,
  person_id uuid NOT NULL REFERENCES persons,
  confidence text NOT NULL CHECK (confidence IN ('high', 'medium', 'low')),
  because text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (identity_id, person_id)
);
CREATE INDEX ownership_suggestions_of_person ON ownership_suggestions (person_id);
`;
