import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ownership rules, who was asked to accept and until when, who declined, and how it stands over time. */
export class Ownership21763730000101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE ownership_rules (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  -- The first rule whose selector matches, and which names somebody who can answer, decides.
  position integer NOT NULL,
  selector jsonb NOT NULL,
  -- { person } | { position, unit? } | { headOf: 'unit' }; deputies are a list of these.
  owner jsonb,
  team_id uuid REFERENCES teams,
  sponsor jsonb,
  deputies jsonb NOT NULL,
  gives text NOT NULL CHECK (gives IN ('proposed', 'provisional')),
  replaces_assignments boolean NOT NULL,
  remind_after_days integer NOT NULL,
  escalate_after_days integer NOT NULL,
  removed_at timestamptz,
  changed_by text NOT NULL,
  reason text,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX ownership_rules_of_team ON ownership_rules (team_id) WHERE team_id IS NOT NULL;
-- Names and places are each there once: the set is locked by whoever writes a rule, and whole sets change places at once.
CREATE INDEX ownership_rules_order ON ownership_rules (position) WHERE removed_at IS NULL;
SELECT with_history('ownership_rules');

-- The rules as one set: its version, and what it came to when it was last applied to everything.
CREATE TABLE ownership_rule_set (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version integer NOT NULL,
  applied_digest text,
  applied_at timestamptz
);
INSERT INTO ownership_rule_set (version) VALUES (1);

ALTER TABLE ownerships ADD COLUMN run_id uuid;
ALTER TABLE ownerships ADD COLUMN accepted_what jsonb;
ALTER TABLE ownerships ADD CONSTRAINT ownerships_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES ownership_rules;
CREATE INDEX ownerships_of_rule ON ownerships (rule_id) WHERE rule_id IS NOT NULL;

-- Identities that changed since the rules last looked at them.
CREATE TABLE ownership_touched (
  identity_id uuid PRIMARY KEY REFERENCES identities
);

-- Who was asked to accept, and what silence leads to. Apart from the ownership: a reminder is no change of it.
CREATE TABLE ownership_waits (
  ownership_id uuid PRIMARY KEY REFERENCES ownerships,
  identity_id uuid NOT NULL REFERENCES identities,
  -- Who is waited for now; null once nobody is left to ask.
  person_id uuid REFERENCES persons,
  step text NOT NULL CHECK (step IN ('owner', 'manager', 'unit-head', 'queue')),
  asked_at timestamptz NOT NULL,
  remind_at timestamptz,
  escalate_at timestamptz,
  -- The earlier of the two that is still to come; null in the queue.
  due_at timestamptz,
  reminders integer NOT NULL DEFAULT 0,
  remind_after_days integer NOT NULL,
  escalate_after_days integer NOT NULL
);
CREATE INDEX ownership_waits_due ON ownership_waits (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ownership_waits_of_identity ON ownership_waits (identity_id);
CREATE INDEX ownership_waits_of_person ON ownership_waits (person_id);

-- Who said that something is not theirs: neither a rule nor a suggestion names them for it again.
CREATE TABLE ownership_declines (
  identity_id uuid NOT NULL REFERENCES identities,
  person_id uuid NOT NULL REFERENCES persons,
  reason text NOT NULL,
  declined_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (identity_id, person_id)
);
CREATE INDEX ownership_declines_of_person ON ownership_declines (person_id);

-- How ownership stood at an instant: the whole organisation (unit null) and each unit.
CREATE TABLE ownership_measures (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL,
  unit_id uuid REFERENCES units,
  governed integer NOT NULL,
  accepted integer NOT NULL,
  provisional integer NOT NULL,
  proposed integer NOT NULL,
  unowned integer NOT NULL,
  -- Of those that have nobody who accepted: for how long in all, in the middle, and at most.
  hours_without double precision NOT NULL,
  median_hours_without double precision,
  longest_hours_without double precision,
  -- Of the thirty days before: identity-hours that needed an owner, and those that had one who accepted.
  period_hours double precision NOT NULL,
  period_hours_accepted double precision NOT NULL
);
CREATE INDEX ownership_measures_of_unit ON ownership_measures (unit_id, at, id);
CREATE INDEX ownership_suggestions_by_confidence ON ownership_suggestions (confidence, identity_id, person_id);
`;
