import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The lasting record that a rule is broken. */
export class Findings1763730000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE findings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  check_id text NOT NULL,
  check_version integer NOT NULL,
  subject_type text NOT NULL,
  subject_id uuid NOT NULL,
  -- Names the cause, never the degree: (check, subject, reason) is what the finding is.
  reason text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  mode text NOT NULL CHECK (mode IN ('observe', 'notify', 'enforce')),
  policy_id uuid REFERENCES policies,
  status text NOT NULL CHECK (status IN ('open', 'acknowledged', 'excepted', 'resolved')),
  resolution text CHECK (resolution IN ('fixed', 'superseded', 'subject-gone', 'not-applicable')),
  superseded_by uuid REFERENCES findings,
  evidence jsonb NOT NULL,
  -- Since when the rule is broken, and since when we know.
  since timestamptz NOT NULL,
  opened_at timestamptz NOT NULL,
  due_at timestamptz,
  resolved_at timestamptz,
  times_opened integer NOT NULL DEFAULT 1,
  version integer NOT NULL DEFAULT 1,
  CHECK ((status = 'resolved') = (resolution IS NOT NULL)),
  CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
  UNIQUE (check_id, subject_id, reason)
);
CREATE INDEX findings_of_subject ON findings (subject_type, subject_id);
CREATE INDEX findings_open ON findings (severity, id) WHERE status <> 'resolved';
CREATE INDEX findings_due ON findings (due_at) WHERE status <> 'resolved' AND due_at IS NOT NULL;
CREATE INDEX findings_superseded_by ON findings (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX findings_of_policy ON findings (policy_id);

CREATE TABLE finding_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  finding_id uuid NOT NULL REFERENCES findings,
  at timestamptz NOT NULL,
  type text NOT NULL CHECK (type IN ('opened', 'reopened', 'worsened', 'eased', 'resolved', 'acknowledged', 'mode-changed', 'commented')),
  actor text NOT NULL,
  data jsonb NOT NULL
);
CREATE INDEX finding_events_of ON finding_events (finding_id, id);
`;
