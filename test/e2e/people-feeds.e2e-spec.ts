import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { fileForm } from '../support/files.js';

const HEADER = 'employeeId,workEmail,displayName,managerEmployeeId,department,status,lastDayOfWork,hireDate\n';
const row = (
  n: number,
  more: { manager?: string; department?: string; status?: string; last?: string; hired?: string } = {},
) =>
  `E${n},sample.person.${n}@sample.example,Sample Person ${n},${more.manager ?? ''},${more.department ?? 'Platform'},${more.status ?? 'active'},${more.last ?? ''},${more.hired ?? ''}\n`;
const rows = (count: number) => Array.from({ length: count }, (_none, n) => row(n + 1)).join('');

async function importPeople(t: TestApp, csv: string, fields: Record<string, string> = {}): Promise<any> {
  const answer = await t.call('POST', '/api/v1/people/imports', { form: fileForm(fields, csv, 'people.csv') });
  if (answer.status !== 202) return answer;
  await t.settle();
  return (await t.call('GET', `/api/v1/people/imports/${answer.body.id}`)).body;
}
const people = async (t: TestApp): Promise<any[]> => (await t.call('GET', '/api/v1/people?limit=200')).body.data;
const changesOf = async (t: TestApp, id: string, query = ''): Promise<any> =>
  (await t.call('GET', `/api/v1/people/imports/${id}/changes${query}`)).body;
async function feedOf(t: TestApp, name: string): Promise<any> {
  return (await t.call('GET', '/api/v1/people/feeds')).body.data.find((feed: any) => feed.name === name);
}
async function setFeed(t: TestApp, name: string, more: object): Promise<any> {
  const { id, rank, fieldRanks, options } = await feedOf(t, name);
  const read = await t.call('GET', `/api/v1/people/feeds/${id}`);
  return t.call('PUT', `/api/v1/people/feeds/${id}`, {
    token: await t.token('admin'),
    body: { name, rank, fieldRanks, options, ...more },
    headers: { 'if-match': read.etag },
  });
}

