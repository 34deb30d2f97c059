import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keptFromMachines } from '../../src/inventory/index.js';
import { START, startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

const day = (n: number): string => new Date(Date.parse(START) + n * 86_400_000).toISOString();

describe('what is normal', () => {
  let t: TestApp;
  let person: string;
  let other: string;
  const read = (rows: readonly object[]) =>
    importFile(t, { format: 'ndjson', source: 'services', mode: 'append' }, ndjson(rows));
  const identity = (id: string, lastUsedAt: string | null, more: object = {}) => ({
    entity: 'identity',
    id,
    name: id,
    createdAt: '2024-01-01',
    lastUsedAt,
    useKnownSince: '2024-01-01',
    useKnownUntil: t.clock.now().toISOString(),
    ...more,
  });
  const idOf = async (name: string): Promise<string> =>
    (await t.call('GET', `/api/v1/identities?name=${name}`)).body.data[0].id;
  const findings = async (name: string): Promise<string[]> =>
    (await t.call('GET', `/api/v1/findings?limit=200&status=unresolved&identity=${await idOf(name)}`)).body.data
      .map(({ check, reason, severity }: Record<string, string>) => `${check}: ${reason} ${severity}`)
      .filter((one: string) => /use/.test(one) && !/use-case/.test(one))
      .sort();
  const change = async (name: string, body: object) => {
    const path = `/api/v1/identities/${await idOf(name)}`;
    const answer = await t.call('PATCH', path, { body, headers: { 'if-match': (await t.call('GET', path)).etag } });
    await t.settle();
    return answer;
  };
  const addPerson = async (n: number) =>
    (
      await t.call('POST', '/api/v1/people', {
        body: {
          userName: `sample.person.0${n}`,
          displayName: `Sample Person 0${n}`,
          email: `sample.person.0${n}@sample.example`,
        },
      })
    ).body.id as string;

  beforeAll(async () => {
    t = await startApp();
    [person, other] = [await addPerson(1), await addPerson(2)];
    await read([
      identity('harvest', day(-200)),
      identity('forgotten', day(-200)),
      identity('monthly', day(-20)),
      identity('break-glass-admin', day(-300)),
      identity('tagged', day(-1), { tags: { 'expected-use': 'standby' } }),
      identity('made-a', day(-1), { collection: 'crane' }),
    ]);
  });
  afterAll(() => t.close());

  it('says that a seasonal job idle for 200 days with an approved date is nothing, until it fails to run', async () => {
    expect(await findings('harvest')).toEqual(['identity-is-used: unused high']);
    const { body } = await change('harvest', {
      expectedUse: { pattern: 'seasonal', nextDueAt: day(30) },
      reason: 'runs at harvest',
    });
    expect(body).toMatchObject({
      expectedUse: {
        pattern: 'seasonal',
        nextDueAt: day(30),
        approvedBy: expect.any(String),
        approvedAt: START,
        approvedUntil: day(365),
      },
      because: { expectedUse: 'set by a person: runs at harvest' },
    });
    expect(await findings('harvest')).toEqual([]);
    expect(await findings('forgotten')).toEqual(['identity-is-used: unused high']);
    // The very day, and the week of grace.
    for (const n of [30, 36]) {
      t.clock.set(day(n));
      await read([identity('harvest', day(-200)), identity('forgotten', day(-200))]);
      expect(await findings('harvest')).toEqual([]);
    }
    t.clock.set(day(37));
    await read([identity('harvest', day(-200))]);
    expect(await findings('harvest')).toEqual(['expected-use-happens: did-not-happen medium']);
    // It runs late: done is done.
    t.clock.set(day(38));
    await read([identity('harvest', day(38))]);
    expect(await findings('harvest')).toEqual([]);
  });

  it('is due again and again where it has a rhythm', async () => {
    await read([identity('monthly', day(38))]);
    await change('monthly', {
      expectedUse: { pattern: 'scheduled', nextDueAt: day(40), everyDays: 31 },
      reason: 'the invoices of the month',
    });
    t.clock.set(day(71));
    await read([identity('monthly', day(70))]);
    expect(await findings('monthly')).toEqual([]);
    t.clock.set(day(109));
    await read([identity('monthly', day(70))]);
    expect(await findings('monthly')).toEqual(['expected-use-happens: did-not-happen medium']);
  });

  it('is found with its reason, and confirmed or overridden by a person with theirs', async () => {
    const view = async (name: string) => (await t.call('GET', `/api/v1/identities/${await idOf(name)}`)).body;
    expect(await view('break-glass-admin')).toMatchObject({
      expectedUse: { pattern: 'break-glass', approvedBy: null },
      because: { expectedUse: 'its name says so' },
    });
    expect(await view('tagged')).toMatchObject({
      expectedUse: { pattern: 'standby' },
      because: { expectedUse: 'the tag expected-use says so' },
    });
    expect(await view('made-a')).toMatchObject({
      collection: { name: 'crane' },
      because: { collection: 'the imported file says so' },
    });
    const collection = (await view('made-a')).collection.id;
    expect((await change('tagged', { collection, reason: 'made with it' })).body).toMatchObject({
      collection: { name: 'crane' },
      because: { collection: 'set by a person: made with it' },
    });
    expect((await change('made-a', { collection: 'none', reason: 'only named so' })).body.collection).toBeNull();
    await read([identity('made-a', day(1), { collection: 'crane', environment: 'test' })]);
    expect((await view('made-a')).collection).toBeNull();
    expect((await change('made-a', { collection: null, reason: 'it was' })).body.collection).toMatchObject({
      name: 'crane',
    });
    expect((await change('tagged', { collection: person, reason: 'x' })).body.errors).toMatchObject([
      { pointer: '/collection' },
    ]);
    expect(
      (await change('tagged', { expectedUse: { pattern: 'seasonal', nextDueAt: day(1), everyDays: 0 }, reason: 'x' }))
        .body.errors,
    ).toMatchObject([{ pointer: '/expectedUse/everyDays' }]);
  });

  it('is found out of how it is used, once it was watched long enough', async () => {
    const now = t.clock.now();
    for (let n = 0; n <= 40; n += 5) {
      t.clock.set(new Date(now.getTime() + n * 86_400_000));
      await read([identity('busy', t.clock.now().toISOString())]);
    }
    await t.settle();
    expect((await t.call('GET', `/api/v1/identities/${await idOf('busy')}`)).body).toMatchObject({
      expectedUse: { pattern: 'scheduled', everyDays: 7, approvedBy: null },
      because: { expectedUse: 'it was seen in use about every week' },
    });
    // Nobody approved it, so it excuses nothing and nothing is expected.
    const [outcome] = (await t.call('GET', `/api/v1/identities/${await idOf('busy')}/outcomes`)).body.data.filter(
      ({ check }: { check: string }) => check === 'expected-use-happens',
    );
    expect(outcome).toMatchObject({ result: 'not-applicable', because: 'no expected use of it is approved' });
  });

  it('is never, for emergency access: any use is told at once, is to be reviewed in a day, and no machine touches it', async () => {
    const name = 'break-glass-admin';
    await read([identity(name, day(-300))]);
    expect(await findings(name)).not.toContain('break-glass-use-is-reviewed: use-not-reviewed high');
    const used = t.clock.now();
    await read([identity(name, used.toISOString())]);
    expect(await findings(name)).toEqual(['break-glass-use-is-reviewed: use-not-reviewed high']);
    t.clock.advance({ hours: 24 });
    await t.settle();
    expect(await findings(name)).toEqual(['break-glass-use-is-reviewed: use-not-reviewed critical']);
    const path = `/api/v1/identities/${await idOf(name)}/use-reviews`;
    const responder = await t.token('incident-responder');
    expect((await t.call('POST', path, { token: await t.token('viewer'), body: { reason: 'x' } })).status).toBe(403);
    expect((await t.call('POST', path, { token: await t.tokenOf(other), body: { reason: 'x' } })).status).toBe(404);
    expect((await t.call('POST', path, { token: responder, body: {} })).body.errors).toMatchObject([
      { pointer: '/reason' },
    ]);
    const engineer = await t.tokenOf(person, 'iam-engineer');
    const reader = await t.tokenOf(person, 'incident-responder');
    expect((await t.call('POST', path, { token: reader, body: { reason: 'me', usedBy: person } })).body.code).toBe(
      'inventory.own-use',
    );
    expect(
      (await t.call('POST', path, { token: engineer, body: { reason: 'x', usedBy: path.split('/')[4] } })).body.errors,
    ).toMatchObject([{ pointer: '/usedBy' }]);
    expect(
      (await t.call('POST', path, { token: responder, body: { reason: 'the sign-in was down', usedBy: person } }))
        .status,
    ).toBe(204);
    await t.settle();
    expect(await findings(name)).toEqual([]);
    expect((await t.call('GET', path)).body.data).toMatchObject([
      { usedUntil: used.toISOString(), usedBy: { id: person }, reason: 'the sign-in was down' },
    ]);
    const elsewhere = `/api/v1/identities/${await idOf('busy')}/use-reviews`;
    expect((await t.call('POST', elsewhere, { token: responder, body: { reason: 'x' } })).body.code).toBe(
      'inventory.not-for-emergencies',
    );
    await read([identity('break-glass-unused', null)]);
    const unused = `/api/v1/identities/${await idOf('break-glass-unused')}/use-reviews`;
    expect((await t.call('POST', unused, { token: responder, body: { reason: 'x' } })).body.code).toBe(
      'inventory.nothing-was-used',
    );
    const ids = [await idOf(name), await idOf('busy')];
    expect([...(await t.app.database.read((tx) => keptFromMachines(tx, ids)))]).toEqual([ids[0]]);
    // Another use is another review.
    t.clock.advance({ hours: 1 });
    await read([identity(name, t.clock.now().toISOString())]);
    expect(await findings(name)).toEqual(['break-glass-use-is-reviewed: use-not-reviewed high']);
  });

  it('knows where a credential is used: observed by its last use, read from a file, or said by somebody', async () => {
    const key = (more: object) => ({
      entity: 'credential',
      id: 'key-1',
      identity: 'busy',
      kind: 'api-key',
      issuedAt: '2025-01-01',
      consumers: [
        { kind: 'pipeline', locator: 'ci/invoices' },
        { kind: 'secret-store', locator: 'vault/a', basis: 'scanned' },
      ],
      ...more,
    });
    await read([key({ lastUsedAt: day(50), lastUsedService: 'bedrock', lastUserAgent: 'invoice-bot/1.4' })]);
    const { id } = (await t.call('GET', `/api/v1/credentials?identity=${await idOf('busy')}`)).body.data[0];
    const path = `/api/v1/credentials/${id}/consumers`;
    const engineer = await t.token('iam-engineer');
    const say = (body: object, to = path, token = engineer) => t.call('POST', to, { token, body });
    expect((await say({ kind: 'host', locator: 'crane-7', reason: 'I installed it' })).status).toBe(204);
    expect((await say({ kind: 'host', locator: 'crane-7' })).status).toBe(204);
    expect((await say({ kind: 'host' })).body.errors).toMatchObject([{ pointer: '/locator' }]);
    expect((await say({ kind: 'host', locator: 'x' }, path, await t.token('viewer'))).status).toBe(403);
    expect((await say({ kind: 'host', locator: 'x' }, `/api/v1/credentials/${person}/consumers`)).status).toBe(404);
    const list = async () =>
      (await t.call('GET', path)).body.data.map(
        ({ kind, locator, basis }: Record<string, string>) => `${kind} ${locator} ${basis}`,
      );
    expect(await list()).toEqual([
      'host crane-7 declared',
      'pipeline ci/invoices declared',
      'secret-store vault/a scanned',
      'service bedrock observed',
      'user-agent invoice-bot/1.4 observed',
    ]);
    expect((await t.call('GET', `/api/v1/credentials/${id}`)).body.consumers).toHaveLength(5);
    expect((await say({ kind: 'service', locator: 'bedrock' }, `${path}/withdraw`)).status).toBe(404);
    expect((await say({ kind: 'host', locator: 'crane-7' }, `${path}/withdraw`)).status).toBe(204);
    expect(await list()).toHaveLength(4);
    expect(
      (
        await t.sql(
          `SELECT 1 FROM audit_entries WHERE type IN ('inventory.consumer-declared', 'inventory.consumer-withdrawn')`,
        )
      ).length,
    ).toBe(2);
  });
});
