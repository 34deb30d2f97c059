import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { fileForm } from '../support/files.js';
import { client, type Client, ENTERPRISE, ERROR, GROUP, PATCH, USER } from '../support/scim.js';

describe('the SCIM server', () => {
  let t: TestApp;
  let c: Client;
  beforeAll(async () => {
    t = await startApp();
    c = await client(t);
  });
  afterAll(() => t.close());

  it('says what it can do, and does not claim bulk', async () => {
    const { status, headers, body } = await c.call('GET', '/ServiceProviderConfig');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/scim+json; charset=utf-8']);
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [{ type: 'oauthbearertoken' }],
    });
    const types = (await c.call('GET', '/ResourceTypes')).body;
    expect(types).toMatchObject({
      totalResults: 2,
      Resources: [
        { id: 'User', endpoint: '/Users', schemaExtensions: [{ schema: ENTERPRISE, required: false }] },
        { id: 'Group' },
      ],
    });
    const schemas = (await c.call('GET', '/Schemas')).body;
    expect(schemas.Resources.map(({ id }: any) => id)).toEqual([USER, ENTERPRISE, GROUP]);
    expect((await c.call('GET', `/Schemas/${ENTERPRISE}`)).body.attributes.map(({ name }: any) => name)).toContain(
      'manager',
    );
    expect((await c.call('GET', '/Schemas/urn:unknown')).status).toBe(404);
  });

  it('lets in nobody but a token with the role ingest, and says so in its own form', async () => {
    for (const [token, expected] of [
      [null, 401],
      ['mdt_wrong', 401],
      [await t.token('admin', 'auditor'), 403],
      [await t.token('viewer'), 403],
    ] as const) {
      const answer = await t.call('GET', '/scim/v2/Users', { token });
      expect([answer.status, JSON.parse(String(answer.body))]).toEqual([
        expected,
        { schemas: [ERROR], status: String(expected), detail: expect.any(String) },
      ]);
    }
    // And the other way round: that token reads nothing else.
    for (const path of ['people', 'units', 'identities', 'audit-entries', 'people/feeds'])
      expect((await t.call('GET', `/api/v1/${path}`, { token: c.token })).status).toBe(403);
  });

  it('adds a person, with the extension, and gives back what it keeps', async () => {
    const answer = await c.call('POST', '/Users', {
      schemas: [USER, ENTERPRISE],
      userName: 'Sample.Person.01@sample.example',
      externalId: 'ext-01',
      NAME: { GivenName: 'Sample', familyName: 'Person 01' },
      displayName: 'Sample Person 01',
      title: 'Engineer',
      userType: 'Employee',
      password: 'never kept',
      active: true,
      emails: [{ value: 'sample.person.01@sample.example', type: 'work', primary: 'True' }],
      shoeSize: 44,
      id: 'mine',
      meta: { version: 'x' },
      [ENTERPRISE]: { employeeNumber: '701', department: 'Platform', costCenter: '4130' },
    });
    expect(answer.status).toBe(201);
    const { id, meta } = answer.body;
    expect(answer.headers.get('location')).toBe(meta.location);
    expect(meta.location).toBe(`${t.url.replace(/\/$/, '')}/scim/v2/Users/${id}`);
    expect(answer.etag).toBe('W/"1"');
    const expected = {
      schemas: [USER, ENTERPRISE],
      id,
      externalId: 'ext-01',
      userName: 'Sample.Person.01@sample.example',
      name: { givenName: 'Sample', familyName: 'Person 01' },
      displayName: 'Sample Person 01',
      title: 'Engineer',
      userType: 'Employee',
      active: true,
      emails: [{ value: 'sample.person.01@sample.example', type: 'work', primary: true }],
      [ENTERPRISE]: { employeeNumber: '701', department: 'Platform', costCenter: '4130' },
      meta: {
        resourceType: 'User',
        created: t.clock.now().toISOString(),
        lastModified: t.clock.now().toISOString(),
        location: meta.location,
        version: 'W/"1"',
      },
    };
    expect(answer.body).toEqual(expected);
    expect(await c.get(id)).toEqual(expected);
    const [person] = (await t.call('GET', '/api/v1/people?q=Sample Person 01')).body.data;
    expect(person).toMatchObject({
      active: true,
      department: 'Platform',
      position: 'Engineer',
      workerType: 'Employee',
      email: 'sample.person.01@sample.example',
    });
    expect(JSON.stringify(await t.sql('SELECT document FROM person_records'))).not.toContain('never kept');
  });

  it('answers 409 to a user name it has, whatever the case; another feed may have it too', async () => {
    await c.add('Twice.Name');
    const again = await c.call('POST', '/Users', { schemas: [USER], userName: 'tWICE.nAME' });
    expect([again.status, again.body]).toEqual([
      409,
      { schemas: [ERROR], status: '409', scimType: 'uniqueness', detail: expect.any(String) },
    ]);
    const other = await c.add('Other.Name');
    expect((await c.patch(other.id, { op: 'replace', path: 'userName', value: 'TWICE.NAME' })).status).toBe(409);
    expect(
      (await c.call('PUT', `/Users/${other.id}`, { schemas: [USER], userName: 'twice.name', active: true })).status,
    ).toBe(409);
    const second = await client(t);
    await second.add('twice.name');
    const both = await Promise.all(
      ['at.once', 'AT.ONCE'].map((userName) => c.call('POST', '/Users', { schemas: [USER], userName })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('shows a client the people of its own feed and nothing else', async () => {
    const mine = await c.add('mine.alone');
    const second = await client(t);
    expect((await second.call('GET', '/Users')).body.totalResults).toBe(0);
    for (const [method, body] of [
      ['GET'],
      ['PUT', { schemas: [USER], userName: 'x' }],
      ['PATCH', { schemas: [PATCH], Operations: [{ op: 'replace', value: { active: false } }] }],
      ['DELETE'],
    ] as const)
      expect((await second.call(method, `/Users/${mine.id}`, body)).status).toBe(404);
    const group = await second.call('POST', '/Groups', {
      schemas: [GROUP],
      displayName: 'Strangers',
      members: [{ value: mine.id }],
    });
    expect([group.status, group.body.scimType]).toEqual([400, 'invalidValue']);
    expect(await c.get(mine.id)).toMatchObject({ active: true });
  });

  it('refuses what it cannot take, in the words of the standard', async () => {
    const user = await c.add('refusals');
    const cases: [string, string, unknown, number, string | null][] = [
      ['POST', '/Users', { schemas: [USER] }, 400, 'invalidValue'],
      ['POST', '/Users', { schemas: [USER], userName: 7, name: 'x' }, 400, 'invalidValue'],
      ['POST', '/Users', { schemas: [USER], userName: 'y', active: 'maybe' }, 400, 'invalidValue'],
      ['POST', '/Users', { schemas: [USER], userName: 'y', active: null }, 400, 'invalidValue'],
      ['POST', '/Users', [], 400, 'invalidSyntax'],
      ['POST', '/Users', '{"userName":', 400, 'invalidSyntax'],
      ['POST', '/Users', { schemas: [USER], userName: 'nul\u0000' }, 400, 'invalidValue'],
      [
        'POST',
        '/Users',
        {
          schemas: [USER],
          userName: 'y',
          emails: [
            { value: 'a@b', primary: true },
            { value: 'c@d', primary: true },
          ],
        },
        400,
        'invalidValue',
      ],
      ['PATCH', `/Users/${user.id}`, { schemas: [PATCH] }, 400, 'invalidSyntax'],
      [
        'PATCH',
        `/Users/${user.id}`,
        { schemas: [PATCH], Operations: [{ op: 'move', path: 'title' }] },
        400,
        'invalidSyntax',
      ],
      [
        'PATCH',
        `/Users/${user.id}`,
        { schemas: [PATCH], Operations: [{ op: 'replace', path: 'shoeSize', value: 44 }] },
        400,
        'invalidPath',
      ],
      [
        'PATCH',
        `/Users/${user.id}`,
        { schemas: [PATCH], Operations: [{ op: 'replace', path: 'id', value: 'x' }] },
        400,
        'mutability',
      ],
      [
        'PATCH',
        `/Users/${user.id}`,
        { schemas: [PATCH], Operations: [{ op: 'remove', path: 'userName' }] },
        400,
        'mutability',
      ],
      ['PATCH', `/Users/${user.id}`, { schemas: [PATCH], Operations: [{ op: 'remove' }] }, 400, 'noTarget'],
      [
        'PATCH',
        `/Users/${user.id}`,
        { schemas: [PATCH], Operations: [{ op: 'replace', path: 'emails[value co "x"].type', value: 'work' }] },
        400,
        'noTarget',
      ],
      [
        'PATCH',
        `/Users/${user.id}`,
        { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: 'Nope' }] },
        400,
        'invalidValue',
      ],
      [
        'PATCH',
        `/Users/${user.id}`,
        { schemas: [PATCH], Operations: [{ op: 'replace', path: 'emails[type eq "work"', value: 'x' }] },
        400,
        'invalidPath',
      ],
      ['GET', '/Users?filter=userName%20like%20%22x%22', undefined, 400, 'invalidFilter'],
      ['GET', '/Users?filter=password%20eq%20%22x%22', undefined, 400, 'invalidFilter'],
      ['GET', '/Users?filter=active%20gt%20true', undefined, 400, 'invalidFilter'],
      ['GET', '/Users?filter=meta.created%20gt%20%22yesterday%22', undefined, 400, 'invalidFilter'],
      ['GET', '/Users?count=ten', undefined, 400, 'invalidValue'],
      ['GET', '/Users?sortBy=shoeSize', undefined, 400, 'invalidPath'],
      ['GET', '/Users/no-such-id', undefined, 404, null],
      ['GET', '/Users/00000000-0000-7000-8000-000000000000', undefined, 404, null],
      ['GET', '/Bulk', undefined, 404, null],
    ];
    for (const [method, path, body, status, scimType] of cases) {
      const answer = await c.call(method, path, body);
      expect([method, path, body, answer.status, answer.body]).toEqual([
        method,
        path,
        body,
        status,
        { schemas: [ERROR], status: String(status), ...(scimType ? { scimType } : {}), detail: expect.any(String) },
      ]);
    }
    expect(await c.get(user.id)).toMatchObject({ active: true, meta: { version: 'W/"1"' } });
  });

  it('says where to read about an error, which its own form has no place for', async () => {
    const helpOf = async (path: string) =>
      /\/problems\/([^>]+)>; rel="help"/.exec((await c.call('GET', path)).headers.get('link') ?? '')?.[1];
    expect(await helpOf('/Users?count=ten')).toBe('people.scim-request-refused');
    expect(await helpOf('/Users/no-such-id')).toBe('request.not-found');
    expect(await helpOf('/ServiceProviderConfig')).toBeUndefined();
  });

  describe('switches a person off and on as Entra does', () => {
    it.each([
      [
        'with text for a truth value and a capital operation',
        { op: 'Replace', path: 'active', value: 'False' },
        { op: 'Replace', path: 'active', value: 'True' },
      ],
      [
        'with a boolean, under aadOptscim062020',
        { op: 'replace', value: { active: false } },
        { op: 'replace', value: { active: true } },
      ],
      [
        'with add in place of replace',
        { op: 'Add', path: 'active', value: 'False' },
        { op: 'Add', path: 'active', value: 'True' },
      ],
      [
        'as Okta does, without a path',
        { op: 'replace', value: { active: false } },
        { op: 'replace', value: { active: true } },
      ],
      [
        'with a value within a value',
        { op: 'Replace', path: `${USER}:active`, value: 'false' },
        { op: 'Replace', value: { Active: 'true' } },
      ],
    ])('%s', async (title, off, on) => {
      const user = await c.add(`switched ${title}`);
      const person = async () => (await t.call('GET', `/api/v1/people/${user.id}`)).body;
      expect(await person()).toMatchObject({ active: true, status: 'active' });
      const answer = await c.patch(user.id, off);
      expect([answer.status, answer.body.active]).toEqual([200, false]);
      // Soft deleted: still there for who asks.
      expect((await c.get(user.id)).active).toBe(false);
      expect(await person()).toMatchObject({ active: false, status: 'left', leavesAt: t.clock.now().toISOString() });
      const ended = () =>
        t.sql(`SELECT 1 FROM audit_entries WHERE type = 'people.persons-ended' AND target_id = $1`, [user.id]);
      expect(await ended()).toHaveLength(1);
      // The same again changes nothing, and tells nobody twice.
      expect((await c.patch(user.id, off)).etag).toBe(answer.etag);
      expect(await ended()).toHaveLength(1);
      expect((await c.patch(user.id, on)).body.active).toBe(true);
      expect(await person()).toMatchObject({ active: true, status: 'active', leavesAt: null });
    });

    it('as Okta does by PUT, and a PUT that does not say leaves them as they are', async () => {
      const user = await c.add('okta.put', { displayName: 'Before' });
      const put = (more: object) =>
        c.call('PUT', `/Users/${user.id}`, { schemas: [USER], userName: 'okta.put', ...more });
      expect((await put({ active: false })).body).toMatchObject({ active: false });
      expect((await put({ displayName: 'After' })).body).toMatchObject({ active: false, displayName: 'After' });
      expect((await put({ active: true })).body.displayName).toBeUndefined();
    });

    it('by DELETE, after which the user name is free again', async () => {
      const user = await c.add('deleted.person', { emails: [{ value: 'deleted@sample.example', type: 'work' }] });
      expect((await c.call('DELETE', `/Users/${user.id}`)).status).toBe(204);
      expect((await c.call('GET', `/Users/${user.id}`)).status).toBe(404);
      expect((await c.call('DELETE', `/Users/${user.id}`)).status).toBe(404);
      expect((await t.call('GET', `/api/v1/people/${user.id}`)).body).toMatchObject({ active: false, status: 'left' });
      const back = await c.add('Deleted.Person');
      expect(back.id).not.toBe(user.id);
    });
  });

  it('takes every shape in which Entra changes attributes', async () => {
    const boss = await c.add('entra.boss', { displayName: 'Sample Person 02' });
    const user = await c.add('entra.person', {
      emails: [
        { value: 'old@sample.example', type: 'work', primary: true },
        { value: 'home@sample.example', type: 'home' },
      ],
    });
    const answer = await c.patch(
      user.id,
      { op: 'Replace', path: 'displayName', value: 'Sample Person 03' },
      { op: 'Add', path: 'name.givenName', value: 'Sample' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@sample.example' },
      { op: 'Add', path: 'emails[type eq "other"].value', value: 'other@sample.example' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+41 44 000 00 00' },
      { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Sample City' },
      { op: 'Add', path: `${ENTERPRISE}:manager`, value: boss.id },
      { op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Finance' },
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      displayName: 'Sample Person 03',
      name: { givenName: 'Sample' },
      emails: [
        { value: 'new@sample.example', type: 'work', primary: true },
        { value: 'home@sample.example', type: 'home' },
        { value: 'other@sample.example', type: 'other' },
      ],
      phoneNumbers: [{ value: '+41 44 000 00 00', type: 'mobile' }],
      addresses: [{ locality: 'Sample City', type: 'work' }],
      [ENTERPRISE]: { manager: { value: boss.id }, department: 'Finance' },
    });
    expect((await t.call('GET', `/api/v1/people/${user.id}`)).body).toMatchObject({
      manager: { displayName: 'Sample Person 02' },
      department: 'Finance',
      email: 'new@sample.example',
    });

    const pathless = await c.patch(user.id, {
      op: 'replace',
      value: {
        displayName: 'Sample Person 04',
        'name.familyName': 'Person 04',
        [`${ENTERPRISE}:employeeNumber`]: 704,
        [ENTERPRISE]: { costCenter: '1' },
        'emails[type eq "work"].value': 'newer@sample.example',
        unknownAttribute: 'is left out',
      },
    });
    expect(pathless.body).toMatchObject({
      displayName: 'Sample Person 04',
      name: { givenName: 'Sample', familyName: 'Person 04' },
      [ENTERPRISE]: { employeeNumber: '704', costCenter: '1', department: 'Finance' },
    });
    expect(pathless.body.emails[0].value).toBe('newer@sample.example');

    for (const manager of [[{ $ref: 'x', value: boss.id }], { value: boss.id }, boss.id]) {
      await c.patch(user.id, { op: 'Remove', path: `${ENTERPRISE}:manager` });
      expect((await c.get(user.id))[ENTERPRISE].manager).toBeUndefined();
      await c.patch(user.id, { op: 'Replace', path: `${ENTERPRISE}:manager`, value: manager });
      expect((await c.get(user.id))[ENTERPRISE].manager.value).toBe(boss.id);
    }
    const removed = await c.patch(
      user.id,
      { op: 'Remove', path: 'emails[type eq "home"]' },
      { op: 'Remove', path: 'addresses' },
      { op: 'Remove', path: 'phoneNumbers[type eq "mobile"].value' },
      { op: 'Remove', path: 'name.givenName' },
    );
    expect(removed.body.emails.map(({ type }: any) => type)).toEqual(['work', 'other']);
    expect([removed.body.addresses, removed.body.phoneNumbers, removed.body.name]).toEqual([
      undefined,
      undefined,
      { familyName: 'Person 04' },
    ]);
    const primary = await c.patch(user.id, {
      op: 'add',
      path: 'emails',
      value: [{ value: 'first@sample.example', type: 'home', primary: true }],
    });
    expect(primary.body.emails.filter((email: any) => email.primary).map(({ value }: any) => value)).toEqual([
      'first@sample.example',
    ]);
  });

  it('carries out all operations of a PATCH or none', async () => {
    const user = await c.add('all.or.none', { title: 'Before' });
    const answer = await c.patch(
      user.id,
      { op: 'replace', path: 'title', value: 'After' },
      { op: 'replace', path: 'active', value: 'neither' },
    );
    expect(answer.status).toBe(400);
    expect(await c.get(user.id)).toMatchObject({ title: 'Before', meta: { version: 'W/"1"' } });
  });

  it('keeps versions: If-Match guards a change, If-None-Match spares an answer', async () => {
    const user = await c.add('versions');
    const change = (title: string, etag: string) =>
      c.call(
        'PATCH',
        `/Users/${user.id}`,
        { schemas: [PATCH], Operations: [{ op: 'replace', path: 'title', value: title }] },
        { 'if-match': etag },
      );
    const both = await Promise.all([change('A', 'W/"1"'), change('B', 'W/"1"')]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(both.find(({ status }) => status === 412)!.body).toMatchObject({ schemas: [ERROR], status: '412' });
    expect((await change('C', '*')).status).toBe(200);
    expect((await change('D', '"not ours"')).status).toBe(412);
    expect((await c.call('DELETE', `/Users/${user.id}`, undefined, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await c.call('GET', `/Users/${user.id}`, undefined, { 'if-none-match': 'W/"3"' })).status).toBe(304);
    expect((await c.call('GET', `/Users/${user.id}`, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(200);
  });
});

describe('a SCIM feed beside an HR file', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await startApp();
  });
  afterAll(() => t.close());

  it('knows the same person, by number or address, as one', async () => {
    const csv =
      'employeeId,workEmail,displayName,department,status\nE1,one@sample.example,Sample Person 01,HR says,active\nE2,two@sample.example,Sample Person 02,HR says,active\n';
    await t.call('POST', '/api/v1/people/imports', { form: fileForm({}, csv, 'people.csv') });
    await t.settle();
    const c = await client(t);
    const one = await c.add('ONE@sample.example', { title: 'Engineer', [ENTERPRISE]: { department: 'SCIM says' } });
    const two = await c.add('second', { [ENTERPRISE]: { employeeNumber: 'E2' } });
    await c.add('third');
    const people = (await t.call('GET', '/api/v1/people')).body.data;
    expect(people.map(({ displayName, department, position }: any) => [displayName, department, position])).toEqual([
      ['Sample Person 01', 'HR says', 'Engineer'],
      ['Sample Person 02', 'HR says', null],
      ['third', null, null],
    ]);
    // Whoever speaks last of somebody's leaving or coming is believed.
    t.clock.advance({ minutes: 1 });
    await c.patch(one.id, { op: 'Replace', path: 'active', value: 'False' });
    await c.patch(two.id, { op: 'Replace', path: 'title', value: 'Analyst' });
    const after = (await t.call('GET', '/api/v1/people')).body.data;
    expect(after.map(({ active, position }: any) => [active, position])).toEqual([
      [false, 'Engineer'],
      [true, 'Analyst'],
      [true, null],
    ]);
  });
});
