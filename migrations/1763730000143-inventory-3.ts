import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Identities by their ARN: a credential report names users by it, and a large one asks for all of them. */
export class Inventory1763730000143 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
CREATE INDEX identities_by_arn ON identities (source_id, (attributes->>'arn')) WHERE removed_at IS NULL AND attributes ? 'arn';
`;
