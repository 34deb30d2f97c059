import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { client, type Client, GROUP, PATCH } from '../support/scim.js';

describe('groups of the SCIM server', () => {
  let t: TestApp;
  let c: Client;
  let people: string[];
  beforeAll(async () => {
    t = await startApp();
    c = await client(t);
    people = [];
    for (const n of [1, 2, 3, 4]) people.push((await c.add(`member.${n}`)).id);
  });
  afterAll(() => t.close());
  const members = async (id: string): Promise<string[]> =>
    ((await c.call('GET', `/Groups/${id}`)).body.members ?? []).map(({ display }: any) => display).sort();
  const patch = (id: string, ...Operations: unknown[]) =>
    c.call('PATCH', `/Groups/${id}`, { schemas: [PATCH], Operations });

  it('are kept with their members, under one name whatever the case', async () => {
    const answer = await c.call('POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'Sample Group',
      externalId: 'g-1',
      members: [{ value: people[0] }],
    });
    expect(answer.status).toBe(201);
    const { id } = answer.body;
    expect(answer.body).toMatchObject({
      displayName: 'Sample Group',
      externalId: 'g-1',
      members: [{ value: people[0], display: 'member.1', type: 'User' }],
    });
    expect((await c.call('POST', '/Groups', { schemas: [GROUP], displayName: 'sample GROUP' })).body).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    });
    expect((await c.get(people[0]!)).groups).toEqual([
      { value: id, $ref: expect.stringContaining(id), display: 'Sample Group', type: 'direct' },
    ]);
    expect(await c.find(`groups.value eq "${id}"`)).toEqual(['member.1']);
    const found = await c.call(
      'GET',
      '/Groups?filter=displayName%20eq%20%22SAMPLE%20group%22&excludedAttributes=members',
    );
    expect(found.body.Resources).toMatchObject([{ id }]);
    expect(found.body.Resources[0].members).toBeUndefined();
    expect(
      (await c.call('GET', `/Groups?filter=${encodeURIComponent(`members.value eq "${people[0]}"`)}`)).body
        .totalResults,
    ).toBe(1);
    expect(
      (
        await c.call(
          'GET',
          `/Groups?filter=${encodeURIComponent(`id eq "${id}" and members[value eq "${people[1]}"]`)}`,
        )
      ).body.totalResults,
    ).toBe(0);
  });

  it('change their members in every shape that Entra and Okta send', async () => {
    const { id } = (await c.call('POST', '/Groups', { schemas: [GROUP], displayName: 'Changing' })).body;
    const add = await patch(id, { op: 'Add', path: 'members', value: [{ value: people[0] }, { value: people[1] }] });
    expect(add.status).toBe(200);
    expect(await members(id)).toEqual(['member.1', 'member.2']);
    // A member that is there is there: nothing changes, nor does the version.
    expect((await patch(id, { op: 'Add', path: 'members', value: [{ value: people[0] }] })).etag).toBe(add.etag);
    await patch(id, { op: 'Remove', path: 'members', value: [{ value: people[0] }] });
    expect(await members(id)).toEqual(['member.2']);
    await patch(id, { op: 'add', value: { members: [{ value: people[2] }, { value: people[3] }] } });
    await patch(id, { op: 'remove', path: `members[value eq "${people[1]}"]` });
    expect(await members(id)).toEqual(['member.3', 'member.4']);
    await patch(
      id,
      { op: 'replace', value: { id, displayName: 'Renamed' } },
      { op: 'replace', path: 'members', value: [{ value: people[0] }] },
    );
    expect(await members(id)).toEqual(['member.1']);
    expect((await patch(id, { op: 'remove', path: 'members' })).body.displayName).toBe('Renamed');
    expect(await members(id)).toEqual([]);
    const put = await c.call('PUT', `/Groups/${id}`, {
      schemas: [GROUP],
      displayName: 'Put',
      members: [{ value: people[3] }],
    });
    expect(put.body.members).toMatchObject([{ value: people[3] }]);
    expect(
      (await patch(id, { op: 'add', path: 'members', value: [{ value: crypto.randomUUID() }] })).body.scimType,
    ).toBe('invalidValue');
    expect((await patch(id, { op: 'remove', path: 'displayName' })).body.scimType).toBe('mutability');
    expect((await c.call('DELETE', `/Groups/${id}`)).status).toBe(204);
    expect((await c.call('GET', `/Groups/${id}`)).status).toBe(404);
  });

  it('lose who is removed from the feed', async () => {
    const { id } = (
      await c.call('POST', '/Groups', {
        schemas: [GROUP],
        displayName: 'Losing',
        members: people.map((value) => ({ value })),
      })
    ).body;
    await c.call('DELETE', `/Users/${people[3]}`);
    expect(await members(id)).toEqual(['member.1', 'member.2', 'member.3']);
  });
});

