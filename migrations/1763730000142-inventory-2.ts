import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The hashes under which a source's rows are known, read at the start of every run without touching the rows themselves. */
export class Inventory1763730000142 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE INDEX identities_known ON identities (source_id, raw_hash) WHERE removed_at IS NULL;
CREATE INDEX credentials_known ON credentials (source_id, raw_hash) WHERE removed_at IS NULL;
CREATE INDEX entitlements_known ON entitlements (source_id, raw_hash) WHERE removed_at IS NULL;
CREATE INDEX grants_known ON grants (source_id, raw_hash) WHERE removed_at IS NULL;
CREATE INDEX resources_known ON resources (source_id, raw_hash) WHERE removed_at IS NULL;
-- Nothing looks a hash up without its source.
DROP INDEX identities_by_hash;
DROP INDEX credentials_by_hash;
`;
