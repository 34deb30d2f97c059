import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileForm, ndjson } from '../../support/files.js';
import { startApp, type TestApp } from '../../support/app.js';

describe('clearing away', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());
  const count = async (from: string): Promise<number> =>
    Number((await t.sql<{ n: string }>(`SELECT count(*) AS n FROM ${from}`))[0]!.n);
  const clear = async (): Promise<void> => {
    expect(
      (await t.call('POST', '/api/v1/jobs/platform.clear-away/runs', { token: await t.token('admin'), body: {} }))
        .status,
    ).toBe(202);
    await t.settle();
  };

  it('keeps what may be asked for again, and drops what may not', async () => {
    const unit = { body: { name: 'Sample unit' }, headers: { 'idempotency-key': 'again' } };
    const first = await t.call('POST', '/api/v1/units', unit);
    expect(first.status).toBe(201);
    await clear();
    expect((await t.call('POST', '/api/v1/units', unit)).body).toEqual(first.body);
    t.clock.advance({ hours: 25 });
    await clear();
    expect(await count('idempotency_keys')).toBe(0);
    // The key is free again, so this is a new request, and the name is taken.
    expect((await t.call('POST', '/api/v1/units', unit)).body).toMatchObject({ code: 'people.name-taken' });
  });

  it('drops pieces of a file that broke off, and leaves those of a run that waits', async () => {
    await t.sql(`INSERT INTO upload_pieces (upload_id, seq, piece) VALUES (uuid_floor($1), 0, 'x')`, [
      new Date(t.clock.now().getTime() - 2 * 86_400_000),
    ]);
    await t.call('POST', '/api/v1/imports', {
      form: fileForm({ format: 'ndjson', source: 'waits' }, ndjson([{ entity: 'identity', id: 'a' }]), 'a.ndjson'),
    });
    expect(await count('upload_pieces')).toBe(2);
    await t.sql(`UPDATE uploads SET created_at = $1`, [new Date(t.clock.now().getTime() - 2 * 86_400_000)]);
    await clear();
    // The waiting run read its file to the end and dropped it itself.
    expect(await count('upload_pieces')).toBe(0);
    expect((await t.call('GET', '/api/v1/identities?q=a')).body.data).toHaveLength(1);
  });

  it('forgets runs that found nothing to do, but never one that did something, failed, or was the last', async () => {
    for (let minute = 0; minute < 3; minute++) {
      t.clock.advance({ minutes: 1 });
      await t.settle();
    }
    const did = await count(`job_runs WHERE EXISTS (SELECT 1 FROM jsonb_each(counts) c WHERE c.value <> '0')`);
    expect(did).toBeGreaterThan(0);
    const idle = await count(`job_runs WHERE job = 'sync.read-due-sources'`);
    expect(idle).toBeGreaterThan(1);
    t.clock.advance({ days: 15 });
    await t.settle();
    await clear();
    expect(
      await count(
        `job_runs WHERE job = 'sync.read-due-sources' AND started_at < '${new Date(t.clock.now().getTime() - 86_400_000).toISOString()}'`,
      ),
    ).toBe(0);
    expect(await count(`job_runs WHERE job = 'sync.read-due-sources'`)).toBe(1);
    expect(
      await count(`job_runs WHERE EXISTS (SELECT 1 FROM jsonb_each(counts) c WHERE c.value <> '0')`),
    ).toBeGreaterThanOrEqual(did);
  });
});
