import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A team may be filled from a group of the directory. */
export class PeopleTeamsFromGroups1763730000165 implements MigrationInterface {
  readonly name = 'PeopleTeamsFromGroups1763730000165';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
ALTER TABLE teams ADD COLUMN group_id uuid REFERENCES people_groups;
CREATE INDEX teams_of_group ON teams (group_id) WHERE group_id IS NOT NULL;
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}
