import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts found by what trusts name them as: which environment a trusted account belongs to is asked of every trust. */
export class Inventory1763730000131 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX scopes_by_external_id ON scopes (external_id) WHERE environment IS NOT NULL;
      CREATE INDEX identities_without_environment ON identities (source_id) WHERE environment IS NULL AND removed_at IS NULL;
      CREATE INDEX identity_trusts_by_account ON identity_trusts (account_id) WHERE account_id IS NOT NULL`);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