describe('HR files', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
    await importPeople(t, HEADER + rows(20));
  });
  afterAll(() => t.close());

  it('show what they would change, person by person, before they do', async () => {
    const run = await importPeople(
      t,
      HEADER + row(1, { department: 'Finance', manager: 'E2' }) + row(2, { status: 'terminated' }) + row(21),
      { dryRun: 'true' },
    );
    expect(run).toMatchObject({
      status: 'complete',
      dryRun: true,
      feed: 'hr',
      counts: { created: 1, updated: 1, ended: 1, wouldEnd: 1, wouldBeHeld: 0 },
    });
    const first = await changesOf(t, run.id, '?limit=2');
    expect(first.data).toEqual([
      { kind: 'ended', key: 'E2', displayName: 'Sample Person 2', fields: { status: ['active', 'left'] } },
      {
        kind: 'updated',
        key: 'E1',
        displayName: 'Sample Person 1',
        fields: { department: ['Platform', 'Finance'], manager: [null, 'E2'] },
      },
    ]);
    const second = await changesOf(t, run.id, `?limit=2&cursor=${first.next}`);
    expect(second.data).toMatchObject([
      { kind: 'created', key: 'E21', fields: { displayName: [null, 'Sample Person 21'] } },
    ]);
    expect(second.next).toBeNull();
    expect((await people(t)).filter(({ department }) => department === 'Finance')).toEqual([]);
  });

  it.each([
    ['a snapshot of somebody else', HEADER + row(99), 20],
    ['a snapshot of nobody', HEADER, 20],
    [
      'a file that says of everybody that they have left',
      HEADER + Array.from({ length: 20 }, (_none, n) => row(n + 1, { status: 'terminated' })).join(''),
      20,
    ],
    [
      'a file that gives everybody a last day',
      HEADER + Array.from({ length: 20 }, (_none, n) => row(n + 1, { last: '2026-12-31' })).join(''),
      20,
    ],
    ['a snapshot that lacks a quarter', HEADER + rows(15), 5],
  ])('that end more than a set share are held, and nothing changes: %s', async (_title, csv, ending) => {
    const before = [
      await people(t),
      await t.sql('SELECT * FROM person_records ORDER BY id'),
      await t.sql('SELECT count(*) FROM person_facts'),
    ];
    const run = await importPeople(t, csv, { snapshot: 'true' });
    expect(run).toMatchObject({
      status: 'held',
      counts: { wouldEnd: ending, active: 20 },
      error: expect.stringContaining('Nothing was changed'),
    });
    expect([
      await people(t),
      await t.sql('SELECT * FROM person_records ORDER BY id'),
      await t.sql('SELECT count(*) FROM person_facts'),
    ]).toEqual(before);
    const { data } = await changesOf(t, run.id, '?limit=200');
    expect(data.filter(({ kind, fields }: any) => kind === 'ended' || fields.leavesAt)).toHaveLength(ending);
    expect(
      (await t.call('POST', `/api/v1/people/imports/${run.id}/confirm`, { token: await t.token('viewer') })).status,
    ).toBe(403);
  });

  it('are braked as the feed says', async () => {
    expect((await setFeed(t, 'hr', { options: { brakeShare: 0.05, brakeMinimum: 2 } })).status).toBe(200);
    expect(await importPeople(t, HEADER + rows(18), { snapshot: 'true' })).toMatchObject({
      status: 'held',
      counts: { wouldEnd: 2 },
    });
    expect(await importPeople(t, HEADER + rows(19), { snapshot: 'true' })).toMatchObject({
      status: 'complete',
      counts: { ended: 1 },
    });
    expect((await setFeed(t, 'hr', { options: { brakeShare: 2 } })).body.errors).toMatchObject([
      { pointer: '/options/brakeShare' },
    ]);
  });

  it('that were held are not let through when a later file was taken', async () => {
    const held = await importPeople(t, HEADER + row(1), { snapshot: 'true' });
    expect(held.status).toBe('held');
    await importPeople(t, HEADER + rows(19));
    expect((await t.call('POST', `/api/v1/people/imports/${held.id}/confirm`, {})).body.code).toBe(
      'people.import-superseded',
    );
  });

  it('are read by a mapping where their headers are unusual', async () => {
    const csv =
      'Pers.Nr.;Mail;Vorname Name;Abteilung;Name\nE1;sample.person.1@sample.example;Sample Person One;Nord;x\n';
    const mapping = JSON.stringify({ employeeId: 'Pers.Nr.', displayName: 'Vorname Name', department: 'Abteilung' });
    const run = await importPeople(t, csv, { mapping, dryRun: 'true' });
    expect((await changesOf(t, run.id)).data).toMatchObject([
      { fields: { displayName: ['Sample Person 1', 'Sample Person One'], department: ['Platform', 'Nord'] } },
    ]);
    expect(await importPeople(t, csv, { mapping: JSON.stringify({ employeeId: 'Nummer' }) })).toMatchObject({
      status: 'failed',
      errors: [{ field: 'employeeId' }, { field: 'employeeId' }],
    });
    for (const wrong of ['{', '{"shoeSize":"x"}', '[]'])
      expect((await importPeople(t, csv, { mapping: wrong })).body.errors[0].pointer).toMatch(/^\/mapping/);
  });

  it('of another feed know other people, under the same user names too', async () => {
    const made = await t.call('POST', '/api/v1/people/feeds', {
      token: await t.token('admin'),
      body: { kind: 'hr-file', name: 'acquired' },
    });
    expect(made.status).toBe(201);
    const csv =
      'employeeId,workEmail,userName,displayName\nA1,other@sample.example,sample.person.1@sample.example,Sample Person 71\n';
    // The user name is an address that somebody of HR has: one person. With another rule it is two.
    await t.call('PUT', '/api/v1/people/matching', {
      token: await t.token('admin'),
      body: { rules: ['employee-number'] },
      headers: { 'if-match': '"1"' },
    });
    expect(await importPeople(t, csv, { feed: 'acquired' })).toMatchObject({
      status: 'complete',
      feed: 'acquired',
      counts: { created: 1 },
    });
    expect((await people(t)).filter(({ userName }) => userName === 'sample.person.1@sample.example')).toHaveLength(2);
    expect((await importPeople(t, csv, { feed: 'nowhere' })).body.errors).toMatchObject([{ pointer: '/feed' }]);
    const bound = await t.token({ role: 'ingest', scope: { source: made.body.id } });
    const sent = await t.call('POST', '/api/v1/people/imports', {
      token: bound,
      form: fileForm({ feed: 'hr' }, csv, 'people.csv'),
    });
    expect(sent.body.feed).toBe('acquired');
    expect((await t.call('GET', `/api/v1/people/imports/${sent.body.id}`, { token: bound })).status).toBe(200);
    expect(
      (await t.call('GET', `/api/v1/people/imports/${sent.body.id}`, { token: await t.token('ingest') })).status,
    ).toBe(404);
    await t.settle();
  });
});

