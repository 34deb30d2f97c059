import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Exceptions, calendars, routing, rank and waves. */
export class FindingsTwo1763730000112 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE FUNCTION finding_points(severity text) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE severity WHEN 'critical' THEN 40 WHEN 'high' THEN 30 WHEN 'medium' THEN 20 ELSE 10 END;
-- Admin, ownerless, trusted from outside, unused: two of them weigh more than a step of severity, all four more than everything.
CREATE FUNCTION combination_points(things integer) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE things WHEN 0 THEN 0 WHEN 1 THEN 3 WHEN 2 THEN 12 WHEN 3 THEN 25 ELSE 60 END;

ALTER TABLE findings
  -- What comes first: severity and how badly things stand together on the identity.
  ADD COLUMN rank smallint NOT NULL DEFAULT 0,
  ADD COLUMN combination text[] NOT NULL DEFAULT '{}',
  -- What the due date was worked out from, so that another calendar or policy can work it out again.
  ADD COLUMN due_from timestamptz,
  ADD COLUMN due_days smallint,
  ADD COLUMN due_basis text CHECK (due_basis IN ('severity', 'at-once', 'wave')),
  ADD COLUMN due_because text,
  -- Its week in the plan of a policy's baseline; null = not part of one.
  ADD COLUMN wave smallint,
  -- Where somebody sent it; null = it goes to who answers for its subject.
  ADD COLUMN assigned_person_id uuid REFERENCES persons,
  ADD COLUMN assigned_team_id uuid REFERENCES teams,
  ADD COLUMN assigned_queue text,
  ADD COLUMN assigned_by text,
  ADD COLUMN assigned_at timestamptz,
  ADD CONSTRAINT findings_one_assignee CHECK (num_nonnulls(assigned_person_id, assigned_team_id, assigned_queue) <= 1);
UPDATE findings SET rank = finding_points(severity), due_basis = CASE WHEN due_at IS NULL THEN NULL ELSE 'severity' END,
  due_from = CASE WHEN due_at IS NULL THEN NULL ELSE opened_at END, due_days = CASE WHEN due_at IS NULL THEN NULL ELSE round(extract(epoch FROM due_at - opened_at) / 86400) END;
CREATE INDEX findings_ranked ON findings ((-rank), id);
CREATE INDEX findings_of_assigned_person ON findings (assigned_person_id) WHERE assigned_person_id IS NOT NULL;
CREATE INDEX findings_of_assigned_team ON findings (assigned_team_id) WHERE assigned_team_id IS NOT NULL;
CREATE INDEX findings_of_queue ON findings (assigned_queue) WHERE assigned_queue IS NOT NULL;
CREATE INDEX findings_in_waves ON findings (policy_id, wave) WHERE due_basis = 'wave';

ALTER TABLE finding_events DROP CONSTRAINT finding_events_type_check;
ALTER TABLE finding_events ADD CONSTRAINT finding_events_type_check CHECK (type IN ('opened', 'reopened', 'worsened', 'eased', 'resolved', 'acknowledged', 'mode-changed', 'commented',
  'assigned', 'due-moved', 'exception-requested', 'exception-approved', 'exception-rejected', 'exception-ended')) NOT VALID;

CREATE TABLE exceptions (
  id uuid PRIMARY KEY,
  finding_id uuid NOT NULL REFERENCES findings,
  status text NOT NULL CHECK (status IN ('requested', 'approved', 'rejected', 'expired')),
  reason text NOT NULL,
  compensating_control text NOT NULL,
  expires_at timestamptz NOT NULL,
  -- What was asked for: a finding that worsens is not what was approved.
  severity text NOT NULL,
  policy_id uuid NOT NULL REFERENCES policies,
  requested_by text NOT NULL,
  requested_person_id uuid REFERENCES persons,
  requested_at timestamptz NOT NULL,
  decided_by text,
  decided_person_id uuid REFERENCES persons,
  decided_at timestamptz,
  comment text,
  ended_at timestamptz,
  ended_because text CHECK (ended_because IN ('time', 'worsened', 'resolved', 'closed', 'withdrawn', 'replaced')),
  version integer NOT NULL DEFAULT 1,
  CHECK ((status IN ('approved', 'rejected')) <= (decided_at IS NOT NULL)),
  CHECK ((status = 'expired') = (ended_because IS NOT NULL))
);
CREATE UNIQUE INDEX exceptions_one_request ON exceptions (finding_id) WHERE status = 'requested';
CREATE UNIQUE INDEX exceptions_one_approved ON exceptions (finding_id) WHERE status = 'approved';
CREATE INDEX exceptions_of_finding ON exceptions (finding_id);
CREATE INDEX exceptions_ending ON exceptions (expires_at) WHERE status IN ('requested', 'approved');
CREATE INDEX exceptions_of_policy ON exceptions (policy_id);
CREATE INDEX exceptions_of_requester ON exceptions (requested_person_id);
CREATE INDEX exceptions_of_decider ON exceptions (decided_person_id);

-- Working days, holidays and freezes of the organisation, or of one of its units.
CREATE TABLE calendars (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  zone text NOT NULL,
  -- 1 = Monday ... 7 = Sunday
  working_days smallint[] NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX calendars_one_default ON calendars (is_default) WHERE is_default;
CREATE TABLE calendar_units (
  unit_id uuid PRIMARY KEY REFERENCES units,
  calendar_id uuid NOT NULL REFERENCES calendars ON DELETE CASCADE
);
CREATE INDEX calendar_units_of ON calendar_units (calendar_id);
CREATE TABLE calendar_days (
  calendar_id uuid NOT NULL REFERENCES calendars ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('holiday', 'freeze')),
  starts_on date NOT NULL,
  ends_on date NOT NULL,
  name text NOT NULL,
  -- Where the day comes from: 'entered', or the country it was proposed for.
  origin text NOT NULL,
  CHECK (ends_on >= starts_on),
  PRIMARY KEY (calendar_id, kind, starts_on)
);

-- The plan of a policy's first run.
CREATE TABLE wave_plans (
  policy_id uuid PRIMARY KEY REFERENCES policies,
  baseline_at timestamptz NOT NULL,
  weeks smallint NOT NULL,
  asked_at timestamptz NOT NULL,
  -- Set once every finding of the first run has its week; what is found later goes into the week of its rank.
  settled_at timestamptz
);
`;
