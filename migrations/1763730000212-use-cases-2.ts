import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links of an identity, ended ones among them: when what it is for last changed is asked for every item of a reviewer's page. */
export class UseCases1763730000212 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX use_case_links_of_identity ON use_case_links (identity_id)');
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
