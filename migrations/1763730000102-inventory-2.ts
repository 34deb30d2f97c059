import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Uses of emergency access that somebody looked at, and the rhythm in which things are used. */
export class Inventory21763730000102 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE TABLE use_reviews (
  id uuid PRIMARY KEY,
  identity_id uuid NOT NULL REFERENCES identities,
  -- The last use that was known when it was looked at: this one and those before it are reviewed.
  used_until timestamptz NOT NULL,
  used_by uuid REFERENCES persons,
  reason text NOT NULL,
  reviewed_by text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX use_reviews_of_identity ON use_reviews (identity_id, used_until);
CREATE INDEX use_reviews_of_person ON use_reviews (used_by) WHERE used_by IS NOT NULL;

-- How often a use was seen to move on, and the longest time between two: out of this the rhythm is found.
ALTER TABLE identity_usage ADD COLUMN uses_seen integer NOT NULL DEFAULT 0, ADD COLUMN longest_gap interval;
ALTER TABLE credential_usage ADD COLUMN uses_seen integer NOT NULL DEFAULT 0, ADD COLUMN longest_gap interval;
ALTER TABLE grant_usage ADD COLUMN uses_seen integer NOT NULL DEFAULT 0, ADD COLUMN longest_gap interval;
-- What expected use was found out of that, with its reason; null = none. Nobody approved it.
ALTER TABLE identities ADD COLUMN found_use jsonb;

-- Somebody says where a credential is used; who, and when.
ALTER TABLE consumers ADD COLUMN declared_by text, ADD COLUMN reason text;
`;
