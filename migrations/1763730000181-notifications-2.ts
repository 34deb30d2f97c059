import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people owe may come with steps of its own; whoever looks after it can have them told at once. */
export class Notifications1763730000181 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SQL);
  }
  async down(): Promise<void> {
    throw new Error('Migrations go forward only');
  }
}

const SQL = /* sql */ `
-- How many of these steps lie on or before the day of an instant, on the calendar of a zone.
CREATE FUNCTION steps_rung(steps timestamptz[], t timestamptz, zone text) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT count(*)::integer FROM unnest(steps) AS s(at) WHERE (s.at AT TIME ZONE zone)::date <= (t AT TIME ZONE zone)::date);

-- 'named': whoever the owed thing itself says comes after the manager.
ALTER TABLE told_items DROP CONSTRAINT told_items_level_check;
ALTER TABLE told_items ADD CONSTRAINT told_items_level_check CHECK (level IN ('own', 'manager', 'head', 'named'));

-- When somebody asked that they be told now, whatever they were told today.
ALTER TABLE digest_clocks ADD COLUMN summoned_at timestamptz;
`;