describe('a team that is filled from a group', () => {
  let t: TestApp;
  let c: Client;
  const ids: string[] = [];
  let group: string;
  let team: string;
  beforeAll(async () => {
    t = await startApp();
    c = await client(t);
    for (const n of [1, 2, 3]) ids.push((await c.add(`member.${n}`, { displayName: `Sample Person 0${n}` })).id);
    const answer = await c.call('POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'Sample Operators',
      members: [{ value: ids[0] }, { value: ids[1] }],
    });
    group = answer.body.id;
  });
  afterAll(() => t.close());
  const read = async (): Promise<any> =>
    (await t.call('GET', '/api/v1/teams')).body.data.find(({ id }: any) => id === team);
  const names = async (): Promise<string[]> => (await read()).members.map(({ displayName }: any) => displayName);
  const patch = (...Operations: unknown[]) => c.call('PATCH', `/Groups/${group}`, { schemas: [PATCH], Operations });

  it('has the people of the group, who come and go with it, and says so in the log', async () => {
    expect((await t.call('GET', '/api/v1/people/groups?q=OPERATORS')).body.data).toMatchObject([
      { id: group, displayName: 'Sample Operators', feed: { name: expect.any(String) }, members: 2, teams: [] },
    ]);
    const made = await t.call('POST', '/api/v1/teams', { body: { name: 'Operators', group } });
    expect(made.status).toBe(201);
    team = made.body.id;
    expect(await read()).toMatchObject({ group: { id: group, displayName: 'Sample Operators' } });
    expect(await names()).toEqual(['Sample Person 01', 'Sample Person 02']);
    expect((await t.call('GET', '/api/v1/people/groups')).body.data).toMatchObject([{ teams: [{ id: team }] }]);

    const { version } = await read();
    await patch(
      { op: 'Add', path: 'members', value: [{ value: ids[2] }] },
      { op: 'Remove', path: 'members', value: [{ value: ids[0] }] },
    );
    expect(await names()).toEqual(['Sample Person 02', 'Sample Person 03']);
    expect((await read()).version).toBeGreaterThan(version);
    const people = new Map(
      (await t.call('GET', '/api/v1/people')).body.data.map(({ displayName, id }: any) => [displayName, id]),
    );
    const { data } = (await t.call('GET', '/api/v1/audit-entries?type=people.team-changed')).body;
    expect(data[0].data).toEqual({
      name: 'Operators',
      group,
      added: [people.get('Sample Person 03')],
      removed: [people.get('Sample Person 01')],
    });
    // A change that moves nobody is none of the team.
    const { version: kept } = await read();
    await patch({ op: 'Replace', path: 'displayName', value: 'Sample Operators, renamed' });
    expect((await read()).version).toBe(kept);
  });

  it('is not staffed by hand meanwhile, nor from a group that is not there', async () => {
    const [person] = (await t.call('GET', '/api/v1/people')).body.data;
    expect(
      (await t.call('POST', '/api/v1/teams', { body: { name: 'Both', group, members: [person.id] } })).body,
    ).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/members', detail: 'come from the group' }] });
    expect(
      (await t.call('POST', '/api/v1/teams', { body: { name: 'None', group: crypto.randomUUID() } })).body,
    ).toMatchObject({ code: 'request.reference-unknown', errors: [{ pointer: '/group' }] });
  });

  it('follows a person who turns out to be another, and back', async () => {
    const before = (await t.call('GET', '/api/v1/people')).body.data;
    const third = before.find(({ displayName }: any) => displayName === 'Sample Person 03');
    const other = await t.call('POST', '/api/v1/people', {
      body: { userName: 'other', displayName: 'Sample Person 09' },
    });
    const merged = await t.call('POST', `/api/v1/people/${other.body.id}/merges`, { body: { person: third.id } });
    expect(merged.status).toBeLessThan(300);
    expect((await read()).members.map(({ id }: any) => id)).toContain(other.body.id);
    expect((await read()).members).toHaveLength(2);
  });

  it('loses who is removed from the feed', async () => {
    const before = (await names()).length;
    await c.call('DELETE', `/Users/${ids[1]}`);
    expect(await names()).toHaveLength(before - 1);
    expect(await names()).not.toContain('Sample Person 02');
  });

  it('keeps who is in it when the directory deletes the group, and is staffed by hand from then on', async () => {
    const before = await names();
    expect(before).toHaveLength(1);
    expect((await c.call('DELETE', `/Groups/${group}`)).status).toBe(204);
    const after = await read();
    expect(after).toMatchObject({ group: null, members: [{ displayName: before[0] }] });
    const [entry] = (await t.call('GET', '/api/v1/audit-entries?type=people.team-changed')).body.data;
    expect(entry.data).toMatchObject({ group: null, was: group });
    expect(
      (
        await t.call('PUT', `/api/v1/teams/${team}`, {
          body: { name: 'Operators', members: [] },
          headers: { 'if-match': `"${after.version}"` },
        })
      ).status,
    ).toBe(200);
    expect(await names()).toEqual([]);
  });
});
