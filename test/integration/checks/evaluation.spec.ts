import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunFullPass } from '../../../src/checks/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { importFile, ndjson } from '../../support/files.js';

const DAY = 86_400_000;
const service = (id: string, more: object = {}) => ({
  entity: 'identity',
  id,
  name: id,
  kind: 'service-account',
  createdAt: '2024-01-01T00:00:00Z',
  ...more,
});
/** A key so many days old on the first day of the test. */
const key = (t: TestApp, id: string, identity: string, days: number, more: object = {}) => ({
  entity: 'credential',
  id,
  identity,
  kind: 'access-key',
  canExpire: false,
  issuedAt: new Date(t.clock.now().getTime() - days * DAY).toISOString(),
  ...more,
});

interface Finding {
  id: string;
  check: string;
  severity: string;
  status: string;
  resolution: string | null;
  reason: string;
  subject: { displayName: string };
  openedAt: string;
  dueAt: string | null;
  timesOpened: number;
  frozen: boolean;
  controls: unknown[];
  supersededBy: string | null;
}
const findings = async (t: TestApp, query = ''): Promise<Finding[]> =>
  (await t.call('GET', `/api/v1/findings?limit=200&${query}`)).body.data;
const of = (all: Finding[], check: string): string[] =>
  all
    .filter((finding) => finding.check === check)
    .map(({ subject }) => subject.displayName)
    .sort();

