import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../../src/cli/program.js';
import { startApp, type TestApp } from '../support/app.js';
import { importFile, ndjson } from '../support/files.js';

interface Report {
  readonly from: string;
  readonly to: string;
  readonly unit: { readonly name: string } | null;
  readonly notMeasured: number;
  readonly days: readonly {
    readonly day: string;
    readonly identities: Readonly<Record<string, number>>;
    readonly credentials: Readonly<Record<string, number>>;
    readonly findings: Readonly<Record<string, number>>;
    readonly timeToClose: Readonly<Record<string, number | null>>;
  }[];
}

const REPORT = '/api/v1/reports/programme';
const PAGE = '/reports/programme.html';

describe('programme figures', () => {
  let t: TestApp;
  let north: string;
  let south: string;
  let admin: string;

  const measure = async (): Promise<void> => {
    expect(
      (await t.call('POST', '/api/v1/jobs/evidence.measure-programme/runs', { token: admin, body: {} })).status,
    ).toBe(202);
    await t.settle();
  };
  const report = async (query = '', token?: string): Promise<Report> => {
    const { status, body } = await t.call<Report>('GET', `${REPORT}${query}`, token === undefined ? {} : { token });
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  };
  const daysAgo = (days: number): string => new Date(t.clock.now().getTime() - days * 86_400_000).toISOString();
  /** Two units with an identity each; only what the north holds is too old, until it is rotated. */
  const estate = (northernKeyDays: number) =>
    ndjson([
      ...['north', 'south'].map((unit) => ({
        entity: 'identity',
        id: `svc-${unit}`,
        kind: 'service-account',
        createdAt: '2024-01-01',
        nature: 'non-human',
        environment: 'production',
        unit,
      })),
      {
        entity: 'credential',
        id: 'key-north',
        identity: 'svc-north',
        kind: 'access-key',
        canExpire: false,
        issuedAt: daysAgo(northernKeyDays),
      },
      // Nobody knows how old it is.
      {
        entity: 'credential',
        id: 'secret-south',
        identity: 'svc-south',
        kind: 'client-secret',
        expiresAt: daysAgo(-100),
      },
      { entity: 'credential', id: 'cert-south', identity: 'svc-south', kind: 'federated-trust', canExpire: false },
      { entity: 'identity', id: 'somebody', kind: 'user', nature: 'human', unit: 'south' },
    ]);

  beforeAll(async () => {
    t = await startApp();
    admin = await t.token('admin');
    const unit = async (name: string): Promise<string> =>
      (await t.call('POST', '/api/v1/units', { token: admin, body: { name } })).body.id;
    [north, south] = [await unit('north'), await unit('south')];
    await importFile(t, { format: 'ndjson', source: 'estate' }, estate(200));
    const owner = await t.call('POST', '/api/v1/people', {
      token: admin,
      body: { userName: 'sample.person.07', displayName: 'Sample Person 07', email: 'sample.person.07@sample.example' },
    });
    expect(owner.status).toBe(201);
    const { body } = await t.call('GET', '/api/v1/identities?q=svc-north');
    const named = await t.call('PUT', `/api/v1/identities/${body.data[0].id}/ownership`, {
      headers: { 'if-match': '"0"' },
      body: { owner: owner.body.id },
    });
    expect(named.status).toBe(200);
    await t.settle();
    t.clock.advance({ hours: 1 });
  });
  afterAll(() => t.close());

  it('say nothing of days on which nothing was measured', async () => {
    expect(await report()).toMatchObject({ from: '2025-12-02', to: '2026-03-01', notMeasured: 90, days: [] });
    const { status, body } = await t.call<string>('GET', PAGE);
    expect(status).toBe(200);
    expect(body).toContain('Nothing was measured in these days.');
    expect(body).not.toContain('<figure>');
  });

  it('count what there is, and say what is not known apart', async () => {
    await measure();
    const { days, notMeasured } = await report('?from=2026-03-01&to=2026-03-01');
    expect(notMeasured).toBe(0);
    expect(days).toHaveLength(1);
    expect(days[0]).toMatchObject({
      day: '2026-03-01',
      identities: { total: 2, owned: 1, accepted: 0, unused: 0 },
      credentials: { total: 3, overAge: 1, ageUnknown: 1, unused: 0, static: 2, federated: 1, other: 0 },
      findings: { excepted: 0, overdue: 0, closed: 0 },
      timeToClose: { meanHours: null },
    });
    const [open] = await t.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM findings WHERE status <> 'resolved'`,
    );
    expect(days[0]!.findings).toMatchObject({ unresolved: open!.count, opened: open!.count });
    expect(open!.count).toBeGreaterThan(0);
  });

  it('measured twice on a day are the same', async () => {
    const before = await report();
    await measure();
    expect(await report()).toEqual(before);
    const rows = await t.sql('SELECT day FROM programme_days');
    expect(rows).toHaveLength(3);
  });

  it('count what was mended once, however many days nothing was measured, with the time it took', async () => {
    t.clock.advance({ days: 2 });
    await importFile(t, { format: 'ndjson', source: 'estate' }, estate(1));
    const closed = await t.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM findings WHERE resolution = 'fixed'`,
    );
    t.clock.advance({ days: 1 });
    await measure();
    t.clock.advance({ days: 1 });
    await measure();
    const { days, notMeasured } = await report('?from=2026-03-01');
    // Nothing ran on the second; on the third the tick that was missed ran first.
    expect(notMeasured).toBe(1);
    expect(days.map(({ day }) => day)).toEqual(['2026-03-01', '2026-03-03', '2026-03-04', '2026-03-05']);
    expect(days[1]).toMatchObject({ credentials: { overAge: 1 }, findings: { closed: 0 } });
    expect(days[2]).toMatchObject({
      credentials: { overAge: 0 },
      findings: { closed: closed[0]!.count },
      timeToClose: { meanHours: 49, within1Day: 0, within7Days: closed[0]!.count, longer: 0 },
    });
    expect(days[3]).toMatchObject({ findings: { closed: 0 }, timeToClose: { meanHours: null } });
  });

  it('come for one unit alone', async () => {
    const { unit, days } = await report(`?from=2026-03-01&to=2026-03-01&unit=${north}`);
    expect(unit).toMatchObject({ name: 'north' });
    expect(days[0]).toMatchObject({ identities: { total: 1, owned: 1 }, credentials: { static: 1, federated: 0 } });
  });

  it('show nobody more than the units they are let into', async () => {
    const viewer = await t.token({ role: 'viewer', scope: { unit: south } });
    const { days } = await report('?from=2026-03-01&to=2026-03-01', viewer);
    expect(days[0]).toMatchObject({ identities: { total: 1, owned: 0 }, credentials: { static: 1, federated: 1 } });
    expect((await t.call('GET', `${REPORT}?unit=${north}`, { token: viewer })).status).toBe(404);
    expect((await t.call('GET', `${REPORT}?unit=${south}`, { token: viewer })).status).toBe(200);
    const elsewhere = await t.token({ role: 'viewer', scope: { environment: 'production' } });
    expect((await report('', elsewhere)).days).toEqual([]);
    const { body } = await t.call<string>('GET', PAGE, { token: viewer });
    expect(body).toContain('south');
    expect(body).not.toContain('north');
  });

  it('are for those who read, and for nobody who did not sign in', async () => {
    const status = await t.token('hr-status');
    for (const path of [REPORT, PAGE]) {
      expect((await t.call('GET', path, { token: status })).status).toBe(403);
      expect((await t.call('GET', path, { token: null })).status).toBe(401);
    }
  });

  it.each([
    ['from=2026-13-01', 'from'],
    ['to=yesterday', 'to'],
    ['from=2026-03-02&to=2026-03-01', 'from'],
    ['from=2020-01-01', 'from'],
    ['unit=north', 'unit'],
    ['format=pdf', 'format'],
    ['shoeSize=44', 'shoeSize'],
  ])('refuse %s and name the place', async (query, parameter) => {
    const { status, body } = await t.call('GET', `${REPORT}?${query}`);
    expect({ status, named: body.errors?.map((error: { parameter: string }) => error.parameter) }).toEqual({
      status: 422,
      named: [parameter],
    });
  });

  it('come as CSV, asked for by name or by media type', async () => {
    const byName = await t.call<string>('GET', `${REPORT}?from=2026-03-01&format=csv`);
    const byType = await t.call<string>('GET', `${REPORT}?from=2026-03-01`, { headers: { accept: 'text/csv' } });
    expect(byName.headers.get('content-type')).toContain('text/csv');
    expect(byType.body).toBe(byName.body);
    const [head, ...lines] = byName.body.trimEnd().split('\r\n');
    expect(head).toMatch(/^day,measured_at,identities,identities_owned,/);
    expect(lines.map((line) => line.slice(0, 10))).toEqual(['2026-03-01', '2026-03-03', '2026-03-04', '2026-03-05']);
    const columns = head!.split(',').length;
    expect(lines.map((line) => line.split(',').length)).toEqual([columns, columns, columns, columns]);
  });

  it('come as a page that needs nothing from elsewhere, with a table for every plot', async () => {
    const { body, headers } = await t.call<string>('GET', `${PAGE}?from=2026-03-01&unit=`);
    expect(headers.get('content-type')).toContain('text/html');
    const plots = body.match(/<figure>/g)!.length;
    expect(plots).toBe(7);
    expect(body.match(/<table>/g)).toHaveLength(plots);
    expect(body.match(/<svg [^>]*role="img" aria-labelledby/g)).toHaveLength(plots);
    expect(body).not.toMatch(/<script|<link|<img|src=|https?:\/\//);
    expect(body).toContain('On 1 of these days nothing was measured');
    const ids = [...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('come by the command: a table with what is unknown beside it, a file, a page', async () => {
    const said = async (...words: string[]): Promise<string> => {
      let text = '';
      const write = process.stdout.write.bind(process.stdout);
      process.stdout.write = (piece: string) => {
        text += piece;
        return true;
      };
      const before = { MANDATE_URL: process.env.MANDATE_URL, MANDATE_TOKEN: process.env.MANDATE_TOKEN };
      Object.assign(process.env, { MANDATE_URL: t.url, MANDATE_TOKEN: await t.token('auditor') });
      try {
        await run(['node', 'mandate', 'report', 'programme', '--quiet', ...words]);
      } finally {
        process.stdout.write = write;
        for (const [name, value] of Object.entries(before))
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
      }
      return text;
    };
    const table = (await said('--from', '2026-03-01', '--to', '2026-03-01')).trimEnd().split('\n');
    expect(table).toHaveLength(2);
    expect(table[0]!.split('\t').slice(0, 5)).toEqual(['DAY', 'IDENTITIES', 'OWNED', 'ACCEPTED', 'OVER AGE']);
    expect(table[1]!.split('\t').slice(0, 5)).toEqual(['2026-03-01', '2', '1', '0', '1 (1 unknown)']);
    const csv = await t.call<string>('GET', `${REPORT}?from=2026-03-01&format=csv`);
    expect(await said('--from', '2026-03-01', '--output', 'csv')).toBe(csv.body);
    const folder = await mkdtemp(join(tmpdir(), 'mandate-report-'));
    await said('--from', '2026-03-01', '--html', join(folder, 'page.html'));
    expect(await readFile(join(folder, 'page.html'), 'utf8')).toContain('<h1>Programme figures</h1>');
    await rm(folder, { recursive: true });
  });

  it('leave an entry in the log that says what was counted', async () => {
    const { body } = await t.call('GET', '/api/v1/audit-entries?type=evidence.programme-measured');
    // Measured twice within a day that was the same both times: that is no change.
    expect(body.data.map(({ target }: { target: { id: string } }) => target.id)).toEqual([
      '2026-03-05',
      '2026-03-04',
      '2026-03-03',
      '2026-03-01',
    ]);
    expect(body.data[0]).toMatchObject({ actor: 'system:evidence', data: { units: 3, identities: 2 } });
  });
});
