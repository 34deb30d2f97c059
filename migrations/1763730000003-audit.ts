import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The append-only log. Nothing is hashed and nothing is locked in the business transaction; a sealer orders by transaction later. */
export class Audit1763730000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE audit_entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  type text NOT NULL,
  target_type text NOT NULL,
  target_id text NOT NULL,
  data jsonb NOT NULL,
  request_id text,
  -- Ids commit out of order; the transaction tells a sealer which entries can still be joined by earlier ones.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX audit_entries_of_target ON audit_entries (target_type, target_id, id);
CREATE INDEX audit_entries_of_type ON audit_entries (type, id);
CREATE INDEX audit_entries_of_actor ON audit_entries (actor, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;
