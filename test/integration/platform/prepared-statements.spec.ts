import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Database, raw, sql } from '../../../src/platform/database/index.js';
import { openTestDatabase } from '../../support/database.js';

describe('a statement whose plan is kept', () => {
  let database: Database;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ database, close } = await openTestDatabase());
    await database.transaction(async (tx) => {
      await tx.sql`CREATE TABLE kept_plans (id integer PRIMARY KEY, name text NOT NULL)`;
      await tx.sql`INSERT INTO kept_plans SELECT g, 'row ' || g FROM generate_series(1, 50) g`;
    });
  });
  afterAll(() => close());
  const named = (id: number) => sql`SELECT name FROM kept_plans WHERE id = ${id}`;
  const ask = (id: number) => database.read((tx) => tx.prepared<{ name: string }>(named(id)));

  it('is known to PostgreSQL once for all its values, and answers each with its own', async () => {
    const seen = await database.read(async (tx) => {
      const names: string[] = [];
      for (let id = 1; id <= 12; id++) names.push((await tx.prepared<{ name: string }>(named(id)))[0]!.name);
      const plans = await tx.sql<{
        custom: number;
        generic: number;
      }>`SELECT custom_plans::int AS custom, generic_plans::int AS generic
        FROM pg_prepared_statements WHERE statement = ${named(1).text}`;
      return { names, plans };
    });
    expect(seen.names).toEqual(Array.from({ length: 12 }, (_, at) => `row ${at + 1}`));
    expect(seen.plans).toEqual([{ custom: 5, generic: 7 }]);
  });

  it('tells statements apart by their text alone', async () => {
    const both = await database.read(async (tx) => [
      ...(await tx.prepared(sql`SELECT id FROM kept_plans WHERE id = ${7}`)),
      ...(await tx.prepared(named(7))),
    ]);
    expect(both).toEqual([{ id: 7 }, { name: 'row 7' }]);
  });

  it('survives a transaction that failed, a column that came and an index that went', async () => {
    await expect(
      database.transaction(async (tx) => {
        await tx.prepared(named(1));
        await tx.run(raw('SELECT 1 / 0'));
      }),
    ).rejects.toThrow('division by zero');
    await database.transaction(async (tx) => {
      await tx.sql`ALTER TABLE kept_plans ADD COLUMN more text`;
      await tx.sql`ALTER TABLE kept_plans DROP CONSTRAINT kept_plans_pkey`;
    });
    expect(await ask(3)).toEqual([{ name: 'row 3' }]);
    expect(await ask(51)).toEqual([]);
  });
});
