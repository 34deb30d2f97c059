import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { fileForm } from '../support/files.js';

const HEADER = 'employeeId,workEmail,displayName,managerEmployeeId,department,unit,status,lastDayOfWork\n';
const row = (n: number, more: { manager?: string; status?: string; last?: string; name?: string } = {}) =>
  `E${n},sample.person.${n}@sample.example,${more.name ?? `Sample Person ${n}`},${more.manager ?? ''},Platform,Sample Parent,${more.status ?? 'active'},${more.last ?? ''}\n`;

async function importPeople(t: TestApp, csv: string, fields: Record<string, string> = {}): Promise<any> {
  const answer = await t.call('POST', '/api/v1/people/imports', { form: fileForm(fields, csv, 'people.csv') });
  if (answer.status !== 202) return answer;
  await t.settle();
  return (await t.call('GET', `/api/v1/people/imports/${answer.body.id}`)).body;
}
const people = async (t: TestApp): Promise<any[]> => (await t.call('GET', '/api/v1/people?limit=200')).body.data;

describe('people', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it('come from an HR file, with managers and units; the same file again changes nothing', async () => {
    const csv = HEADER + row(1) + row(2, { manager: 'E1' }) + row(3, { manager: 'sample.person.1@sample.example' });
    expect(await importPeople(t, csv)).toMatchObject({
      status: 'complete',
      counts: { rows: 3, created: 3, updated: 0, ended: 0 },
      errors: [],
    });
    const all = await people(t);
    expect(all.map(({ displayName, manager, unit }) => [displayName, manager?.displayName ?? null, unit.name])).toEqual(
      [
        ['Sample Person 1', null, 'Sample Parent'],
        ['Sample Person 2', 'Sample Person 1', 'Sample Parent'],
        ['Sample Person 3', 'Sample Person 1', 'Sample Parent'],
      ],
    );
    expect(await importPeople(t, csv)).toMatchObject({ counts: { created: 0, updated: 0, ended: 0, unchanged: 3 } });
  });

  it('are shown as they would become by a dry run, which changes nothing', async () => {
    const run = await importPeople(t, HEADER + row(1, { name: 'Sample Person Renamed' }) + row(9), { dryRun: 'true' });
    expect(run).toMatchObject({ status: 'complete', dryRun: true, counts: { created: 1, updated: 1 } });
    expect((await people(t)).map(({ displayName }) => displayName)).not.toContain('Sample Person Renamed');
  });

  it('answer through their last day, in their own time zone', async () => {
    await importPeople(t, HEADER + row(4, { last: '2026-03-10' }), { timeZone: 'America/Los_Angeles' });
    const four = (await people(t)).find(({ displayName }) => displayName === 'Sample Person 4');
    expect(four).toMatchObject({ active: true, leavesAt: '2026-03-11T07:00:00.000Z' });
    t.clock.set('2026-03-11T06:59:59.999Z');
    expect((await t.call('GET', `/api/v1/people/${four.id}`)).body.active).toBe(true);
    t.clock.set('2026-03-11T07:00:00.000Z');
    expect((await t.call('GET', `/api/v1/people/${four.id}`)).body.active).toBe(false);
  });

  it('whose rows are bad are reported by line and field, and the rest is taken', async () => {
    const run = await importPeople(
      t,
      HEADER +
        row(5) +
        row(6, { status: 'sabbatical' }) +
        'E7,not-an-address,Seven,,,,active,\n' +
        row(8, { last: 'tomorrow' }) +
        row(5, { name: 'Twice' }) +
        row(10, { manager: 'E404' }),
      { snapshot: 'true' },
    );
    expect(run.status).toBe('partial');
    expect(run.errors).toEqual([
      { line: 3, field: 'status', detail: expect.any(String) },
      { line: 4, field: 'email', detail: 'is not an e-mail address' },
      { line: 5, field: 'lastDayOfWork', detail: expect.any(String) },
      { line: 6, field: 'employeeId', detail: 'stands in line 2 already' },
      { line: 0, field: 'manager', detail: expect.stringContaining('E10') },
    ]);
    // Who was missing from a file with bad rows may be in one of them.
    expect(run.counts).toMatchObject({ created: 2, ended: 0 });
  });

  it('are not ended in masses by a file until somebody says so', async () => {
    await importPeople(t, HEADER + Array.from({ length: 30 }, (_none, n) => row(100 + n)).join(''));
    const before = (await people(t)).filter(({ active }) => active).length;
    const held = await importPeople(t, HEADER + row(1), { snapshot: 'true' });
    expect(held).toMatchObject({ status: 'held', error: expect.stringContaining('Nothing was changed') });
    expect((await people(t)).filter(({ active }) => active)).toHaveLength(before);
    await t.call('POST', `/api/v1/people/imports/${held.id}/confirm`, {});
    await t.settle();
    expect((await people(t)).filter(({ active }) => active).map(({ displayName }) => displayName)).toEqual([
      'Sample Person 1',
    ]);
    expect((await t.call('POST', `/api/v1/people/imports/${held.id}/confirm`, {})).body.code).toBe(
      'people.import-not-held',
    );
  });

  it('whose file is nothing like one change nothing', async () => {
    expect(await importPeople(t, 'name,shoe size\nSample,44\n')).toMatchObject({
      status: 'failed',
      errors: [{ field: 'employeeId' }, { field: 'email' }],
    });
    expect(await importPeople(t, '')).toMatchObject({ status: 'failed' });
    expect((await importPeople(t, HEADER + row(1), { timeZone: 'Mars/Olympus' })).body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/timeZone' }],
    });
  });

  it('can be added and changed by hand, and the second of two changes at once loses', async () => {
    const made = await t.call('POST', '/api/v1/people', {
      body: { userName: 'Contractor.One', displayName: 'Sample Person 60' },
    });
    expect(made.status).toBe(201);
    expect(
      (await t.call('POST', '/api/v1/people', { body: { userName: 'contractor.one', displayName: 'Again' } })).body
        .code,
    ).toBe('people.user-name-taken');
    const patch = (department: string) =>
      t.call('PATCH', `/api/v1/people/${made.body.id}`, { body: { department }, headers: { 'if-match': made.etag } });
    const statuses = (await Promise.all([patch('A'), patch('B')])).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 412]);
    expect((await t.call('PATCH', `/api/v1/people/${made.body.id}`, { body: { department: 'A' } })).body.code).toBe(
      'request.if-match-required',
    );
    expect(
      (
        await t.call('POST', '/api/v1/people', {
          body: { userName: 'x', displayName: 'X', manager: '00000000-0000-7000-8000-000000000000' },
        })
      ).body,
    ).toMatchObject({ code: 'request.reference-unknown', errors: [{ pointer: '/manager' }] });
  });

  it('are grouped into units and teams', async () => {
    const [one] = (await people(t)).filter(({ active }) => active);
    const unit = await t.call('POST', '/api/v1/units', { body: { name: 'Sample Branch', head: one.id } });
    const team = await t.call('POST', '/api/v1/teams', {
      body: { name: 'Sample Platform', unit: unit.body.id, members: [one.id] },
    });
    expect([unit.status, team.status]).toEqual([201, 201]);
    expect((await t.call('GET', '/api/v1/teams')).body.data).toMatchObject([
      { name: 'Sample Platform', members: [{ id: one.id }] },
    ]);
    expect((await t.call('POST', '/api/v1/units', { body: { name: 'Sample Branch' } })).body.code).toBe(
      'people.name-taken',
    );
    expect(
      (
        await t.call('POST', '/api/v1/teams', {
          body: { name: 'Ghosts', members: ['00000000-0000-7000-8000-000000000000'] },
        })
      ).body,
    ).toMatchObject({ errors: [{ pointer: '/members/0' }] });
    expect(
      (
        await t.call('POST', '/api/v1/teams', {
          body: { name: 'Nowhere', unit: '00000000-0000-7000-8000-000000000000' },
        })
      ).body,
    ).toMatchObject({ errors: [{ pointer: '/unit' }] });
    // Whoever is named twice is in it once.
    expect((await t.call('POST', '/api/v1/teams', { body: { name: 'Twice', members: [one.id, one.id] } })).status).toBe(
      201,
    );
  });
});
