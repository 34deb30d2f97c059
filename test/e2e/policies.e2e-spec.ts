import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

const DAY = 86_400_000;
interface Finding {
  id: string;
  check: string;
  reason: string;
  severity: string;
  status: string;
  mode: string;
  subject: { id: string };
}
interface Counts {
  opens: number;
  closes: number;
  worsens: number;
  eases: number;
  changesMode: number;
}
const EVERYWHERE = '/api/v1/findings?limit=200&status=unresolved';

/** Keys of many ages, some on production, some nobody uses. */
async function estate(t: TestApp): Promise<void> {
  const ago = (days: number) => new Date(t.clock.now().getTime() - days * DAY).toISOString();
  const rows: object[] = [];
  for (let n = 0; n < 24; n++) {
    rows.push({
      entity: 'identity',
      id: `svc-${n}`,
      name: `svc-${n}`,
      kind: 'service-account',
      createdAt: ago(10 * n),
      environment: n % 3 === 0 ? 'production' : 'development',
      tags: n % 4 === 0 ? { team: 'payments' } : {},
    });
    rows.push({
      entity: 'credential',
      id: `key-${n}`,
      identity: `svc-${n}`,
      kind: n % 5 === 0 ? 'certificate' : 'access-key',
      canExpire: n % 2 === 0,
      issuedAt: ago(10 * n),
      lastUsedAt: n % 6 === 0 ? null : ago(n),
      useKnownSince: ago(400),
    });
  }
  await importFile(t, { format: 'ndjson', source: 'estate' }, ndjson(rows));
}

