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
