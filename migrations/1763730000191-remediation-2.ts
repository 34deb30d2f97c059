import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything that asks for an action, and the findings of policies that enforce. */
export class Remediation1763730000191 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
-- Several may ask for the same change of the same thing. It is called off when none of them asks for it any longer.
CREATE TABLE action_bases (
  action_id uuid NOT NULL REFERENCES actions,
  type text NOT NULL,
  id uuid NOT NULL,
  -- Of a finding: the how manyth time it was open when it asked. What was settled then is asked anew when it opens again.
  episode integer NOT NULL DEFAULT 1,
  asked_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_because text CHECK (withdrawn_because IN ('resolved', 'excepted', 'not-asked')),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_because IS NULL)),
  PRIMARY KEY (action_id, type, id)
);
CREATE INDEX action_bases_by_basis ON action_bases (type, id);
CREATE INDEX action_bases_standing ON action_bases (id) WHERE type = 'finding' AND withdrawn_at IS NULL;
INSERT INTO action_bases (action_id, type, id, asked_at) SELECT id, basis_type, basis_id, planned_at FROM actions;

CREATE INDEX findings_enforced ON findings (policy_id, id) WHERE mode = 'enforce' AND status IN ('open', 'acknowledged');
`;