describe('a change of policies', () => {
  let t: TestApp;
  let author: string;
  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    await estate(t);
  });
  afterAll(() => t.close());

  const open = async (): Promise<Map<string, Finding>> => {
    const { body } = await t.call<{ data: Finding[]; next: string | null }>('GET', EVERYWHERE);
    expect(body.next).toBeNull();
    return new Map(body.data.map((finding) => [`${finding.check} ${finding.subject.id} ${finding.reason}`, finding]));
  };
  const RANK: Record<string, number> = { low: 1, medium: 2, high: 3, critical: 4 };
  /** What became of the findings, counted as a what-if counts. */
  const became = (before: Map<string, Finding>, after: Map<string, Finding>): Counts => {
    const both = [...after].flatMap(([key, is]) => (before.has(key) ? [[before.get(key)!, is] as const] : []));
    return {
      opens: [...after.keys()].filter((key) => !before.has(key)).length,
      closes: [...before.keys()].filter((key) => !after.has(key)).length,
      worsens: both.filter(([was, is]) => RANK[is.severity]! > RANK[was.severity]!).length,
      eases: both.filter(([was, is]) => RANK[is.severity]! < RANK[was.severity]!).length,
      changesMode: both.filter(([was, is]) => is.mode !== was.mode).length,
    };
  };
  const counted = ({ opens, closes, worsens, eases, changesMode }: Counts): Counts => ({
    opens,
    closes,
    worsens,
    eases,
    changesMode,
  });

  const CASES: [string, object, keyof Counts][] = [
    [
      'a stricter age for production',
      {
        selector: { environments: ['production'] },
        checks: [{ id: 'credential-age-within-limit', parameters: { maximumAgeDays: 20 } }],
      },
      'opens',
    ],
    [
      'a check switched off, which lets what it hid be seen',
      { selector: { tags: { team: 'payments' } }, checks: [{ id: 'credential-is-used', enabled: false }] },
      'closes',
    ],
    [
      'a fixed severity',
      { selector: {}, checks: [{ id: 'credential-age-within-limit', severity: 'critical' }] },
      'worsens',
    ],
    [
      'another mode for what is older than 100 days',
      { selector: { age: { olderThanDays: 100 } }, mode: 'notify', checks: [] },
      'changesMode',
    ],
    [
      'everything off',
      {
        order: 1,
        selector: { subjects: ['credential'] },
        checks: [
          { id: 'credential-age-within-limit', enabled: false },
          { id: 'credential-has-expiry', enabled: false },
        ],
      },
      'closes',
    ],
  ];
  it.each(CASES)('does what its what-if said: %s', async (name, policy, moved) => {
    const before = await open();
    const foreseen = await t.call('POST', '/api/v1/policies/what-if', { token: author, body: { name, ...policy } });
    expect(foreseen.status).toBe(200);
    expect(foreseen.body).toMatchObject({ id: null, status: 'complete', waiting: 0 });
    expect(foreseen.body[moved]).toBeGreaterThan(0);
    expect(await open()).toEqual(before);
    expect((await t.call('POST', '/api/v1/policies', { token: author, body: { name, ...policy } })).status).toBe(201);
    await t.settle();
    const after = await open();
    expect(counted(foreseen.body)).toEqual(became(before, after));
    for (const sample of foreseen.body.samples) {
      const key = `${sample.check} ${sample.subject.id} ${sample.reason}`;
      expect([sample.effect, before.has(key), after.has(key)]).toEqual([
        sample.effect,
        sample.effect !== 'opens',
        sample.effect !== 'closes',
      ]);
      expect(sample.subject.displayName).toMatch(/^(svc|key)-\d+$/);
    }
    expect(foreseen.body.counts.reduce((sum: number, { opens }: Counts) => sum + opens, 0)).toBe(foreseen.body.opens);
  });

  it('does what its what-if said when a policy is changed, moved before another, or removed', async () => {
    const all = (await t.call('GET', '/api/v1/policies')).body.data as { id: string; name: string; version: number }[];
    const off = all.find(({ name }) => name === 'everything off')!;
    const change = {
      name: 'everything off',
      order: 3,
      selector: { subjects: ['credential'] },
      checks: [{ id: 'credential-has-expiry', enabled: false }],
    };
    let before = await open();
    let foreseen = (await t.call('POST', `/api/v1/policies/${off.id}/what-if`, { token: author, body: change })).body;
    await t.call('PUT', `/api/v1/policies/${off.id}`, {
      token: author,
      headers: { 'if-match': `"${off.version}"` },
      body: change,
    });
    await t.settle();
    expect(foreseen.opens).toBeGreaterThan(0);
    expect(counted(foreseen)).toEqual(became(before, await open()));
    before = await open();
    foreseen = (await t.call('POST', `/api/v1/policies/${off.id}/what-if-removed`, { token: author })).body;
    await t.call('DELETE', `/api/v1/policies/${off.id}?reason=tried`, {
      token: author,
      headers: { 'if-match': `"${off.version + 1}"` },
    });
    await t.settle();
    expect(foreseen.opens).toBeGreaterThan(0);
    expect(counted(foreseen)).toEqual(became(before, await open()));
  });

  it('is told in the background where that is asked for, to whoever asked and to nobody else', async () => {
    const body = { name: 'later', selector: {}, checks: [{ id: 'credential-age-within-limit', enabled: false }] };
    const asked = await t.call('POST', '/api/v1/policies/what-if?background=true', { token: author, body });
    expect(asked).toMatchObject({ status: 202, body: { status: 'queued' } });
    await t.settle();
    const path = `/api/v1/policies/what-ifs/${asked.body.id}`;
    const now = await t.call('POST', '/api/v1/policies/what-if', { token: author, body });
    expect((await t.call('GET', path, { token: author })).body).toEqual({ ...now.body, id: asked.body.id });
    expect((await t.call('GET', path, { token: await t.token('policy-author') })).status).toBe(404);
    expect((await t.call('POST', '/api/v1/policies/what-if', { token: await t.token('viewer'), body })).status).toBe(
      403,
    );
    expect(
      (await t.call('POST', '/api/v1/policies/what-if', { token: author, body: { ...body, checks: [{ id: 'none' }] } }))
        .status,
    ).toBe(422);
  });

  it('moves with time alone where a selector asks for an age', async () => {
    const before = await open();
    const key = [...before.values()].find(
      ({ check, mode }) => check === 'credential-has-expiry' && mode === 'observe',
    )!;
    expect(key).toBeDefined();
    t.clock.advance({ days: 101 });
    await t.settle();
    expect((await t.call('GET', `/api/v1/findings/${key.id}`)).body.mode).toBe('notify');
  });

  it('has a version, who made it and why', async () => {
    const { body } = await t.call('POST', '/api/v1/policies', {
      token: author,
      body: { name: 'kept', selector: { environments: ['nowhere'] }, reason: 'the first' },
    });
    const path = `/api/v1/policies/${body.id}`;
    const put = (name: string, version: number, reason?: string) =>
      t.call('PUT', path, {
        token: author,
        headers: { 'if-match': `"${version}"` },
        body: { name, selector: { environments: ['nowhere'] }, due: { days: { high: 5 } }, reason },
      });
    const first = t.clock.now().toISOString();
    t.clock.advance({ minutes: 1 });
    expect((await put('kept', 1, 'the second')).body).toMatchObject({ due: { days: { high: 5 }, count: 'calendar' } });
    expect((await put('overwritten', 1)).status).toBe(412);
    await t.call('DELETE', `${path}?reason=over`, { token: author, headers: { 'if-match': '"2"' } });
    const versions = (await t.call('GET', `${path}/versions`)).body.data;
    expect(
      versions.map(({ version, reason, removed, due }: Record<string, unknown>) => [version, reason, removed, due]),
    ).toEqual([
      [3, 'over', true, { days: { high: 5 }, count: 'calendar' }],
      [2, 'the second', false, { days: { high: 5 }, count: 'calendar' }],
      [1, 'the first', false, null],
    ]);
    const then = (await t.call('GET', `/api/v1/policies?asOf=${first}`)).body.data;
    expect(then.find(({ id }: { id: string }) => id === body.id)).toMatchObject({ version: 1, due: null });
    const page = (await t.call('GET', '/api/v1/policies?limit=1')).body;
    expect([page.data.length, page.next === null]).toEqual([1, false]);
    const second = (await t.call('GET', `/api/v1/policies?limit=1&cursor=${page.next}`)).body;
    expect(second.data[0].order).toBeGreaterThan(page.data[0].order);
    expect(versions[0].changedBy).toMatch(/^token:/);
    expect((await t.call('GET', path)).status).toBe(404);
  });

  it('asks remediation for what it names when it enforces, and for nothing before', async () => {
    const asked = async () =>
      (await t.call('GET', '/api/v1/audit-entries?type=findings.actions-asked&limit=50')).body.data.flatMap(
        ({ data }: { data: { actions: { action: string; finding: string }[] } }) => data.actions,
      );
    const made = await t.call('POST', '/api/v1/policies', {
      token: author,
      body: {
        name: 'enforced',
        order: 1,
        mode: 'notify',
        selector: { credentialKinds: ['access-key'], environments: ['production'] },
        checks: [{ id: 'credential-age-within-limit', action: 'rotate' }],
      },
    });
    await t.settle();
    expect(await asked()).toEqual([]);
    await t.call('PUT', `/api/v1/policies/${made.body.id}`, {
      token: author,
      headers: { 'if-match': made.etag },
      body: {
        name: 'enforced',
        mode: 'enforce',
        selector: { credentialKinds: ['access-key'], environments: ['production'] },
        checks: [{ id: 'credential-age-within-limit', action: 'rotate' }],
      },
    });
    await t.settle();
    const enforced = (
      await t.call('GET', '/api/v1/findings?limit=200&status=unresolved&mode=enforce&check=credential-age-within-limit')
    ).body.data;
    expect(enforced.length).toBeGreaterThan(0);
    const actions = await asked();
    expect(actions.map(({ finding }: { finding: string }) => finding).sort()).toEqual(
      enforced.map(({ id }: { id: string }) => id).sort(),
    );
    expect(new Set(actions.map(({ action }: { action: string }) => action))).toEqual(new Set(['rotate']));
  });

  it('says every number with its unit and where it is from', async () => {
    const [policy] = (await t.call('GET', '/api/v1/policies')).body.data.filter(
      ({ name }: { name: string }) => name === 'a stricter age for production',
    );
    const { data } = (await t.call('GET', `/api/v1/policies/${policy.id}/parameters`)).body;
    expect(data.find(({ parameter }: { parameter: string }) => parameter === 'maximumAgeDays')).toMatchObject({
      check: 'credential-age-within-limit',
      value: 20,
      default: 90,
      unit: 'days',
      isSet: true,
    });
    expect(data.every(({ unit, source }: Record<string, string>) => unit !== '' && source!.length > 10)).toBe(true);
  });
});

