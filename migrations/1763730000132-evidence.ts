import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Figures of the programme, day by day. */
export class Evidence1763730000132 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
-- One row for each day and unit, and one for what belongs to no unit. A day that was not measured has no row: that is
-- not the same as a day on which there was nothing.
CREATE TABLE programme_days (
  day date NOT NULL,
  unit_id uuid REFERENCES units,
  measured_at timestamptz NOT NULL,
  -- What was opened and closed from the one to before the other is counted: each measurement goes on where the last ended.
  counted_from timestamptz NOT NULL,
  counted_until timestamptz NOT NULL,
  -- Live identities somebody here has to answer for; with an owner who is there; who said yes.
  identities bigint NOT NULL,
  owned bigint NOT NULL,
  accepted bigint NOT NULL,
  idle_identities bigint NOT NULL,
  identity_use_unknown bigint NOT NULL,
  -- Their credentials that could be used.
  credentials bigint NOT NULL,
  over_age bigint NOT NULL,
  age_unknown bigint NOT NULL,
  idle_credentials bigint NOT NULL,
  credential_use_unknown bigint NOT NULL,
  static_secrets bigint NOT NULL,
  federated bigint NOT NULL,
  -- Findings that are not resolved; of those overdue, excepted; those that came and went since the measurement before.
  findings bigint NOT NULL,
  overdue bigint NOT NULL,
  excepted bigint NOT NULL,
  opened bigint NOT NULL,
  closed bigint NOT NULL,
  closed_within_1_day bigint NOT NULL,
  closed_within_7_days bigint NOT NULL,
  closed_within_30_days bigint NOT NULL,
  closed_within_90_days bigint NOT NULL,
  seconds_to_close bigint NOT NULL,
  UNIQUE NULLS NOT DISTINCT (day, unit_id)
);
CREATE INDEX programme_days_of_unit ON programme_days (unit_id, day);
`;
