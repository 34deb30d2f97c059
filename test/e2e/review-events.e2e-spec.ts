import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';

describe('an event', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    await source(
      t,
      'services',
      ['a', 'b', 'c'].map((name) => service(name, { unit: 'Operations', ...used(t) })),
    );
    await o.own('a', 3);
    await o.own('b', 3);
    await t.settle();
  });
  afterAll(() => t.close());
  const put = (event: string, body: object, etag = '"0"', token = o.manager) =>
    t.call('PUT', `/api/v1/campaign-triggers/${event}`, { token, body, headers: { 'if-match': etag } });
  const micro = async () => (await t.call('GET', '/api/v1/campaigns?kind=micro')).body.data;

  it('asks nobody until it is switched on, and nobody overwrites a switch unseen', async () => {
    await o.own('a', 4);
    t.clock.advance({ minutes: 15 });
    await t.settle();
    expect(await micro()).toEqual([]);
    expect((await put('new-owner', { enabled: true }, '"0"', await o.tokenOf(3))).status).toBe(403);
    expect((await put('full-moon', { enabled: true })).status).toBe(422);
    expect((await put('new-owner', { enabled: true })).body).toMatchObject({
      event: 'new-owner',
      enabled: true,
      version: 1,
    });
    expect((await put('new-owner', { enabled: false })).status).toBe(412);
    expect(
      (await put('privilege-increase', { enabled: true, parameters: { dueInDays: 3 } })).body.parameters.dueInDays,
    ).toBe(3);
    await put('finding', { enabled: true, parameters: { severity: 'critical' } });
  });

  it('asks the new owner about what they took over, and whoever answers about what grew, once', async () => {
    t.clock.advance({ minutes: 1 });
    await o.own('b', 5);
    await source(
      t,
      'services',
      ['a', 'b', 'c'].map((name) =>
        service(name, { unit: 'Operations', ...used(t), ...(name === 'a' ? { privilege: 'admin' } : {}) }),
      ),
    );
    t.clock.advance({ minutes: 15 });
    await t.settle();
    const campaigns = await micro();
    expect(campaigns.map(({ template, status, counts }: any) => [template, status, counts.items]).sort()).toEqual([
      ['new-owner', 'running', 1],
      ['privilege-increase', 'running', 1],
    ]);
    expect((await o.mine(5)).map(({ subject }) => subject.displayName)).toEqual(['b']);
    expect((await o.mine(4)).map(({ subject }) => subject.displayName)).toEqual(['a']);
    t.clock.advance({ minutes: 30 });
    await t.settle();
    expect(await micro()).toHaveLength(2);
  });
});

describe('other events', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let agent: any;
  const rows = (over: { a?: object; c?: object } = {}) => [
    service('a', { unit: 'Operations', ...used(t), ...over.a }),
    service('b', { unit: 'Operations', ...used(t) }),
    service('c', { unit: 'Operations', ...used(t) }),
    key('key-c', 'c', { ...used(t), canExpire: true, expiresAt: '2027-01-01', ...over.c }),
  ];
  const governance = () => t.token('ai-governance');
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    await source(t, 'services', rows());
    await o.own('a', 3);
    await o.own('b', 4);
    await o.own('c', 5);
    agent = (
      await t.call('POST', '/api/v1/agents', {
        token: await governance(),
        body: {
          name: 'Planner',
          useCases: [],
          identities: [await o.identity('b')],
          model: { name: 'm', version: '1' },
        },
      })
    ).body;
    await t.settle();
    for (const [event, parameters] of [
      ['risk-increase', {}],
      ['agent-changed', {}],
      ['finding', { severity: 'low' }],
    ] as const)
      await t.call('PUT', `/api/v1/campaign-triggers/${event}`, {
        token: o.manager,
        body: { enabled: true, parameters },
        headers: { 'if-match': '"0"' },
      });
    t.clock.advance({ minutes: 1 });
  });
  afterAll(() => t.close());
  const asked = async (person: number): Promise<string[][]> => {
    t.clock.advance({ minutes: 15 });
    await t.settle();
    return (await o.mine(person)).map(({ campaign, subject }) => [campaign.name.split(':')[0], subject.displayName]);
  };

  it('ask about what became riskier', async () => {
    await source(t, 'services', rows({ a: { environment: 'production', privilege: 'write' } }));
    expect(await asked(3)).toEqual([['Risk grew', 'a']]);
  });

  it('ask about what an agent authenticates as, when the agent was changed in what it is', async () => {
    const { etag } = await t.call('GET', `/api/v1/agents/${agent.id}`);
    const changed = await t.call('PATCH', `/api/v1/agents/${agent.id}`, {
      token: await governance(),
      body: { model: { name: 'm', version: '2' } },
      headers: { 'if-match': etag },
    });
    expect(changed.status).toBe(200);
    expect(await asked(4)).toEqual([['An agent changed', 'b']]);
  });

  it('ask about what a finding of that severity is about', async () => {
    expect((await o.mine(5)).length).toBe(0);
    const production = { environment: 'production', privilege: 'write' };
    await source(t, 'services', rows({ a: production, c: { expiresAt: '2026-02-01' } }));
    expect(await asked(5)).toEqual([['Something is wrong', 'c']]);
  });
});
