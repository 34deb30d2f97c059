import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/index.js';
import { migrate } from '../../../src/platform/database/data-source.js';

const FIRST = migrations.findIndex(({ name }) => name === 'PeopleFeeds1763730000161');

describe('people who were there before feeds were', () => {
  const name = `mandate_upgrade_${process.pid}`;
  const server = process.env.MANDATE_TEST_SERVER!;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const run = async (connectionString: string, ...statements: string[]): Promise<any[]> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      let rows: any[] = [];
      for (const statement of statements) ({ rows } = await client.query(statement));
      return rows;
    } finally {
      await client.end();
    }
  };
  const upTo = async (list: readonly unknown[]): Promise<void> => {
    const source = new DataSource({
      type: 'postgres',
      url: url.href,
      migrations: list as never,
      migrationsTableName: 'schema_migrations',
    });
    await source.initialize();
    await migrate(source);
    await source.destroy();
  };
  beforeAll(() => run(server, `CREATE DATABASE ${name}`));
  afterAll(() => run(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

  it('keep their ids and standing, and each has a record in the feed they came from', async () => {
    await upTo(migrations.slice(0, FIRST));
    await run(
      url.href,
      `INSERT INTO persons (id, feed, external_id, user_name, display_name, email, status, leaves_at, created_at, updated_at) VALUES
        ('00000000-0000-7000-8000-000000000001', 'hr', 'E1', 'One@sample.example', 'Sample Person 01', 'one@sample.example', 'active', NULL, now(), now()),
        ('00000000-0000-7000-8000-000000000002', 'api', 'x', 'one@sample.example', 'Sample Person 02', NULL, 'left', '2026-01-01Z', now(), now())`,
      `UPDATE persons SET manager_id = '00000000-0000-7000-8000-000000000001' WHERE external_id = 'x'`,
    );
    await upTo(migrations);
    const rows = await run(
      url.href,
      `SELECT f.name, r.key, r.person_id = p.id AS tied, r.user_name = p.user_name AS named, r.status, r.status_at = p.leaves_at AS since, r.employee_number AS number, r.addresses, r.manager_id IS NOT NULL AS managed
       FROM persons p JOIN person_records r ON r.person_id = p.id JOIN people_feeds f ON f.id = r.feed_id ORDER BY p.id`,
    );
    expect(rows).toEqual([
      {
        name: 'hr',
        key: 'E1',
        tied: true,
        named: true,
        status: 'active',
        since: null,
        number: 'E1',
        addresses: ['one@sample.example'],
        managed: false,
      },
      {
        name: 'api',
        key: 'x',
        tied: true,
        named: true,
        status: 'left',
        since: true,
        number: null,
        addresses: ['one@sample.example'],
        managed: true,
      },
    ]);
  });
});
