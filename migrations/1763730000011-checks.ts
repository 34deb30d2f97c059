import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Policies, outcomes and the passes that produced them. */
export class Checks1763730000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE policies (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  -- The first policy whose selector matches decides; the default one has the highest number and an empty selector.
  position integer NOT NULL,
  is_default boolean NOT NULL DEFAULT false,
  selector jsonb NOT NULL,
  mode text NOT NULL CHECK (mode IN ('observe', 'notify', 'enforce')),
  checks jsonb NOT NULL,
  removed_at timestamptz,
  changed_by text NOT NULL,
  reason text,
  valid_from timestamptz NOT NULL,
  version integer NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX policies_one_default ON policies (is_default) WHERE is_default;
CREATE UNIQUE INDEX policies_order ON policies (position) WHERE removed_at IS NULL;
SELECT with_history('policies');
CREATE FUNCTION policies_as_of(t timestamptz) RETURNS SETOF policies LANGUAGE sql STABLE AS $$
  SELECT * FROM policies WHERE valid_from <= t
  UNION ALL SELECT r.* FROM policies_history h CROSS JOIN LATERAL jsonb_populate_record(NULL::policies, h.row) r WHERE h.valid_from <= t AND h.valid_to > t
$$;

-- Which place in evaluations.results belongs to which check. A place is given once and never reused.
CREATE TABLE check_places (
  check_id text PRIMARY KEY,
  subject_type text NOT NULL,
  place integer NOT NULL,
  UNIQUE (subject_type, place)
);

-- What all checks say of one subject: a letter each (p pass, n not applicable, e not evaluated, f fail, - off).
CREATE TABLE evaluations (
  subject_type text NOT NULL,
  subject_id uuid NOT NULL,
  results text NOT NULL,
  -- Of what fails: place, reason, severity, mode and a digest of the evidence, to see a change without reading findings.
  failing text NOT NULL,
  -- The earliest instant at which time alone could turn one of them.
  due_at timestamptz,
  PRIMARY KEY (subject_type, subject_id)
) WITH (fillfactor = 90);
CREATE INDEX evaluations_due ON evaluations (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX evaluations_not_evaluated ON evaluations (subject_type, subject_id) WHERE results LIKE '%e%';

CREATE TABLE evaluation_passes (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('due', 'full', 'self-check')),
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  evaluated integer NOT NULL DEFAULT 0,
  changed integer NOT NULL DEFAULT 0,
  -- Subjects on which the full pass and the stored outcomes disagree.
  mismatches integer NOT NULL DEFAULT 0,
  examples jsonb NOT NULL DEFAULT '[]'
);
`;
