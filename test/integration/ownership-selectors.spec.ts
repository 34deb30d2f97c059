import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  compileSelector,
  Facts,
  factsOfSelectors,
  type Selector,
  selectorCondition,
} from '../../src/subjects/index.js';
import { raw, sql } from '../../src/platform/database/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

describe('a selector of identities', () => {
  let t: TestApp;
  let facts: Facts;
  beforeAll(async () => {
    t = await startApp();
    facts = t.app.nest.get(Facts);
    const rows = ['a', 'b', 'c%d', 'c_d', 'cxd'].flatMap((id, n) => [
      {
        entity: 'identity',
        id,
        name: id,
        kind: n % 2 ? 'service-account' : 'role',
        createdAt: n === 4 ? '2026-02-20' : n === 0 ? null : '2024-01-01',
        ...(n % 2 ? { environment: 'production' } : {}),
        ...(n === 1 ? { tags: { team: 'one', empty: '' } } : n === 2 ? { tags: { team: 'two' } } : {}),
        ...(n === 3 ? { collection: 'made' } : {}),
      },
    ]);
    await importFile(t, { format: 'ndjson', source: 'first' }, ndjson(rows));
    await importFile(t, { format: 'ndjson', source: 'second' }, ndjson(rows.slice(0, 2)));
  });
  afterAll(() => t.close());

  it('finds the same in SQL as on loaded facts', async () => {
    const sources = (await t.call('GET', '/api/v1/sources')).body.data as { id: string }[];
    const scopes = (await t.call('GET', '/api/v1/identities')).body.data as { scope: { id: string } }[];
    const collections = (await t.call('GET', '/api/v1/collections')).body.data as { id: string }[];
    const selectors: Selector[] = [
      {},
      { environments: ['production'] },
      { risks: ['unrated'] },
      { risks: ['low', 'moderate', 'unrated'] },
      { kinds: ['role'] },
      { sources: [sources[0]!.id] },
      { accounts: [scopes[0]!.scope.id] },
      { collections: collections.map(({ id }) => id) },
      { units: [sources[0]!.id] },
      { names: ['c%d'] },
      { names: ['c_d', 'a'] },
      { names: ['c*'] },
      { tags: { team: null } },
      { tags: { team: 'one' } },
      { tags: { empty: '' } },
      { tags: { team: 'one', other: null } },
      { kinds: ['role'], names: ['*'], sources: [sources[1]!.id] },
      { age: { olderThanDays: 365 } },
      { age: { olderThanDays: 0 } },
      { age: { youngerThanDays: 30 } },
      { age: { youngerThanDays: 900, olderThanDays: 800 } },
      { age: { olderThanDays: 790 } },
      { credentialKinds: ['api-key'] },
      { subjects: ['credential'] },
      { subjects: ['identity'], environments: ['production'] },
    ];
    const now = t.clock.now();
    const seen = new Set<number>();
    for (const selector of selectors) {
      const plan = facts.plan('identity', new Set([...factsOfSelectors([selector]), 'id', 'identityName']));
      const found = await t.app.database.read(async (tx) => {
        const inSql = await tx.run<{ id: string }>(
          sql`SELECT i.id ${raw(plan.from)} WHERE ${selectorCondition(selector, (name) => plan.sqlOf(name), now)} ORDER BY i.id`,
        );
        const loaded: string[] = [];
        const compiled = compileSelector(selector, 'identity');
        for await (const piece of await tx.copyOut(`SELECT ${plan.select.join(', ')} ${plan.from} ORDER BY i.id`))
          for (const line of String(piece).split('\n').filter(Boolean)) {
            const one = plan.decode(line.split('\t'), 0);
            if (compiled !== 'nothing' && (compiled === null || compiled(one, now.getTime()))) loaded.push(one.id);
          }
        return { inSql: inSql.map(({ id }) => id), loaded };
      });
      expect({ selector, found: found.inSql }).toEqual({ selector, found: found.loaded });
      seen.add(found.inSql.length);
    }
    // Not all of them found nothing, or everything.
    expect(seen.size).toBeGreaterThan(3);
  });
});
