import type { MigrationInterface, QueryRunner } from 'typeorm';

/** AI use cases, agents, and what ties them to identities. */
export class UseCases1763730000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE use_cases (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  purpose text NOT NULL,
  sponsor_id uuid REFERENCES persons,
  -- Who approves, who monitors, who remediates: three named roles for each use case.
  approves_id uuid REFERENCES persons,
  monitors_id uuid REFERENCES persons,
  remediates_id uuid REFERENCES persons,
  control_objective text,
  data_scope text[] NOT NULL,
  output_users text,
  permitted_actions text[] NOT NULL,
  likelihood integer CHECK (likelihood BETWEEN 1 AND 5),
  consequence integer CHECK (consequence BETWEEN 1 AND 5),
  risk_level text CHECK (risk_level IN ('low', 'moderate', 'high', 'critical')),
  eu_ai_act_class text CHECK (eu_ai_act_class IN ('prohibited', 'high', 'limited', 'minimal')),
  logging_standard text,
  review_cadence_days integer CHECK (review_cadence_days BETWEEN 1 AND 3660),
  unit_id uuid REFERENCES units,
  status text NOT NULL CHECK (status IN ('draft', 'approved', 'rejected', 'retired')),
  -- Of the state that was approved; a material change makes the two differ.
  approved_digest text,
  digest text NOT NULL,
  approved_at timestamptz,
  review_due_at timestamptz,
  -- Who last changed what is approved: they may not approve it.
  changed_by text NOT NULL,
  created_at timestamptz NOT NULL,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX use_cases_of_sponsor ON use_cases (sponsor_id);
CREATE INDEX use_cases_of_unit ON use_cases (unit_id);
CREATE INDEX use_cases_of_approver ON use_cases (approves_id);
CREATE INDEX use_cases_of_monitor ON use_cases (monitors_id);
CREATE INDEX use_cases_of_remediator ON use_cases (remediates_id);
SELECT with_history('use_cases');
CREATE FUNCTION use_cases_as_of(t timestamptz) RETURNS SETOF use_cases LANGUAGE sql STABLE AS $$
  SELECT * FROM use_cases WHERE valid_from <= t
  UNION ALL SELECT r.* FROM use_cases_history h CROSS JOIN LATERAL jsonb_populate_record(NULL::use_cases, h.row) r WHERE h.valid_from <= t AND h.valid_to > t
$$;

CREATE TABLE use_case_approvals (
  id uuid PRIMARY KEY,
  use_case_id uuid NOT NULL REFERENCES use_cases,
  approver text NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('approved', 'rejected')),
  comment text,
  digest text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX use_case_approvals_of ON use_case_approvals (use_case_id, id);

CREATE TABLE agents (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  description text,
  owner_id uuid REFERENCES persons,
  -- { name, version, digest } each; tools and guardrails are lists of such.
  model jsonb,
  prompt jsonb,
  tools jsonb NOT NULL,
  guardrails jsonb NOT NULL,
  digest text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'retired')),
  created_at timestamptz NOT NULL,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX agents_of_owner ON agents (owner_id);
SELECT with_history('agents');

CREATE TABLE agent_use_cases (
  agent_id uuid NOT NULL REFERENCES agents,
  use_case_id uuid NOT NULL REFERENCES use_cases,
  PRIMARY KEY (agent_id, use_case_id)
);
CREATE INDEX agent_use_cases_of_use_case ON agent_use_cases (use_case_id);
CREATE TABLE agent_identities (
  agent_id uuid NOT NULL REFERENCES agents,
  identity_id uuid NOT NULL REFERENCES identities,
  PRIMARY KEY (agent_id, identity_id)
);
CREATE INDEX agent_identities_of_identity ON agent_identities (identity_id);

-- What an identity is for. A link through an agent and one made by hand stand side by side.
CREATE TABLE use_case_links (
  id uuid PRIMARY KEY,
  use_case_id uuid NOT NULL REFERENCES use_cases,
  identity_id uuid NOT NULL REFERENCES identities,
  agent_id uuid REFERENCES agents,
  linked_by text NOT NULL,
  removed_at timestamptz,
  valid_from timestamptz NOT NULL
);
CREATE UNIQUE INDEX use_case_links_live ON use_case_links (identity_id, use_case_id, agent_id) NULLS NOT DISTINCT WHERE removed_at IS NULL;
CREATE INDEX use_case_links_of_use_case ON use_case_links (use_case_id);
CREATE INDEX use_case_links_of_agent ON use_case_links (agent_id) WHERE agent_id IS NOT NULL;
SELECT with_history('use_case_links');
CREATE FUNCTION use_case_links_as_of(t timestamptz) RETURNS SETOF use_case_links LANGUAGE sql STABLE AS $$
  SELECT * FROM use_case_links WHERE valid_from <= t
  UNION ALL SELECT r.* FROM use_case_links_history h CROSS JOIN LATERAL jsonb_populate_record(NULL::use_case_links, h.row) r WHERE h.valid_from <= t AND h.valid_to > t
$$;
`;