describe('policies as code', () => {
  let t: TestApp;
  let author: string;
  beforeAll(async () => {
    t = await startApp();
    author = await t.token('policy-author');
    await estate(t);
  });
  afterAll(() => t.close());
  const put = (etag: string, body: object) =>
    t.call('PUT', '/api/v1/policies/set', { token: author, headers: { 'if-match': etag }, body });
  const names = async () =>
    (await t.call('GET', '/api/v1/policies')).body.data.map(({ name }: { name: string }) => name);

  const FILE = {
    policies: [
      { name: 'Estate', selector: { sources: ['estate'], age: { olderThanDays: 30 } }, mode: 'notify' },
      { name: 'Production', selector: { environments: ['production'] }, waves: { weeks: 6 } },
    ],
    reason: 'from the file',
  };

  it('are compared, tried out, applied as a whole, and then are what the file says', async () => {
    const diff = await t.call('POST', '/api/v1/policies/set/diff', { token: author, body: FILE });
    expect(diff.body.changes.map(({ change, name }: Record<string, string>) => [change, name])).toEqual([
      ['added', 'Estate'],
      ['added', 'Production'],
    ]);
    const foreseen = await t.call('POST', '/api/v1/policies/set/what-if', { token: author, body: FILE });
    expect(foreseen.body.changesMode).toBeGreaterThan(0);
    expect(await names()).toEqual(['Default']);
    const applied = await put(diff.etag, FILE);
    expect([applied.status, applied.body.changes.length]).toEqual([200, 2]);
    expect(await names()).toEqual(['Estate', 'Production', 'Default']);
    await t.settle();
    expect((await t.call('GET', '/api/v1/findings?limit=200&mode=notify')).body.data.length).toBe(
      foreseen.body.changesMode,
    );
    const again = await t.call('POST', '/api/v1/policies/set/diff', { token: author, body: FILE });
    expect(again.body).toMatchObject({ changes: [], unchanged: 3 });
    const turned = { ...FILE, policies: [...FILE.policies].reverse(), prune: true };
    await put(again.etag, turned);
    expect(await names()).toEqual(['Production', 'Estate', 'Default']);
    const pruned = await t.call('POST', '/api/v1/policies/set/diff', {
      token: author,
      body: { policies: FILE.policies.slice(0, 1), prune: true },
    });
    expect(pruned.body.changes.map(({ change, name }: Record<string, string>) => [change, name])).toEqual([
      ['removed', 'Production'],
    ]);
  });

  it('are promoted: what one installation exports another takes, and remembers from where', async () => {
    const exported = await t.call('GET', '/api/v1/policies/set', { token: author });
    expect(exported.body.policies[1]).toMatchObject({ name: 'Estate', selector: { sources: ['estate'] } });
    const other = await startApp();
    try {
      const token = await other.token('policy-author');
      const send = (method: string, path: string, body: unknown, etag = '') =>
        other.call(method, `/api/v1/policies/set${path}`, { token, body, headers: etag ? { 'if-match': etag } : {} });
      const file = { policies: exported.body.policies, origin: exported.body.origin, reason: 'tried for a month' };
      // The source is not there yet: its name says so, and nothing is guessed.
      const verdict = await send('POST', '/validate', file);
      expect(verdict.body).toMatchObject({
        valid: false,
        errors: [{ pointer: '/policies/1/selector/sources/0', detail: 'names none of the sources here' }],
      });
      await estate(other);
      expect((await send('POST', '/validate', file)).body).toMatchObject({ valid: true, errors: [] });
      const { etag } = await other.call('GET', '/api/v1/policies/set');
      expect((await send('PUT', '', file, etag)).status).toBe(200);
      const back = (await other.call('GET', '/api/v1/policies/set')).body;
      expect(back.digest).toBe(exported.body.digest);
      const [entry] = (await other.call('GET', '/api/v1/audit-entries?type=checks.policy-set-applied')).body.data;
      expect(entry.data.promotedFrom.digest).toBe(exported.body.digest);
    } finally {
      await other.close();
    }
  });

  it('lose against somebody who changed a policy meanwhile', async () => {
    const { etag } = await t.call('GET', '/api/v1/policies/set');
    const [one, two] = await Promise.all([
      put(etag, { policies: [{ name: 'One' }] }),
      put(etag, { policies: [{ name: 'Two' }] }),
    ]);
    expect([one.status, two.status].sort()).toEqual([200, 412]);
    expect((await t.call('PUT', '/api/v1/policies/set', { token: author, body: FILE })).status).toBe(428);
    expect(
      (
        await t.call('PUT', '/api/v1/policies/set', {
          token: await t.token('risk-acceptor'),
          headers: { 'if-match': etag },
          body: FILE,
        })
      ).status,
    ).toBe(403);
  });

  it('are told everything that is wrong with them at once', async () => {
    const { body } = await t.call('POST', '/api/v1/policies/set/validate', {
      token: author,
      body: {
        policies: [
          { name: 'a', checks: [{ id: 'credential-age-within-limit', parameters: { maximumAgeDays: -1 } }] },
          { name: 'a', selector: { units: ['nowhere'] } },
          { name: 'b', checks: [{ id: 'no-such-check' }] },
        ],
      },
    });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/policies/0/checks/0/parameters/maximumAgeDays',
      '/policies/1/name',
      '/policies/1/selector/units/0',
      '/policies/2/checks/0/id',
    ]);
    expect(
      (await t.call('POST', '/api/v1/policies/set/validate', { token: author, body: { polices: [] } })).body,
    ).toMatchObject({
      valid: false,
    });
  });
});