describe('the folder of a feed', () => {
  let t: TestApp;
  let home: string;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'mandate-people-'));
    mkdirSync(join(home, 'hr'));
    t = await startApp({ env: { MANDATE_PEOPLE_DIR: home } });
    // Schedules count from when they are first looked at.
    await t.settle();
  });
  afterAll(async () => {
    await t.close();
    rmSync(home, { recursive: true, force: true });
  });
  const later = () => t.clock.advance({ minutes: 5 });
  const runs = async (): Promise<any[]> => (await t.call('GET', '/api/v1/people/imports')).body.data;

  it('is read on schedule, each file once, and is as empty as it looks only when it could be read', async () => {
    await setFeed(t, 'hr', { options: { folder: 'hr', snapshot: true } });
    writeFileSync(join(home, 'hr', 'monday.csv'), HEADER + rows(10));
    writeFileSync(join(home, 'hr', 'notes.txt'), 'not a people file');
    later();
    await t.settle();
    expect(await runs()).toMatchObject([
      { origin: 'folder', fileName: 'monday.csv', status: 'complete', counts: { created: 10 } },
    ]);
    later();
    await t.settle();
    expect(await runs()).toHaveLength(1);
    // Tuesday brings a file that has lost nearly everybody.
    writeFileSync(join(home, 'hr', 'tuesday.csv'), HEADER + rows(1));
    later();
    await t.settle();
    expect((await runs())[0]).toMatchObject({ fileName: 'tuesday.csv', status: 'held' });
    expect((await people(t)).filter(({ active }) => active)).toHaveLength(10);
    rmSync(join(home, 'hr'), { recursive: true });
    later();
    await expect(t.settle()).rejects.toThrow('could not be read');
    mkdirSync(join(home, 'hr'));
    await t.settle();
  });

  it('never leads out of where it may be', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'mandate-elsewhere-'));
    writeFileSync(join(outside, 'people.csv'), HEADER + rows(1));
    symlinkSync(outside, join(home, 'link'));
    for (const folder of ['../elsewhere', '/etc', '..'])
      expect((await setFeed(t, 'hr', { options: { folder } })).body.errors).toMatchObject([
        { pointer: '/options/folder' },
      ]);
    await setFeed(t, 'hr', { options: { folder: 'link' } });
    const before = (await runs()).length;
    later();
    await expect(t.settle()).rejects.toThrow('lies outside');
    expect(await runs()).toHaveLength(before);
    rmSync(outside, { recursive: true });
    await setFeed(t, 'hr', { options: {} });
    await t.settle();
  });

  it('that holds a file with a secret refuses it once', async () => {
    await setFeed(t, 'hr', { options: { folder: 'hr' } });
    writeFileSync(join(home, 'hr', 'secret.csv'), `${HEADER}E1,a@sample.example,ghp_${'a'.repeat(36)},,,,,\n`);
    const refused = () => t.sql(`SELECT data FROM audit_entries WHERE type = 'people.folder-file-refused'`);
    later();
    await t.settle();
    later();
    await t.settle();
    expect(await refused()).toMatchObject([{ data: { fileName: 'secret.csv', because: 'request.secret-refused' } }]);
  });
});