describe('evaluation', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it('turns only what time turns: 91 days later exactly the keys whose age crossed the limit have findings, in one tick', async () => {
    const use = { lastUsedAt: t.clock.now().toISOString(), useKnownSince: '2024-01-01' };
    await importFile(
      t,
      { format: 'ndjson', source: 'ages' },
      ndjson([
        service('svc'),
        service('svc-2'),
        service('svc-3'),
        key(t, 'already-old', 'svc', 100, use),
        key(t, 'young', 'svc-2', 1, use),
        key(t, 'younger', 'svc-3', 0, use),
        service('other'),
        key(t, 'never-so-old', 'other', 5, { ...use, kind: 'certificate' }),
      ]),
    );
    expect(of(await findings(t), 'credential-age-within-limit')).toEqual(['already-old']);
    t.clock.advance({ days: 91 });
    await t.settle();
    const after = await findings(t, 'status=unresolved');
    expect(of(after, 'credential-age-within-limit')).toEqual(['already-old', 'young', 'younger']);
    // Nothing was read meanwhile, so nothing can be said of use.
    expect(of(after, 'credential-is-used')).toEqual([]);
    expect(await t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0, changed: 0 });
  });

  it('looks again, after a reading that only knows use further, at what use could not be said of, and at nothing else', async () => {
    const use = { lastUsedAt: t.clock.now().toISOString(), useKnownSince: '2024-01-01' };
    const evaluated = async (rows: object[]): Promise<number> => {
      await importFile(t, { format: 'ndjson', source: 'use' }, ndjson(rows));
      t.clock.advance({ hours: 1 });
      const before = await t.sql<{ n: number }>(`SELECT coalesce(sum(evaluated), 0)::int AS n FROM evaluation_passes`);
      await importFile(t, { format: 'ndjson', source: 'use' }, ndjson(rows));
      const after = await t.sql<{ n: number }>(`SELECT coalesce(sum(evaluated), 0)::int AS n FROM evaluation_passes`);
      return after[0]!.n - before[0]!.n;
    };
    const told = [service('use-1'), key(t, 'told', 'use-1', 1, use)];
    // The source itself, which was read.
    expect(await evaluated(told)).toBe(1);
    // Something else could not be said of it, all the same.
    expect(
      await t.sql(
        `SELECT 1 FROM evaluations e JOIN credentials c ON c.id = e.subject_id WHERE c.external_id = 'told' AND e.results LIKE '%e%'`,
      ),
    ).toHaveLength(1);
    expect(await evaluated([...told, service('use-2'), key(t, 'untold', 'use-2', 200)])).toBeGreaterThan(1);
    expect(await t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0, changed: 0 });
  });

  it('worsens the same finding, resolves it when it is mended, and opens the same one again', async () => {
    const file = (days: number) => ndjson([service('w'), key(t, 'key-w', 'w', days)]);
    await importFile(t, { format: 'ndjson', source: 'worse' }, file(100));
    const [first] = await findings(t, 'check=credential-age-within-limit&q=key-w');
    expect(first).toMatchObject({ severity: 'high', status: 'open', timesOpened: 1, dueAt: null });
    expect(first!.controls.length).toBeGreaterThan(10);
    t.clock.advance({ days: 90 });
    await t.settle();
    expect((await findings(t, 'check=credential-age-within-limit&q=key-w'))[0]).toMatchObject({
      id: first!.id,
      severity: 'critical',
    });
    await importFile(t, { format: 'ndjson', source: 'worse' }, ndjson([service('w'), key(t, 'key-w', 'w', 1)]));
    expect((await findings(t, 'check=credential-age-within-limit&q=key-w'))[0]).toMatchObject({
      id: first!.id,
      status: 'resolved',
      resolution: 'fixed',
    });
    await importFile(t, { format: 'ndjson', source: 'worse' }, file(400));
    expect((await findings(t, 'check=credential-age-within-limit&q=key-w'))[0]).toMatchObject({
      id: first!.id,
      status: 'open',
      timesOpened: 2,
    });
    const { body } = await t.call('GET', `/api/v1/findings/${first!.id}/history`);
    expect(body.data.map(({ type }: { type: string }) => type)).toEqual(['reopened', 'resolved', 'worsened', 'opened']);
  });

  it('ends what was open about a subject that is gone', async () => {
    const rows = Array.from({ length: 12 }, (_none, n) => [service(`g${n}`), key(t, `key-g${n}`, `g${n}`, 200)]).flat();
    await importFile(t, { format: 'ndjson', source: 'gone' }, ndjson(rows));
    await importFile(t, { format: 'ndjson', source: 'gone' }, ndjson(rows.slice(0, -2)));
    const all = await findings(t, 'q=key-g11');
    expect(all.length).toBeGreaterThan(0);
    expect(all.every(({ status, resolution }) => status === 'resolved' && resolution === 'subject-gone')).toBe(true);
  });

  it('lets the finding that makes others pointless stand alone, and brings them back when it is gone', async () => {
    const unused = { lastUsedAt: null, useKnownSince: '2020-01-01' };
    const rows = (use: object) => ndjson([service('s', { owner: 'x@example.org' }), key(t, 'key-s', 's', 300, use)]);
    await importFile(
      t,
      { format: 'ndjson', source: 'super' },
      rows({ lastUsedAt: new Date(t.clock.now().getTime() - DAY).toISOString(), useKnownSince: '2020-01-01' }),
    );
    const age = async () => (await findings(t, 'check=credential-age-within-limit&q=key-s'))[0]!;
    expect(await age()).toMatchObject({ status: 'open' });
    await importFile(t, { format: 'ndjson', source: 'super' }, rows(unused));
    const used = (await findings(t, 'check=credential-is-used&q=key-s'))[0]!;
    expect(used).toMatchObject({ status: 'open' });
    expect(await age()).toMatchObject({ status: 'resolved', resolution: 'superseded', supersededBy: used.id });
    await importFile(
      t,
      { format: 'ndjson', source: 'super' },
      rows({ lastUsedAt: t.clock.now().toISOString(), useKnownSince: '2020-01-01' }),
    );
    expect(await age()).toMatchObject({ status: 'open', timesOpened: 2 });
    expect((await findings(t, 'check=credential-is-used&q=key-s'))[0]).toMatchObject({ status: 'resolved' });
  });

  it('is decided by the first policy in order whose selector matches', async () => {
    const token = await t.token('policy-author');
    await importFile(
      t,
      { format: 'ndjson', source: 'policies' },
      ndjson([
        service('p', { environment: 'production' }),
        key(t, 'key-p', 'p', 60),
        service('d', { environment: 'development' }),
        key(t, 'key-d', 'd', 60),
      ]),
    );
    expect(
      of(await findings(t, 'check=credential-age-within-limit&status=unresolved'), 'credential-age-within-limit'),
    ).not.toContain('key-p');
    const strict = await t.call('POST', '/api/v1/policies', {
      token,
      body: {
        name: 'Production keys',
        selector: { environments: ['production'] },
        mode: 'notify',
        checks: [{ id: 'credential-age-within-limit', severity: 'critical', parameters: { maximumAgeDays: 30 } }],
      },
    });
    expect(strict.status).toBe(201);
    await t.settle();
    const [finding] = (await findings(t, 'check=credential-age-within-limit&status=unresolved')).filter(
      ({ subject }) => subject.displayName === 'key-p',
    );
    expect(finding).toMatchObject({ severity: 'critical' });
    expect(finding!.dueAt).toBe(new Date(t.clock.now().getTime() + 3 * DAY).toISOString());
    // A policy before it that looks away decides instead.
    const first = await t.call('POST', '/api/v1/policies', {
      token,
      body: {
        name: 'Look away',
        order: 1,
        selector: { environments: ['production'] },
        checks: [{ id: 'credential-age-within-limit', enabled: false }],
      },
    });
    expect(first.body.order).toBe(1);
    await t.settle();
    expect((await t.call('GET', `/api/v1/findings/${finding!.id}`)).body).toMatchObject({
      status: 'resolved',
      resolution: 'not-applicable',
    });
    expect((await t.call('GET', '/api/v1/policies')).body.data.map(({ name }: { name: string }) => name)).toEqual([
      'Look away',
      'Production keys',
      'Default',
    ]);
    for (const { body } of [strict, first])
      await t.call('DELETE', `/api/v1/policies/${body.id}`, {
        token,
        headers: { 'if-match': `"${(await t.call('GET', `/api/v1/policies/${body.id}`)).body.version}"` },
      });
    await t.settle();
  });

  it('keeps two people from overwriting each other: the second to save a policy loses', async () => {
    const token = await t.token('policy-author');
    const { body, etag } = await t.call('POST', '/api/v1/policies', {
      token,
      body: { name: 'Contended', selector: { environments: ['nowhere'] } },
    });
    const put = (name: string) =>
      t.call('PUT', `/api/v1/policies/${body.id}`, {
        token,
        headers: { 'if-match': etag },
        body: { name, selector: { environments: ['nowhere'] } },
      });
    const [one, two] = await Promise.all([put('First'), put('Second')]);
    expect([one.status, two.status].sort()).toEqual([200, 412]);
    expect((await t.call('PUT', `/api/v1/policies/${body.id}`, { token, body: { name: 'x' } })).status).toBe(428);
  });

  it.each([
    [{ name: 'a', checks: [{ id: 'no-such-check' }] }, '/checks/0/id'],
    [
      { name: 'a', checks: [{ id: 'credential-age-within-limit', parameters: { maximumAgeDays: -4 } }] },
      '/checks/0/parameters/maximumAgeDays',
    ],
    [
      { name: 'a', checks: [{ id: 'credential-age-within-limit', parameters: { shoeSize: 44 } }] },
      '/checks/0/parameters/shoeSize',
    ],
    [{ name: 'a', selector: { shoeSize: 44 } }, '/selector/shoeSize'],
    [{ name: '' }, '/name'],
  ])('refuses the policy %j and names the place', async (policy, pointer) => {
    const { status, body } = await t.call('POST', '/api/v1/policies', {
      token: await t.token('policy-author'),
      body: policy,
    });
    expect({ status, pointers: body.errors?.map((error: { pointer: string }) => error.pointer) }).toEqual({
      status: 422,
      pointers: [pointer],
    });
  });

  it('tells every outcome of an identity with its reason', async () => {
    const { body } = await t.call('GET', '/api/v1/identities?q=svc');
    const outcomes = (await t.call('GET', `/api/v1/identities/${body.data[0].id}/outcomes`)).body.data;
    expect(outcomes.find(({ check }: { check: string }) => check === 'identity-has-accountable-owner')).toMatchObject({
      result: 'fail',
      because: 'no-owner',
      mode: 'observe',
    });
  });

  it('agrees with a full evaluation after all of this', async () => {
    expect(await t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0, changed: 0 });
  });

  it('notices when what is stored is not what a full evaluation finds, and mends it', async () => {
    await t.sql(`UPDATE evaluations SET results = replace(results, 'f', 'p'), failing = '' WHERE results LIKE '%f%'`);
    const report = await t.app.nest.get(RunFullPass).execute('self-check');
    expect(report.mismatches).toBeGreaterThan(0);
    await t.settle();
    expect(await t.app.nest.get(RunFullPass).execute('self-check')).toMatchObject({ mismatches: 0 });
    expect(t.log()).toContain('the stored outcomes are not what a full evaluation finds');
  });
});
