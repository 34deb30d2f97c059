import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { fileForm } from '../support/files.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('one person from several feeds', () => {
  let t: TestApp;
  let scim: string;
  let admin: string;
  beforeAll(async () => {
    t = await startApp();
    scim = await t.token('ingest');
    admin = await t.token('admin');
    await importPeople(
      'E1,one@sample.example,Sample Person 01,,HR department\nE2,two@sample.example,Sample Person 02,E1,HR department\nE3,three@sample.example,Sample Person 03,E1,HR department\n',
    );
  });
  afterAll(() => t.close());

  async function importPeople(rows: string): Promise<void> {
    await t.call('POST', '/api/v1/people/imports', {
      form: fileForm({}, `employeeId,workEmail,displayName,managerEmployeeId,department\n${rows}`, 'people.csv'),
    });
    await t.settle();
  }
  const add = async (userName: string, more: object = {}): Promise<string> => {
    const { body } = await t.call('POST', '/scim/v2/Users', { token: scim, body: { userName, ...more } });
    return JSON.parse(body).id;
  };
  const people = async (): Promise<any[]> => (await t.call('GET', '/api/v1/people?limit=200')).body.data;
  const named = async (name: string): Promise<any> => (await people()).find(({ displayName }) => displayName === name);
  const one = async (id: string): Promise<any> => (await t.call('GET', `/api/v1/people/${id}`)).body;
  const records = async (id: string): Promise<any[]> => (await t.call('GET', `/api/v1/people/${id}/records`)).body.data;
  const post = (path: string, body: object, token?: string) =>
    t.call('POST', `/api/v1/people/${path}`, { body, ...(token ? { token } : {}) });

  it('is one person, each field from the feed that ranks first for it; what feeds disagree on is shown', async () => {
    await add('one@sample.example', {
      displayName: 'S. Person',
      title: 'Engineer',
      [ENTERPRISE]: { department: 'SCIM department' },
    });
    const person = await named('Sample Person 01');
    expect(await people()).toHaveLength(3);
    expect([person.department, person.position]).toEqual(['HR department', 'Engineer']);
    const { data } = (await t.call('GET', '/api/v1/people/conflicts')).body;
    expect(data).toEqual([
      {
        person: { id: person.id, displayName: 'Sample Person 01' },
        fields: {
          department: [
            { feed: 'hr', value: 'HR department' },
            { feed: expect.stringContaining('scim'), value: 'SCIM department' },
          ],
          displayName: [
            { feed: 'hr', value: 'Sample Person 01' },
            { feed: expect.stringContaining('scim'), value: 'S. Person' },
          ],
        },
      },
    ]);
    expect(await records(person.id)).toMatchObject([
      { feed: { name: 'hr' }, key: 'E1', department: 'HR department' },
      { feed: { kind: 'scim' }, department: 'SCIM department', position: 'Engineer' },
    ]);
  });

  it('follows another rank, for one field or for all, as soon as it is set', async () => {
    const feed = (await t.call('GET', '/api/v1/people/feeds')).body.data.find(({ kind }: any) => kind === 'scim');
    const put = async (more: object) => {
      const read = await t.call('GET', `/api/v1/people/feeds/${feed.id}`);
      const { name, rank, fieldRanks } = read.body;
      return t.call('PUT', `/api/v1/people/feeds/${feed.id}`, {
        token: admin,
        body: { name, rank, fieldRanks, ...more },
        headers: { 'if-match': read.etag },
      });
    };
    const person = await named('Sample Person 01');
    await put({ fieldRanks: { status: 0, department: 1 } });
    await t.settle();
    expect([(await one(person.id)).department, (await one(person.id)).displayName]).toEqual([
      'SCIM department',
      'Sample Person 01',
    ]);
    await put({ rank: 1 });
    await t.settle();
    expect((await one(person.id)).displayName).toBe('S. Person');
    const back = await put({ rank: 20, fieldRanks: { status: 0 } });
    await t.settle();
    expect((await one(person.id)).department).toBe('HR department');
    const stale = await t.call('PUT', `/api/v1/people/feeds/${feed.id}`, {
      token: admin,
      body: { name: 'x', rank: 1 },
      headers: { 'if-match': '"1"' },
    });
    expect([back.status, stale.status]).toEqual([200, 412]);
    expect((await put({ fieldRanks: { shoeSize: 1 } })).body.errors[0].pointer).toContain('/fieldRanks');
  });

  it('is never guessed: two who fit, or two numbers, are left to people to decide', async () => {
    await post('', { userName: 'a', displayName: 'Sample Person 11', email: 'shared@sample.example' });
    await post('', { userName: 'b', displayName: 'Sample Person 12', email: 'SHARED@sample.example' });
    const third = await add('third', { displayName: 'Sample Person 13', emails: [{ value: 'shared@sample.example' }] });
    const fourth = await add('fourth', {
      displayName: 'Sample Person 14',
      emails: [{ value: 'three@sample.example' }],
      [ENTERPRISE]: { employeeNumber: 'E77' },
    });
    expect((await people()).map(({ displayName }) => displayName)).toEqual(
      expect.arrayContaining([
        'Sample Person 03',
        'Sample Person 11',
        'Sample Person 12',
        'Sample Person 13',
        'Sample Person 14',
      ]),
    );
    const all: any[] = [];
    for (let cursor = ''; ;) {
      const { data, next } = (await t.call('GET', `/api/v1/people/possible-matches?limit=2${cursor}`)).body;
      all.push(...data);
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    const pairs = all.map(({ person, other, because }) => `${person.displayName} ${other.displayName} ${because}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(pairs).toEqual(
      expect.arrayContaining([
        'Sample Person 13 Sample Person 11 email',
        'Sample Person 13 Sample Person 12 email',
        'Sample Person 14 Sample Person 03 email',
        'Sample Person 12 Sample Person 11 email',
      ]),
    );
    const found = all.find(({ record, other }) => record.id === fourth && other.displayName === 'Sample Person 03');
    expect((await post('possible-matches/dismissals', { record: fourth, person: found.other.id })).status).toBe(204);
    const left = (await t.call('GET', '/api/v1/people/possible-matches?limit=200')).body.data;
    expect(left.some(({ record, other }: any) => record.id === fourth && other.id === found.other.id)).toBe(false);
    expect((await post('possible-matches/dismissals', { record: third, person: third })).body.errors).toMatchObject([
      { pointer: '/person' },
    ]);
  });

  it('can be put together by hand, and everything that pointed at either still holds', async () => {
    const [kept, absorbed] = [await named('Sample Person 11'), await named('Sample Person 12')];
    const report = (await post('', { userName: 'report', displayName: 'Sample Person 15', manager: absorbed.id })).body;
    expect((await post(`${kept.id}/merges`, { person: absorbed.id }, await t.token('viewer'))).status).toBe(403);
    expect((await post(`${kept.id}/merges`, { person: kept.id })).body.errors).toMatchObject([{ pointer: '/person' }]);
    expect((await post(`${crypto.randomUUID()}/merges`, { person: absorbed.id })).status).toBe(404);
    const both = await Promise.all([
      post(`${kept.id}/merges`, { person: absorbed.id, reason: 'the same badge' }),
      post(`${absorbed.id}/merges`, { person: kept.id }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [into, from] = (await one(absorbed.id)).mergedInto === kept.id ? [kept, absorbed] : [absorbed, kept];
    expect((await people()).map(({ id }) => id)).not.toContain(from.id);
    expect(await one(from.id)).toMatchObject({ mergedInto: into.id, active: true });
    expect((await one(report.id)).manager.id).toBe(into.id);
    expect(await records(into.id)).toHaveLength(2);
    // They leave together.
    const change = async (status: string) =>
      t.call('PATCH', `/api/v1/people/${into.id}`, {
        body: { status },
        headers: { 'if-match': (await t.call('GET', `/api/v1/people/${into.id}`)).etag },
      });
    t.clock.advance({ minutes: 1 });
    expect((await change('left')).body.active).toBe(false);
    expect(await one(from.id)).toMatchObject({ status: 'left', active: false });
    const [entry] = await t.sql<any>(
      `SELECT data FROM audit_entries WHERE type = 'people.persons-ended' ORDER BY id DESC LIMIT 1`,
    );
    expect([...entry.data.persons].sort()).toEqual([into.id, from.id].sort());
    t.clock.advance({ minutes: 1 });
    await change('active');
    const patch = await t.call('PATCH', `/api/v1/people/${from.id}`, {
      body: { department: 'x' },
      headers: { 'if-match': (await t.call('GET', `/api/v1/people/${from.id}`)).etag },
    });
    expect(patch.body).toMatchObject({ code: 'people.person-is-merged', mergedInto: into.id });

    // And the mistake is taken back, record by record, to where each came from.
    const wrong = (await records(into.id)).find(({ mergedFrom }) => mergedFrom === from.id);
    const separated = await post(`${into.id}/separations`, { record: wrong.id, reason: 'two badges after all' });
    expect([separated.status, separated.body]).toEqual([200, { id: from.id }]);
    expect(await one(from.id)).toMatchObject({
      mergedInto: null,
      displayName: from.displayName,
      userName: from.userName,
    });
    expect(await one(into.id)).toMatchObject({ displayName: into.displayName });
    expect((await post(`${into.id}/separations`, { record: (await records(into.id))[0].id })).body.code).toBe(
      'people.nothing-to-separate',
    );
    expect((await post(`${into.id}/separations`, { record: wrong.id })).body.errors).toMatchObject([
      { pointer: '/record' },
    ]);
  });

  it('that a rule put together wrongly is taken apart, and stays so', async () => {
    const person = await named('Sample Person 01');
    const record = (await records(person.id)).find(({ feed }) => feed.kind === 'scim');
    const { body } = await post(`${person.id}/separations`, { record: record.id });
    expect(await one(body.id)).toMatchObject({ displayName: 'S. Person', department: 'SCIM department' });
    expect(await one(person.id)).toMatchObject({ displayName: 'Sample Person 01', position: null });
    await t.call('PATCH', `/scim/v2/Users/${record.id}`, {
      token: scim,
      body: { Operations: [{ op: 'replace', path: 'title', value: 'Analyst' }] },
    });
    await importPeople(
      'E1,one@sample.example,Sample Person 01,,Moved\nE2,two@sample.example,Sample Person 02,E1,HR department\n',
    );
    expect([(await one(body.id)).position, (await one(person.id)).position, (await one(person.id)).department]).toEqual(
      ['Analyst', null, 'Moved'],
    );
    expect((await one((await named('Sample Person 02')).id)).manager.id).toBe(person.id);
    const matches = (await t.call('GET', '/api/v1/people/possible-matches?limit=200')).body.data;
    expect(matches.some(({ person: a, other: b }: any) => [a.id, b.id].includes(body.id))).toBe(false);
  });
});