describe('dated facts', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());
  const facts = async (id: string): Promise<any[]> =>
    (
      await t.sql<any>(
        `SELECT kind, iso(at) AS at, applied_at IS NOT NULL AS applied, withdrawn_at IS NOT NULL AS withdrawn FROM person_facts WHERE person_id = $1 ORDER BY at, id`,
        [id],
      )
    ).map(
      ({ kind, at, applied, withdrawn }) =>
        `${kind} ${at.slice(0, 10)} ${withdrawn ? 'withdrawn' : applied ? 'applied' : 'ahead'}`,
    );
  const told = async (type: string): Promise<number> =>
    (await t.sql(`SELECT 1 FROM audit_entries WHERE type = $1`, [type])).length;

  it('follow from what a feed says: notice, a last day that comes, a return', async () => {
    await importPeople(t, HEADER + row(1, { hired: '2020-01-01' }) + row(2, { hired: '2026-04-01' }));
    const [one, two] = await people(t);
    expect([one.active, two.active]).toEqual([true, false]);
    expect([await facts(one.id), await facts(two.id)]).toEqual([
      ['joined 2020-01-01 applied'],
      ['joined 2026-04-01 ahead'],
    ]);
    await importPeople(t, HEADER + row(1, { hired: '2020-01-01', last: '2026-03-31' }));
    expect(await facts(one.id)).toEqual([
      'joined 2020-01-01 applied',
      'notice 2026-03-01 applied',
      'left 2026-04-01 ahead',
    ]);
    expect([
      await told('people.persons-noticed'),
      await told('people.persons-ended'),
      await told('people.persons-joined'),
    ]).toEqual([1, 0, 1]);
    t.clock.set('2026-04-01T00:00:00.000Z');
    await t.settle();
    await t.settle();
    expect(await people(t)).toMatchObject([
      { id: one.id, active: false, status: 'left', leavesAt: '2026-04-01T00:00:00.000Z' },
      { id: two.id, active: true },
    ]);
    expect(await facts(one.id)).toEqual([
      'joined 2020-01-01 applied',
      'notice 2026-03-01 applied',
      'left 2026-04-01 applied',
    ]);
    expect(await facts(two.id)).toEqual(['joined 2026-04-01 applied']);
    expect([await told('people.persons-ended'), await told('people.persons-joined')]).toEqual([1, 2]);
    // The same employee number comes back.
    t.clock.set('2026-06-01T08:00:00.000Z');
    await importPeople(t, HEADER + row(1, { hired: '2026-06-01' }));
    expect((await people(t))[0]).toMatchObject({ id: one.id, active: true, status: 'active', leavesAt: null });
    expect((await facts(one.id)).at(-1)).toBe('joined 2026-06-01 applied');
  });

  it('that lie ahead are withdrawn when the feed takes them back', async () => {
    await importPeople(t, HEADER + row(3, { hired: '2020-01-01', last: '2026-12-31' }));
    const three = (await people(t)).find(({ displayName }) => displayName === 'Sample Person 3');
    await importPeople(t, HEADER + row(3, { hired: '2020-01-01' }));
    expect(await facts(three.id)).toEqual([
      'joined 2020-01-01 applied',
      'notice 2026-06-01 applied',
      'left 2027-01-01 withdrawn',
    ]);
    t.clock.set('2027-02-01T00:00:00.000Z');
    await t.settle();
    expect((await t.call('GET', `/api/v1/people/${three.id}`)).body.active).toBe(true);
  });
});
