import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';

describe('a campaign manager of one unit', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let parcels: string;
  let depots: string;
  let freight: string;
  let token: string;
  let own: any;
  let everywhere: any;
  const at = (of: string, method: string, path: string, body?: object, headers = {}) =>
    t.call(method, `/api/v1/${path}`, { token: of, ...(body ? { body } : {}), headers });
  const unit = async (name: string, parent: string | null = null): Promise<string> => {
    const { body } = await t.call('POST', '/api/v1/units', { body: { name, ...(parent ? { parent } : {}) } });
    return body.id;
  };
  const ids = (answer: { body: { data: { id: string }[] } }): string[] => answer.body.data.map(({ id }) => id);
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    [parcels, freight] = [await unit('Parcels'), await unit('Freight')];
    depots = await unit('Depots', parcels);
    await source(t, 'services', [
      ...['p1', 'p2'].flatMap((name) => [service(name, { unit: 'Parcels' }), key(`key-${name}`, name, used(t))]),
      ...['d1'].flatMap((name) => [service(name, { unit: 'Depots' }), key(`key-${name}`, name, used(t))]),
      ...['f1'].flatMap((name) => [service(name, { unit: 'Freight' }), key(`key-${name}`, name, used(t))]),
    ]);
    for (const name of ['p1', 'd1', 'f1']) await o.own(name, 3);
    await o.own('p2', 4);
    await t.settle();
    token = await t.token({ role: 'campaign-manager', scope: { unit: parcels } });
    everywhere = await o.campaign({ name: 'Everywhere', scope: { subject: 'credential' }, reviewers: ['owner'] });
  });
  afterAll(() => t.close());

  it('is refused a campaign that asks beyond the unit, and told which unit it is', async () => {
    const make = (scope: object) => at(token, 'POST', 'campaigns', { name: 'Mine', scope, reviewers: ['owner'] });
    const refused = await make({ subject: 'credential' });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'certification.scope-beyond-role', errors: [{ pointer: '/scope' }] },
    });
    expect(refused.body.detail).toContain('Your role holds within the unit "Parcels", and');
    // Freight is another's; so is what lies below Parcels.
    for (const scope of [
      { unit: freight },
      { unit: [parcels, freight] },
      { unit: parcels },
      { unitAlone: [parcels, depots] },
    ])
      expect((await make({ subject: 'credential', ...scope })).body.code).toBe('certification.scope-beyond-role');
    const template = { name: 'Mine', template: 'quarterly-ai-credentials' };
    expect((await at(token, 'POST', 'campaigns', template)).status).toBe(403);
    expect(await t.sql('SELECT name FROM campaigns')).toEqual([{ name: 'Everywhere' }]);
  });

  it('runs one within the unit from the draft to the results', async () => {
    const made = await at(token, 'POST', 'campaigns', {
      name: 'Parcels',
      scope: { subject: 'credential', unitAlone: parcels },
      reviewers: ['owner'],
    });
    expect(made.status).toBe(201);
    own = made.body;
    const widened = await at(
      token,
      'PATCH',
      `campaigns/${own.id}`,
      { scope: { subject: 'credential' } },
      { 'if-match': '"1"' },
    );
    expect(widened.body.code).toBe('certification.scope-beyond-role');
    const renamed = await at(token, 'PATCH', `campaigns/${own.id}`, { name: 'Parcels, Q1' }, { 'if-match': '"1"' });
    expect(renamed.body).toMatchObject({ name: 'Parcels, Q1', scope: { unitAlone: [parcels] } });
    expect((await at(token, 'POST', `campaigns/${own.id}/preview`, {})).body.population).toBe(2);
    expect((await at(token, 'POST', `campaigns/${own.id}/launch`, {})).body).toMatchObject({
      status: 'running',
      counts: { items: 2 },
    });
    expect(ids(await at(token, 'GET', 'campaigns'))).toEqual([own.id]);
    const items = await at(token, 'GET', `campaigns/${own.id}/items`);
    expect(items.body.data.map(({ subject }: any) => subject.displayName).sort()).toEqual(['key-p1', 'key-p2']);
    expect((await at(token, 'POST', `campaigns/${own.id}/remind`, {})).body).toEqual({ people: 2 });
    expect((await at(token, 'GET', `campaigns/${own.id}/results`)).body.completeness.frozen).toBe(2);
    expect((await at(token, 'GET', `campaigns/${own.id}/results.csv`)).body).not.toContain('key-f1');
    const cloned = await at(token, 'POST', `campaigns/${own.id}/clone`, {});
    expect(cloned.status).toBe(201);
    expect(
      (await at(token, 'POST', `campaigns/${own.id}/clone`, { scope: { subject: 'credential', unit: freight } }))
        .status,
    ).toBe(403);
    expect((await at(token, 'POST', `campaigns/${cloned.body.id}/cancel`, { reason: 'enough' })).status).toBe(200);
  });

  it('neither sees nor touches a campaign over the whole organisation, or over another unit', async () => {
    const { body: another } = await at(o.manager, 'POST', 'campaigns', {
      name: 'Freight',
      scope: { subject: 'credential', unit: freight },
      reviewers: ['owner'],
    });
    await o.launch(everywhere.id);
    for (const { id } of [everywhere, another]) {
      for (const path of ['', '/items', '/results', '/results.csv'])
        expect([path, (await at(token, 'GET', `campaigns/${id}${path}`)).status]).toEqual([path, 404]);
      for (const [step, body] of [
        ['launch', {}],
        ['preview', {}],
        ['clone', {}],
        ['close', { reason: 'x' }],
        ['cancel', { reason: 'x' }],
        ['remind', {}],
        ['reassign', { to: o.people[5], from: o.people[3], reason: 'x' }],
      ] as const)
        expect([step, (await at(token, 'POST', `campaigns/${id}/${step}`, body)).status]).toEqual([step, 404]);
    }
    expect(ids(await at(token, 'GET', 'campaigns/quality'))).toEqual([own.id]);
    expect(ids(await at(o.manager, 'GET', 'campaigns/quality')).sort()).toEqual([own.id, everywhere.id].sort());
  });

  it("runs no campaign for being asked by it, and hands on nobody else's reviews", async () => {
    const asked = await t.tokenOf(o.people[3]!);
    const both = await t.call('POST', '/api/v1/tokens', {
      token: await t.token('admin'),
      body: {
        name: 'a reviewer who runs a unit',
        owner: o.people[3],
        roles: [{ role: 'campaign-manager', scope: { unit: parcels } }],
      },
    });
    const scoped: string = both.body.token;
    expect((await at(asked, 'GET', `campaigns/${everywhere.id}`)).status).toBe(200);
    expect((await at(scoped, 'GET', `campaigns/${everywhere.id}`)).status).toBe(200);
    expect((await at(scoped, 'GET', `campaigns/${everywhere.id}/results.csv`)).status).toBe(404);
    expect((await at(scoped, 'POST', `campaigns/${everywhere.id}/close`, { reason: 'x' })).status).toBe(404);
    // Naming oneself as the one who runs it gives no reach either.
    const mine = { name: 'x', scope: { subject: 'credential' }, reviewers: ['owner'], manager: o.people[3] };
    expect((await at(scoped, 'POST', 'campaigns', mine)).status).toBe(403);
    const delegation = { person: o.people[4], delegate: o.people[5], endsAt: '2026-04-01T00:00:00Z' };
    expect((await at(scoped, 'POST', 'delegations', delegation)).status).toBe(403);
    const theirs = await at(o.manager, 'POST', 'delegations', delegation);
    expect(theirs.status).toBe(201);
    expect(ids(await at(scoped, 'GET', 'delegations'))).toEqual([]);
    expect((await at(scoped, 'GET', `delegations/${theirs.body.id}`)).status).toBe(404);
    expect((await at(scoped, 'DELETE', `delegations/${theirs.body.id}`, undefined, { 'if-match': '"1"' })).status).toBe(
      404,
    );
  });

  it('counts for nothing where a route does not narrow to the unit, whatever else opens it', async () => {
    const own = await t.call('POST', '/api/v1/tokens', {
      token: await t.token('admin'),
      body: {
        name: 'somebody with many roles in one unit',
        owner: o.people[6],
        roles: (['admin', 'auditor', 'campaign-manager'] as const).map((role) => ({ role, scope: { unit: parcels } })),
      },
    });
    const scoped: string = own.body.token;
    await t.sql(
      `INSERT INTO notification_messages (id, key, kind, digest_id, person_id, subject, text, html, counts, composed_at, state, due_at, created_at)
       SELECT gen_random_uuid(), 'test', 'digest', gen_random_uuid(), $1, 'for somebody else', '', '', '{}', $2, 'sent', $2, $2`,
      [o.people[4], t.clock.now()],
    );
    expect(ids(await at(await t.token('auditor'), 'GET', 'notifications'))).toHaveLength(1);
    expect(ids(await at(scoped, 'GET', 'notifications'))).toEqual([]);
    expect((await at(scoped, 'GET', `people/${o.people[4]}/notification-preferences`)).status).toBe(404);
    expect((await at(scoped, 'GET', `people/${o.people[4]}/absences`)).status).toBe(404);
    expect(ids(await at(scoped, 'GET', 'delegations'))).toEqual([]);
  });

  it.each([
    ['source', { source: 'SOURCE' }, { source: 'SOURCE' }, {}],
    [
      'environment',
      { environment: 'production' },
      { environment: ['production'] },
      { environment: ['production', 'test'] },
    ],
    ['tag', { tag: 'team=red' }, { tags: { team: 'red' } }, { tags: { team: 'blue' } }],
    ['tag alone', { tag: 'crew' }, { tags: { crew: null } }, { tags: { other: null } }],
  ])('holds within a %s in the same way', async (_what, scope, within, beyond) => {
    const [{ id }] = (await t.call('GET', '/api/v1/sources')).body.data;
    const filled = (value: object): object =>
      JSON.parse(JSON.stringify(value).replaceAll('SOURCE', id as string)) as object;
    const scoped = await t.token({ role: 'campaign-manager', scope: filled(scope) });
    const make = (more: object) =>
      at(scoped, 'POST', 'campaigns', { name: 'x', scope: { subject: 'credential', ...filled(more) } });
    expect((await make(beyond)).body.code).toBe('certification.scope-beyond-role');
    const made = await make(within);
    expect(made.status).toBe(201);
    expect(ids(await at(scoped, 'GET', 'campaigns'))).toEqual([made.body.id]);
  });

  it('sees a small campaign that an event made when all it asks about lies in the unit', async () => {
    const put = (event: string) =>
      at(o.manager, 'PUT', `campaign-triggers/${event}`, { enabled: true }, { 'if-match': '"0"' });
    expect((await put('new-owner')).status).toBe(200);
    t.clock.advance({ minutes: 1 });
    await o.own('p2', 5);
    t.clock.advance({ minutes: 15 });
    await t.settle();
    await o.own('f1', 5);
    t.clock.advance({ minutes: 15 });
    await t.settle();
    const micro = (await at(o.manager, 'GET', 'campaigns?kind=micro')).body.data;
    expect(micro).toHaveLength(2);
    const seen = (await at(token, 'GET', 'campaigns?kind=micro')).body.data;
    expect(seen).toHaveLength(1);
    const { body } = await at(token, 'GET', `campaigns/${seen[0].id}/items`);
    expect(body.data.map(({ subject }: any) => subject.displayName)).toEqual(['p2']);
  });
});
