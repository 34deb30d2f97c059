import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Runs of sources. */
export class Sync1763730000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE sync_runs (
  id uuid PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES sources,
  status text NOT NULL CHECK (status IN ('queued', 'running', 'complete', 'partial', 'failed', 'held')),
  trigger text NOT NULL CHECK (trigger IN ('manual', 'scheduled', 'import')),
  requested_by text NOT NULL,
  counts jsonb NOT NULL DEFAULT '{}',
  gaps jsonb NOT NULL DEFAULT '[]',
  -- Rows of a file that could not be taken: [{ line, field, detail }], the first thousand.
  row_errors jsonb NOT NULL DEFAULT '[]',
  row_error_count integer NOT NULL DEFAULT 0,
  -- Why it failed or is held, as problem details.
  error jsonb,
  progress jsonb NOT NULL DEFAULT '{}',
  upload_id uuid,
  options jsonb NOT NULL DEFAULT '{}',
  attempt integer NOT NULL DEFAULT 0,
  queued_at timestamptz NOT NULL,
  beat_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  confirmed_by text,
  version integer NOT NULL DEFAULT 1
);
CREATE INDEX sync_runs_of_source ON sync_runs (source_id, id DESC);
-- Two runs of one source never overlap, whatever the processes do.
CREATE UNIQUE INDEX sync_runs_live ON sync_runs (source_id) WHERE status IN ('queued', 'running');
`;
