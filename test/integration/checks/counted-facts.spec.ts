import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunFullPass } from '../../../src/checks/index.js';
import { JudgeTouched } from '../../../src/inventory/operations/judge-touched.js';
import { ScopesRepository } from '../../../src/inventory/scopes.repository.js';
import { newId } from '../../../src/platform/crypto/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { importFile, ndjson } from '../../support/files.js';

const DAY = 86_400_000;

/** Facts that count or list other rows: when one of those changes, the subject that counts it must be looked at again. */
describe('facts that hang on other rows', () => {
  let t: TestApp;
  let person: string;
  beforeAll(async () => {
    t = await startApp();
    person = (await t.call('POST', '/api/v1/people', { token: await t.token('admin'), body: sample('07') })).body.id;
    await t.call('POST', '/api/v1/policies', {
      token: await t.token('policy-author'),
      body: {
        name: 'Strict',
        checks: [
          { id: 'owner-can-look-after-what-they-own', parameters: { maximumIdentities: 1 } },
          { id: 'unused-privilege-is-taken-away', parameters: { newGrantGraceDays: 0 } },
        ],
      },
    });
    await t.settle();
  });
  afterAll(() => t.close());

  const sample = (n: string) => ({
    userName: `sample.person.${n}`,
    displayName: `Sample Person ${n}`,
    email: `sample.person.${n}@sample.example`,
  });
  const service = (id: string, more: object = {}) => ({
    entity: 'identity',
    id,
    name: id,
    kind: 'service-account',
    nature: 'non-human',
    environment: 'production',
    createdAt: '2024-01-01T00:00:00Z',
    ...more,
  });
  const idOf = async (name: string): Promise<string> =>
    (await t.call('GET', `/api/v1/identities?q=${name}`)).body.data[0].id;
  const own = async (name: string, owner: string | null): Promise<void> => {
    const path = `/api/v1/identities/${await idOf(name)}/ownership`;
    const { etag } = await t.call('GET', path);
    const { status } = await t.call('PUT', path, { headers: { 'if-match': etag }, body: { owner } });
    expect(status).toBe(200);
    await t.settle();
  };
  /** Whether a check fails on whatever is called so, by the findings that are open. */
  const failing = async (check: string, name: string): Promise<boolean> =>
    (await t.call('GET', `/api/v1/findings?check=${check}&status=unresolved&limit=200`)).body.data.some(
      ({ subject }: { subject: { displayName: string } }) => subject.displayName === name,
    );
  const agrees = async (): Promise<void> =>
    expect(await t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0, changed: 0 });
  const useCase = async (body: object): Promise<string> => {
    const made = await t.call('POST', '/api/v1/use-cases', {
      token: await t.token('iam-engineer'),
      body: { purpose: 'sample', ...body },
    });
    expect(made.status).toBe(201);
    return made.body.id;
  };
  const link = async (useCaseId: string, ...names: string[]): Promise<void> => {
    const add = await Promise.all(names.map(idOf));
    const { status } = await t.call('POST', `/api/v1/use-cases/${useCaseId}/identities`, {
      token: await t.token('iam-engineer'),
      body: { add },
    });
    expect(status).toBeLessThan(300);
    await t.settle();
  };

  it('how many identities a person owns: one more, one handed over, one gone from its source', async () => {
    const check = 'owner-can-look-after-what-they-own';
    const rows = ['own-1', 'own-2', 'own-3', ...Array.from({ length: 12 }, (_none, n) => `rest-${n}`)].map((id) =>
      service(id),
    );
    await importFile(t, { format: 'ndjson', source: 'owned' }, ndjson(rows));
    await own('own-1', person);
    expect(await failing(check, 'Sample Person 07')).toBe(false);
    await own('own-2', person);
    expect(await failing(check, 'Sample Person 07')).toBe(true);
    await own('own-2', null);
    expect(await failing(check, 'Sample Person 07')).toBe(false);
    await own('own-3', person);
    expect(await failing(check, 'Sample Person 07')).toBe(true);
    await importFile(t, { format: 'ndjson', source: 'owned' }, ndjson(rows.filter(({ id }) => id !== 'own-3')));
    expect(await failing(check, 'Sample Person 07')).toBe(false);
    await agrees();
  });

  it('whether anything works for a use case, and for an agent', async () => {
    const rows = ['works-1', ...Array.from({ length: 12 }, (_none, n) => `other-${n}`)].map((id) => service(id));
    await importFile(t, { format: 'ndjson', source: 'working' }, ndjson(rows));
    const id = await useCase({ name: 'Sample idea' });
    await t.settle();
    expect(await failing('use-case-states-its-data-scope', 'Sample idea')).toBe(false);
    await link(id, 'works-1');
    expect(await failing('use-case-states-its-data-scope', 'Sample idea')).toBe(true);
    await importFile(t, { format: 'ndjson', source: 'working' }, ndjson(rows.slice(1)));
    expect(await failing('use-case-states-its-data-scope', 'Sample idea')).toBe(false);
    await agrees();
  });

  it('what is left over when a use case is retired: a day later, not before', async () => {
    await importFile(
      t,
      { format: 'ndjson', source: 'retired' },
      ndjson([service('left-over'), service('still-there')]),
    );
    const [ending, staying] = [await useCase({ name: 'Ending' }), await useCase({ name: 'Staying' })];
    await link(ending, 'left-over', 'still-there');
    await link(staying, 'still-there');
    const { etag } = await t.call('GET', `/api/v1/use-cases/${ending}`);
    await t.call('PATCH', `/api/v1/use-cases/${ending}`, {
      token: await t.token('iam-engineer'),
      headers: { 'if-match': etag },
      body: { status: 'retired' },
    });
    await t.settle();
    const check = 'nothing-works-for-what-was-retired';
    expect(await failing(check, 'left-over')).toBe(false);
    t.clock.advance({ hours: 24 });
    await t.settle();
    expect([await failing(check, 'left-over'), await failing(check, 'still-there')]).toEqual([true, false]);
    await agrees();
  });

  it('whether what an identity holds was used: a use that is read later settles it', async () => {
    const now = t.clock.now().getTime();
    const at = (days: number): string => new Date(now - days * DAY).toISOString();
    const known = { useKnownSince: at(400), useKnownUntil: at(0) };
    const file = (writtenDaysAgo: number) =>
      ndjson([
        service('writer', { lastUsedAt: at(1), ...known }),
        { entity: 'entitlement', id: 'may-write', name: 'may-write', privilege: 'write' },
        { entity: 'entitlement', id: 'may-read', name: 'may-read', privilege: 'read' },
        { entity: 'grant', identity: 'writer', entitlement: 'may-write', lastUsedAt: at(writtenDaysAgo), ...known },
        { entity: 'grant', identity: 'writer', entitlement: 'may-read', lastUsedAt: at(300), ...known },
      ]);
    const check = 'unused-privilege-is-taken-away';
    await importFile(t, { format: 'ndjson', source: 'writing' }, file(200));
    expect(await failing(check, 'writer')).toBe(true);
    await importFile(t, { format: 'ndjson', source: 'writing' }, file(2));
    expect(await failing(check, 'writer')).toBe(false);
    await agrees();
  });

  it('where a credential is kept: a second place is a second look', async () => {
    const file = (...consumers: object[]) =>
      ndjson([
        service('holder'),
        { entity: 'credential', id: 'held', name: 'held', identity: 'holder', kind: 'api-key', consumers },
      ]);
    const store = { kind: 'secret-store', locator: 'sample/held' };
    const check = 'secret-is-kept-in-an-approved-place';
    await importFile(t, { format: 'ndjson', source: 'places' }, file(store));
    expect(await failing(check, 'held')).toBe(false);
    await importFile(t, { format: 'ndjson', source: 'places' }, file(store, { kind: 'wiki', locator: 'sample page' }));
    expect(await failing(check, 'held')).toBe(true);
    await agrees();
  });

  it('which environment an account belongs to that a role trusts: known later, and moved', async () => {
    const check = 'environments-are-kept-apart';
    await importFile(
      t,
      { format: 'ndjson', source: 'trusting' },
      ndjson([service('reached', { kind: 'role', custody: 'assumable' })]),
    );
    const reached = await idOf('reached');
    // What a file cannot tell, a reading of the cloud writes: the role trusts a whole account of ours.
    await t.sql(
      `INSERT INTO identity_trusts (identity_id, principal, principal_kind, account_id, provider, conditions, narrowed, standing)
       VALUES ($1, 'arn:aws:iam::111122223333:root', 'account', '111122223333', 'aws', '{}', false, 'own')`,
      [reached],
    );
    await t.sql(
      `INSERT INTO known_accounts (provider, account_id, name, relation, basis) VALUES ('aws', '111122223333', 'sample account', 'own', 'sample')`,
    );
    const [source] = await t.sql<{ id: string }>(`SELECT id FROM sources WHERE name = 'trusting'`);
    const note = async (environment: string): Promise<void> => {
      const scope = { id: '111122223333', name: 'sample account', kind: 'account', environment };
      await t.app.database.transaction((tx) =>
        tx.use(ScopesRepository).note(source!.id, scope, newId(t.clock), t.clock.now()),
      );
      await t.app.nest.get(JudgeTouched).execute(source!.id, newId(t.clock));
      await t.settle();
    };
    await note('development');
    expect(await failing(check, 'reached')).toBe(true);
    await note('production');
    expect(await failing(check, 'reached')).toBe(false);
    await agrees();
  });

  it('how many identities of a source have no environment', async () => {
    const check = 'source-tells-environments';
    const file = (environment?: string) => ndjson([service('placed'), { ...service('unplaced'), environment }]);
    await importFile(t, { format: 'ndjson', source: 'environments' }, file());
    expect(await failing(check, 'environments')).toBe(true);
    await importFile(t, { format: 'ndjson', source: 'environments' }, file('development'));
    expect(await failing(check, 'environments')).toBe(false);
    await agrees();
  });
});
