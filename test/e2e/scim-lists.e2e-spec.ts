import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { client, type Client, ENTERPRISE, USER } from '../support/scim.js';

describe('lists of the SCIM server', () => {
  let t: TestApp;
  let c: Client;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    t = await startApp();
    c = await client(t);
    for (const [userName, more] of [
      [
        'Alpha@Sample.example',
        {
          externalId: 'X-1',
          title: 'Engineer',
          emails: [{ value: 'Alpha.Work@sample.example', type: 'work', primary: true }],
          name: { familyName: "O'Sample" },
        },
      ],
      [
        'bravo@sample.example',
        {
          externalId: 'x-1',
          title: 'engineer',
          emails: [{ value: 'bravo@home.example', type: 'home' }],
          [ENTERPRISE]: { department: 'Finance' },
        },
      ],
      ['charlie@sample.example', { active: false, userType: '100%_\\ "quoted"' }],
      ['delta', { displayName: 'Zulu', locale: 'de-CH' }],
    ] as const) {
      ids[userName] = (await c.add(userName, more)).id;
      t.clock.advance({ minutes: 1 });
    }
  });
  afterAll(() => t.close());
  const all = ['Alpha@Sample.example', 'bravo@sample.example', 'charlie@sample.example', 'delta'];

  it.each<[string, readonly string[]]>([
    ['userName eq "ALPHA@SAMPLE.EXAMPLE"', ['Alpha@Sample.example']],
    ['userName eq "nobody"', []],
    ['userName ne "delta"', all.slice(0, 3)],
    ['userName sw "A"', ['Alpha@Sample.example']],
    ['userName ew ".example"', all.slice(0, 3)],
    ['userName co "%"', []],
    ['userType co "%_\\\\ \\"QUOTED"', ['charlie@sample.example']],
    ['userName gt "bravo@sample.example"', ['charlie@sample.example', 'delta']],
    ['externalId eq "x-1"', ['bravo@sample.example']],
    ['active eq false', ['charlie@sample.example']],
    ['active eq "False"', ['charlie@sample.example']],
    ['active ne false', ['Alpha@Sample.example', 'bravo@sample.example', 'delta']],
    ['title eq "ENGINEER"', ['Alpha@Sample.example', 'bravo@sample.example']],
    ['title pr', ['Alpha@Sample.example', 'bravo@sample.example']],
    ['not (title pr)', ['charlie@sample.example', 'delta']],
    ['title ne "engineer"', ['charlie@sample.example', 'delta']],
    ['name.familyName eq "o\'sample"', ['Alpha@Sample.example']],
    ['name pr', ['Alpha@Sample.example']],
    ['emails eq "alpha.work@SAMPLE.example"', ['Alpha@Sample.example']],
    ['emails.value eq "bravo@home.example"', ['bravo@sample.example']],
    ['emails[type eq "work" and value co "sample"]', ['Alpha@Sample.example']],
    ['emails[type eq "work" and value eq "bravo@home.example"]', []],
    ['emails[primary eq true]', ['Alpha@Sample.example']],
    ['emails.type ne "work"', ['bravo@sample.example', 'charlie@sample.example', 'delta']],
    ['emails pr', ['Alpha@Sample.example', 'bravo@sample.example']],
    [`${ENTERPRISE}:department eq "finance"`, ['bravo@sample.example']],
    [`${ENTERPRISE}:manager pr`, []],
    ['displayName eq "zulu" or externalId eq "X-1"', ['Alpha@Sample.example', 'delta']],
    ['userName eq "delta" and (active eq true and locale sw "de")', ['delta']],
    ['meta.created gt "2026-03-01T08:01:30Z"', ['charlie@sample.example', 'delta']],
    ['meta.lastModified le "2026-03-01T08:00:00.000Z"', ['Alpha@Sample.example']],
    ['meta.resourceType eq "User"', all],
    ['id eq "no-uuid"', []],
    ['groups pr', []],
    ['userName eq "x\'; DROP TABLE person_records; --"', []],
  ])('filter by %s', async (filter, expected) => {
    expect(await c.find(filter)).toEqual(expected);
  });

  it('answer 200 and an empty list to the connection test of Entra, and to that of Okta', async () => {
    const entra = await c.call('GET', `/Users?filter=userName+eq+%22${crypto.randomUUID()}%22`);
    expect([entra.status, entra.body]).toEqual([
      200,
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 0,
        startIndex: 1,
        itemsPerPage: 0,
        Resources: [],
      },
    ]);
    const okta = await c.call('GET', '/Users?startIndex=1&count=2');
    expect(okta.body).toMatchObject({ totalResults: 4, startIndex: 1, itemsPerPage: 2 });
    expect((await c.call('GET', '/Groups?count=100')).body).toMatchObject({ totalResults: 0, Resources: [] });
  });

  it('page from one, and take numbers out of range as the standard says', async () => {
    const names = async (query: string) => {
      const { body } = await c.call('GET', `/Users?${query}`);
      return [
        body.totalResults,
        body.startIndex,
        body.itemsPerPage,
        ...body.Resources.map(({ userName }: any) => userName),
      ];
    };
    expect(await names('startIndex=2&count=2')).toEqual([4, 2, 2, all[1], all[2]]);
    expect(await names('startIndex=0&count=1')).toEqual([4, 1, 1, all[0]]);
    expect(await names('startIndex=-5&count=-1')).toEqual([4, 1, 0]);
    expect(await names('count=0')).toEqual([4, 1, 0]);
    expect(await names('startIndex=9')).toEqual([4, 9, 0]);
    expect(await names('count=1000000')).toEqual([4, 1, 4, ...all]);
  });

  it('sort, both ways, by text without regard to case', async () => {
    const names = async (query: string) =>
      (await c.call('GET', `/Users?${query}`)).body.Resources.map(({ userName }: any) => userName);
    expect(await names('sortBy=userName&sortOrder=descending')).toEqual([...all].reverse());
    expect((await names('sortBy=title'))[0]).toBe('Alpha@Sample.example');
    expect((await names('sortBy=emails.value&sortOrder=descending')).slice(0, 2)).toEqual([
      'bravo@sample.example',
      'Alpha@Sample.example',
    ]);
    expect(await names('sortBy=meta.created&sortOrder=descending')).toEqual([...all].reverse());
  });

  it('give the attributes that were asked for, and always id and schemas', async () => {
    const { body } = await c.call('GET', '/Users?attributes=userName,emails.type&count=1');
    expect(body.Resources[0]).toEqual({
      schemas: [USER],
      id: ids['Alpha@Sample.example'],
      userName: 'Alpha@Sample.example',
      emails: [{ type: 'work' }],
    });
    const without = (
      await c.call('GET', `/Users/${ids['Alpha@Sample.example']}?excludedAttributes=emails,name.familyName,id`)
    ).body;
    expect([without.emails, without.name, without.id]).toEqual([undefined, {}, ids['Alpha@Sample.example']]);
    expect((await c.call('GET', '/Users?attributes=userName&excludedAttributes=emails')).body.scimType).toBe(
      'invalidValue',
    );
    const search = await c.call('POST', '/Users/.search', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'userName eq "delta"',
      attributes: ['userName'],
      count: 5,
    });
    expect([search.status, search.body.Resources]).toEqual([
      200,
      [{ schemas: [USER], id: ids.delta, userName: 'delta' }],
    ]);
  });
});
