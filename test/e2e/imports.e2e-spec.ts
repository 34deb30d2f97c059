import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { fileForm, importFile, ndjson } from '../support/files.js';

const identity = (n: number, more: object = {}) => ({
  entity: 'identity',
  id: `svc-${n}`,
  name: `Sample service ${n}`,
  kind: 'service-account',
  createdAt: '2025-01-01T00:00:00Z',
  environment: 'production',
  ...more,
});
const key = (n: number, more: object = {}) => ({
  entity: 'credential',
  id: `key-${n}`,
  identity: `svc-${n}`,
  kind: 'api-key',
  issuedAt: '2026-02-01T00:00:00Z',
  expiresAt: '2026-05-01T00:00:00Z',
  ...more,
});

describe('imports', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it('takes NDJSON in, and the same file twice changes nothing and writes no audit entry', async () => {
    const rows = [
      ...[1, 2, 3].map((n) => identity(n)),
      { entity: 'entitlement', id: 'role-a', privilege: 'write' },
      { entity: 'grant', identity: 'svc-1', entitlement: 'role-a' },
      ...[1, 2].map((n) => key(n, { lastUsedAt: '2026-02-20T00:00:00Z', useKnownSince: '2026-02-01T00:00:00Z' })),
    ];
    const first = await importFile(t, { format: 'ndjson', source: 'one' }, ndjson(rows));
    expect(first.status).toBe('complete');
    expect(first.counts).toMatchObject({
      identities: { created: 3, updated: 0, removed: 0, unchanged: 0 },
      credentials: { created: 2 },
      entitlements: { created: 1 },
      grants: { created: 1 },
    });
    const entries = async () => (await t.sql<{ n: number }>('SELECT count(*)::int AS n FROM audit_entries'))[0]!.n;
    const before = await entries();
    const second = await importFile(t, { format: 'ndjson', source: 'one' }, ndjson(rows));
    expect(second.counts).toMatchObject({
      identities: { created: 0, updated: 0, removed: 0, unchanged: 3 },
      credentials: { created: 0, updated: 0, removed: 0, unchanged: 2 },
    });
    expect(await entries()).toBe(before);
  });

  it('shows what was taken in', async () => {
    const { body } = await t.call('GET', '/api/v1/identities?q=Sample%20service%201');
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({
      displayName: 'Sample service 1',
      environment: 'production',
      nature: 'non-human',
      managedBy: 'us',
      privilege: 'write',
      aiUse: 'no',
      owner: null,
      lastUse: { state: 'used', at: '2026-02-20T00:00:00.000Z' },
    });
    const grants = await t.call('GET', `/api/v1/identities/${body.data[0].id}/grants`);
    expect(grants.body.data).toMatchObject([{ entitlement: { displayName: 'role-a' }, privilege: 'write', via: null }]);
  });

  it('reports bad rows by line and field, takes the rest, and sweeps nothing', async () => {
    const csv =
      'entity,id,name,kind,identity,issued_at,status\nidentity,svc-1,One,service-account,,,active\nidentity,svc-2,Two,robot,,,active\nidentity,,Three,bot,,,active\ncredential,key-9,,api-key,svc-1,not-a-date,active\n';
    await importFile(t, { format: 'csv', source: 'two' }, 'entity,id,name\nidentity,svc-0,Zero\n');
    const run = await importFile(t, { format: 'csv', source: 'two' }, csv);
    expect(run.status).toBe('partial');
    expect(run.rowErrors).toEqual([
      { line: 3, field: 'kind', detail: expect.stringContaining('Invalid option') },
      { line: 4, field: 'id', detail: expect.any(String) },
      { line: 5, field: 'issued_at', detail: expect.stringContaining('is not an instant') },
    ]);
    expect(run.counts.identities).toMatchObject({ created: 1, removed: 0 });
    const names = (await t.call('GET', `/api/v1/identities?source=${run.source.id}`)).body.data.map(
      (row: { displayName: string }) => row.displayName,
    );
    expect(names.sort()).toEqual(['One', 'Zero']);
  });

  it('never repeats a value of a bad row', async () => {
    const run = await importFile(
      t,
      { format: 'ndjson', source: 'three' },
      ndjson([identity(1), { ...identity(2), kind: 'planted-value' }]),
    );
    expect(run.rowErrorCount).toBe(1);
    expect(JSON.stringify(run)).not.toContain('planted-value');
  });

  it('refuses a file that carries what looks like a secret, and keeps nothing of it', async () => {
    const secret = ['gh', 'p_', 'a1B2'.repeat(9)].join('');
    const answer = await importFile(
      t,
      { format: 'ndjson', source: 'four' },
      ndjson([identity(1), identity(2, { attributes: { note: secret } })]),
    );
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'request.secret-refused', errors: [{ pointer: '/file' }] },
    });
    expect(JSON.stringify(answer.body)).not.toContain(secret);
    const left = await t.sql<{ n: number }>(
      'SELECT (SELECT count(*) FROM upload_pieces) + (SELECT count(*) FROM uploads) + (SELECT count(*) FROM sources WHERE name = $1) AS n',
      ['four'],
    );
    expect(Number(left[0]!.n)).toBe(0);
    expect(t.log()).not.toContain(secret);
  });

  it('refuses a file with a column of secrets, whatever they look like', async () => {
    const answer = await importFile(t, { format: 'csv', source: 'four' }, 'entity,id,password\nidentity,a,hunter2\n');
    expect(answer).toMatchObject({ status: 422, body: { code: 'request.secret-refused' } });
  });

  it('holds a snapshot that would remove too much, and removes when that is confirmed', async () => {
    const all = Array.from({ length: 60 }, (_none, n) => identity(n));
    await importFile(t, { format: 'ndjson', source: 'five' }, ndjson(all));
    const held = await importFile(t, { format: 'ndjson', source: 'five' }, ndjson(all.slice(0, 30)));
    expect(held).toMatchObject({
      status: 'held',
      error: { code: 'sync.held' },
      counts: { identities: { removed: 0 } },
    });
    const live = async () =>
      Number(
        (
          await t.sql<{ n: string }>(
            'SELECT count(*) AS n FROM identities i JOIN sources s ON s.id = i.source_id WHERE s.name = $1 AND i.removed_at IS NULL',
            ['five'],
          )
        )[0]!.n,
      );
    expect(await live()).toBe(60);
    const confirm = await t.call('POST', `/api/v1/sync-runs/${held.id}/confirm`, {});
    expect(confirm.status).toBe(202);
    await t.settle();
    expect(await live()).toBe(30);
    expect((await t.call('GET', `/api/v1/sync-runs/${held.id}`)).body).toMatchObject({
      status: 'complete',
      counts: { identities: { removed: 30 } },
      confirmedBy: expect.any(String),
    });
    expect((await t.call('POST', `/api/v1/sync-runs/${held.id}/confirm`, {})).status).toBe(409);
  });

  it('holds a complete listing of nothing where there was something, however little', async () => {
    await importFile(t, { format: 'csv', source: 'six' }, 'entity,id,name\nidentity,svc-0,Zero\n');
    expect(await importFile(t, { format: 'csv', source: 'six' }, 'entity,id,name\n')).toMatchObject({ status: 'held' });
  });

  it('removes what a snapshot no longer names, and nothing when it is only an addition', async () => {
    const all = Array.from({ length: 20 }, (_none, n) => identity(n));
    await importFile(t, { format: 'ndjson', source: 'seven' }, ndjson([...all, key(3)]));
    expect(
      (await importFile(t, { format: 'ndjson', source: 'seven', mode: 'append' }, ndjson([identity(99)]))).counts
        .identities,
    ).toMatchObject({ created: 1, removed: 0 });
    const run = await importFile(
      t,
      { format: 'ndjson', source: 'seven' },
      ndjson([...all.slice(0, 18), identity(99), key(3)]),
    );
    expect(run).toMatchObject({ status: 'complete', counts: { identities: { removed: 2, unchanged: 19 } } });
  });

  it('keeps what was: an identity can be asked for as of any instant', async () => {
    await importFile(t, { format: 'ndjson', source: 'eight' }, ndjson([identity(1, { environment: 'test' })]));
    const then = t.clock.now().toISOString();
    t.clock.advance({ days: 3 });
    await importFile(
      t,
      { format: 'ndjson', source: 'eight' },
      ndjson([identity(1, { environment: 'production', name: 'Renamed' })]),
    );
    const source = (await t.call('GET', '/api/v1/sources')).body.data.find(
      (row: { name: string }) => row.name === 'eight',
    ).id;
    const now = (await t.call('GET', `/api/v1/identities?source=${source}`)).body.data[0];
    const before = (await t.call('GET', `/api/v1/identities?source=${source}&asOf=${then}`)).body.data[0];
    expect([now.environment, now.displayName, before.environment, before.displayName]).toEqual([
      'production',
      'Renamed',
      'test',
      'Sample service 1',
    ]);
    const history = (await t.call('GET', `/api/v1/identities/${now.id}/history`)).body.data;
    expect(history[0]).toMatchObject({
      what: 'identity',
      changes: { environment: { before: 'test', after: 'production' }, displayName: { after: 'Renamed' } },
    });
    expect((await t.call('GET', `/api/v1/identities?source=${source}&asOf=2020-01-01T00:00:00Z`)).body.data).toEqual(
      [],
    );
  });

  it.each([
    [{ format: 'xlsx', source: 'a' }, 'sync.format-unknown'],
    [{ format: 'csv' }, 'request.invalid'],
    [{ format: 'csv', source: 'a', mode: 'sideways' }, 'request.invalid'],
  ])('refuses %j', async (fields, code) => {
    expect(
      (await t.call('POST', '/api/v1/imports', { form: fileForm(fields as never, 'entity,id\n') })).body.code,
    ).toBe(code);
  });

  it('refuses a request that is not multipart, and one without a file', async () => {
    expect((await t.call('POST', '/api/v1/imports', { body: {} })).status).toBe(415);
    const form = new FormData();
    form.append('format', 'csv');
    expect((await t.call('POST', '/api/v1/imports', { form })).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/file' }],
    });
  });

  it('reports a file that is not what its format says, and leaves the inventory alone', async () => {
    expect(
      await importFile(t, { format: 'csv', source: 'nine' }, 'entity,id,shoe_size\nidentity,a,44\n'),
    ).toMatchObject({
      status: 'partial',
      gaps: expect.arrayContaining([
        expect.objectContaining({ reason: 'malformed', detail: expect.stringContaining('shoe_size') }),
      ]),
    });
    expect(await importFile(t, { format: 'ndjson', source: 'ten' }, 'this is not json\n')).toMatchObject({
      status: 'partial',
      rowErrors: [{ line: 1, field: null, detail: 'is not JSON' }],
    });
  });

  it('gives out templates that can be imported as they are', async () => {
    for (const format of ['csv', 'ndjson']) {
      const { status, body } = await t.call<string>('GET', `/api/v1/imports/templates/${format}`);
      expect(status).toBe(200);
      expect(await importFile(t, { format, source: `template ${format}` }, body)).toMatchObject({
        status: 'complete',
        counts: {
          identities: { created: 1 },
          credentials: { created: 1 },
          entitlements: { created: 1 },
          grants: { created: 1 },
        },
      });
    }
    expect((await t.call('GET', '/api/v1/imports/templates/xlsx')).status).toBe(404);
  });
});
