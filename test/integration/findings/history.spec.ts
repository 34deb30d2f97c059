import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/app.js';
import { importFile, ndjson } from '../../support/files.js';

describe('the history of findings', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
    await importFile(
      t,
      { format: 'ndjson', source: 'history' },
      ndjson([{ entity: 'identity', id: 'svc', name: 'svc', createdAt: '2024-01-01' }]),
    );
  });
  afterAll(() => t.close());

  const events = async (): Promise<number> => (await t.sql('SELECT 1 FROM finding_events')).length;

  it('names findings that exist: of a statement that names another nothing stays', async () => {
    const before = await events();
    expect(before).toBeGreaterThan(0);
    await expect(
      t.sql(`INSERT INTO finding_events (finding_id, at, type, actor, data)
        SELECT id, now(), 'commented', 'test', '{}'::jsonb FROM findings UNION ALL SELECT gen_random_uuid(), now(), 'commented', 'test', '{}'`),
    ).rejects.toMatchObject({ code: '23503' });
    expect(await events()).toBe(before);
  });

  it('is kept with its finding, which is never deleted', async () => {
    const before = await events();
    await expect(t.sql('DELETE FROM findings')).rejects.toMatchObject({ code: '23503' });
    expect(await events()).toBe(before);
  });
});
