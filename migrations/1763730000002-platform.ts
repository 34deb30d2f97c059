import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every module stands on: this installation, job history, schedules, idempotency keys, and the functions of history and time. */
export class Platform1763730000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE installation (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- Key of the hashes that tell a changed record from an unchanged one; it never leaves the database.
  hash_key text NOT NULL
);
INSERT INTO installation (hash_key) VALUES (replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));

CREATE TABLE job_runs (
  id uuid PRIMARY KEY,
  job text NOT NULL,
  queue_id uuid NOT NULL,
  attempt integer NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'succeeded', 'failed', 'interrupted')),
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  payload_digest text NOT NULL,
  input_digest text,
  parameters_digest text,
  counts jsonb,
  error text
);
CREATE INDEX job_runs_of_job ON job_runs (job, id DESC);
CREATE INDEX job_runs_running ON job_runs (queue_id) WHERE status = 'running';

CREATE TABLE job_schedules (
  job text PRIMARY KEY,
  last_due timestamptz NOT NULL
);

CREATE TABLE idempotency_keys (
  actor text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done', 'secret')),
  status integer,
  body text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- An uploaded file, kept in pieces until its run is over: any replica can read it, and a killed one starts again.
CREATE TABLE uploads (
  id uuid PRIMARY KEY,
  file_name text,
  bytes bigint NOT NULL,
  sha256 text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE TABLE upload_pieces (
  upload_id uuid NOT NULL,
  seq integer NOT NULL,
  piece bytea NOT NULL,
  PRIMARY KEY (upload_id, seq)
);
ALTER TABLE upload_pieces ALTER COLUMN piece SET STORAGE EXTERNAL;

-- The lowest UUIDv7 of an instant: ids sort by creation.
CREATE FUNCTION uuid_floor(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;

-- An instant as the API writes it.
CREATE FUNCTION iso(at timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- An instant as facts carry it: milliseconds since 1970.
CREATE FUNCTION epoch_ms(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(extract(epoch FROM at) * 1000)::bigint;

-- Keeps what a row was before it changed. A change that matters moves valid_from; one that does not leaves it alone.
CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'INSERT INTO %I (id, valid_from, valid_to, row)
     SELECT o.id, o.valid_from, n.valid_from, to_jsonb(o) FROM old_rows o JOIN new_rows n USING (id) WHERE n.valid_from > o.valid_from
     ON CONFLICT (id, valid_from) DO NOTHING', TG_TABLE_NAME || '_history');
  RETURN NULL;
END $$;

-- History is written by the trigger above and by nothing else.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION with_history(target text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE %I (id uuid NOT NULL, valid_from timestamptz NOT NULL, valid_to timestamptz NOT NULL, row jsonb NOT NULL, PRIMARY KEY (id, valid_from))', target || '_history');
  EXECUTE format('CREATE TRIGGER keep_history AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_history()', target);
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', target || '_history');
  EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', target || '_history');
END $$;
`;
