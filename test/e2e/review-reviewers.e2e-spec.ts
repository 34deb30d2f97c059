import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf } from '../../src/platform/crypto/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';

describe('who is asked', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let team: string;
  const subjectsOf = async (person: number, campaign: string): Promise<string[]> =>
    (await o.mine(person, `&campaign=${campaign}`)).map(({ subject }) => subject.displayName).sort();
  const launched = async (body: object): Promise<any> => {
    const { id } = await o.campaign({ name: 'Who', ...body });
    const answer = await o.launch(id);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const ids = async (...names: string[]): Promise<{ ids: string[] }> => ({
    ids: await Promise.all(names.map((name) => o.identity(name))),
  });
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t, 9);
    const governance = await t.token('ai-governance');
    team = (await t.call('POST', '/api/v1/teams', { body: { name: 'Platform', members: [o.people[5], o.people[6]] } }))
      .body.id;
    await source(t, 'services', [
      ...['owned', 'sponsored', 'serving', 'lonely', 'away'].flatMap((name) => [
        service(name, { unit: 'Operations' }),
        key(`key-${name}`, name, used(t)),
      ]),
      { entity: 'resource', id: 'vault', name: 'Vault', attributes: { owner: 'Sample.Person.07@sample.example' } },
      { entity: 'entitlement', id: 'root', name: 'Administrator', privilege: 'admin' },
      { entity: 'grant', id: 'g', identity: 'owned', entitlement: 'root', resource: 'vault', ...used(t) },
    ]);
    await o.own('owned', 3);
    await o.own('sponsored', 3, { sponsor: 4 });
    await o.own('away', 8);
    const useCase = await t.call('POST', '/api/v1/use-cases', {
      token: governance,
      body: { name: 'Forecast', purpose: 'to know ahead', sponsor: o.people[7] },
    });
    const tied = await t.call('POST', `/api/v1/use-cases/${useCase.body.id}/identities`, {
      token: governance,
      body: { add: [await o.identity('serving')] },
    });
    expect(tied.status).toBe(200);
    await t.settle();
  });
  afterAll(() => t.close());

  it.each([
    ['its owner', ['owner'], 'owned', 3],
    ['its sponsor', ['sponsor'], 'sponsored', 4],
    ['the sponsor of its use case', ['use-case-sponsor'], 'serving', 7],
    ["its owner's manager", ['manager'], 'owned', 2],
    ['the head of its unit', ['unit-head'], 'lonely', 1],
    ['the first who is there of several', ['owner', 'sponsor', 'unit-head'], 'lonely', 1],
  ])('is %s, where the rule says so', async (_what, reviewers, name, person) => {
    const { id } = await launched({ scope: await ids(name), reviewers });
    expect(await subjectsOf(person, id)).toEqual([name]);
  });

  it('is whoever owns the resource that a privileged grant reaches, before its sponsor and never its owner', async () => {
    const { id } = await launched({ scope: { subject: 'grant' }, reviewers: ['owner'] });
    expect(await subjectsOf(7, id)).toEqual(['Administrator on Vault']);
    expect(await subjectsOf(3, id)).toEqual([]);
  });

  it('is a person or a team by name: every member sees what is theirs, and one of them decides', async () => {
    const named = await launched({ scope: await ids('lonely'), reviewers: [{ person: o.people[9] }] });
    expect(await subjectsOf(9, named.id)).toEqual(['lonely']);
    const { id } = await launched({ scope: await ids('lonely'), reviewers: [{ team }] });
    expect([await subjectsOf(5, id), await subjectsOf(6, id), await subjectsOf(3, id)]).toEqual([
      ['lonely'],
      ['lonely'],
      [],
    ]);
    const [item] = await o.mine(6, `&campaign=${id}`);
    expect(item.reviewer).toMatchObject({ id: team, kind: 'team', displayName: 'Platform' });
    const decided = await o.decide(6, item, { verdict: 'keep' });
    expect(decided.body.decision).toMatchObject({ verdict: 'keep', decidedBy: { displayName: 'Sample Person 06' } });
    expect((await o.decide(5, item, { verdict: 'revoke', reason: 'x' })).body.code).toBe(
      'certification.item-decided-meanwhile',
    );
  });

  it('is everybody of every stage where one may revoke, whatever the first said', async () => {
    const { id } = await launched({
      scope: await ids('sponsored'),
      reviewers: { stages: [{ rules: ['owner'] }, { rules: ['sponsor'] }], outcome: 'one-may-revoke' },
    });
    const [first] = await o.mine(3, `&campaign=${id}`);
    await o.decide(3, first, { verdict: 'revoke', reason: 'not needed' });
    const [second] = await o.mine(4, `&campaign=${id}`);
    expect(second).toMatchObject({ stage: 2, subject: { displayName: 'sponsored' } });
    await o.decide(4, second, { verdict: 'keep' });
    const close = await t.call('POST', `/api/v1/campaigns/${id}/close`, { token: o.manager, body: { reason: 'done' } });
    expect(close.status).toBe(200);
    const { body } = await t.call('GET', '/api/v1/actions');
    expect(body.data.map(({ kind, target }: any) => [kind, target.displayName])).toEqual([['disable', 'sponsored']]);
  });

  it('is told before the launch when they leave before it is due, or have more than they can look at', async () => {
    const path = `/api/v1/people/${o.people[9]}`;
    const { etag } = await t.call('GET', path);
    const gone = new Date(t.clock.now().getTime() + 3 * 86_400_000).toISOString();
    const leaving = await t.call('PATCH', path, { body: { leavesAt: gone }, headers: { 'if-match': etag } });
    expect(leaving.status).toBe(200);
    const { id } = await o.campaign({
      name: 'Warned',
      scope: await ids('owned', 'lonely'),
      reviewers: [{ person: o.people[9] }],
      settings: { load: 1 },
    });
    const { body } = await t.call('POST', `/api/v1/campaigns/${id}/preview`, { token: o.manager, body: {} });
    const warned = [
      { kind: 'reviewer-leaves', blocks: false, count: 2 },
      { kind: 'reviewer-overloaded', blocks: false, count: 1 },
    ];
    expect(body).toMatchObject({ blocked: false, preflight: warned });
    const answer = await o.launch(id);
    expect(answer).toMatchObject({ status: 200, body: { preflight: warned } });
  });

  it('is nobody where the access is their own and nobody stands above them: the launch says so, as the preview did', async () => {
    await source(t, 'accounts', [
      service('someone', { kind: 'user', nature: 'human', unit: 'Operations' }),
      key('token', 'someone', { kind: 'personal-access-token', ...used(t) }),
    ]);
    await o.own('someone', 2);
    const { id } = await o.campaign({
      name: 'Own',
      scope: { subject: 'credential', credentialKind: 'personal-access-token' },
      reviewers: ['owner'],
    });
    const problems = [
      { kind: 'no-reviewer', blocks: true, count: 1 },
      { kind: 'own-access', blocks: false, count: 1 },
    ];
    const { body } = await t.call('POST', `/api/v1/campaigns/${id}/preview`, { token: o.manager, body: {} });
    expect(body).toMatchObject({ blocked: true, preflight: problems });
    const refused = (await o.launch(id)).body;
    expect(refused.problems.map(({ kind }: any) => kind)).toEqual(['no-reviewer']);
    const launchedAll = await o.launch(id, { override: { reason: 'asked by phone' } });
    expect(launchedAll.body).toMatchObject({ status: 'running', preflight: problems });
  });

  it('is planned at the signature to be disabled, where the campaign says that it does not wait for the close', async () => {
    const { id } = await launched({
      scope: await ids('owned', 'away'),
      reviewers: ['owner'],
      settings: { disableOnSigning: true },
    });
    const planned = async (): Promise<string[]> =>
      (await t.call('GET', '/api/v1/actions')).body.data.map(({ target }: any) => target.displayName).sort();
    const [item] = await o.mine(3, `&campaign=${id}`);
    const decided = await o.decide(3, item, { verdict: 'revoke', reason: 'not needed' });
    expect(decided.status).toBe(200);
    expect(await planned()).toEqual(['sponsored']);
    const sign = await t.call('POST', `/api/v1/campaigns/${id}/sign`, { token: await o.tokenOf(3), body: {} });
    expect(sign.status).toBe(200);
    expect(await planned()).toEqual(['owned', 'sponsored']);
    await t.call('POST', `/api/v1/campaigns/${id}/close`, { token: o.manager, body: { reason: 'done' } });
    // The close does not plan it a second time.
    expect(await planned()).toEqual(['owned', 'sponsored']);
  });

  it('is planned no longer when the decision changes after the signature, or the campaign is called off', async () => {
    const { id } = await launched({
      scope: await ids('away'),
      reviewers: ['owner'],
      settings: { disableOnSigning: true },
    });
    const standing = async (): Promise<string[]> =>
      (await t.call('GET', '/api/v1/actions')).body.data
        .filter(({ target }: any) => target.displayName === 'away')
        .map(({ status }: any) => status)
        .sort();
    const say = async (verdict: string) => {
      const [item] = await o.mine(8, `&campaign=${id}`);
      expect((await o.decide(8, item, { verdict, reason: 'thought about it' })).status).toBe(200);
    };
    const sign = async () =>
      expect(
        (await t.call('POST', `/api/v1/campaigns/${id}/sign`, { token: await o.tokenOf(8), body: {} })).status,
      ).toBe(200);
    await say('revoke');
    await sign();
    expect(await standing()).toEqual(['planned']);
    await say('keep');
    expect(await standing()).toEqual(['cancelled']);
    await say('revoke');
    await sign();
    expect(await standing()).toEqual(['cancelled', 'planned']);
    await t.call('POST', `/api/v1/campaigns/${id}/cancel`, { token: o.manager, body: { reason: 'asked too early' } });
    expect(await standing()).toEqual(['cancelled', 'cancelled']);
    const { body } = await t.call('GET', '/api/v1/audit-entries?type=remediation.actions-withdrawn');
    expect(body.data.map(({ target, data }: any) => [target.type, data.withdrawn])).toEqual([
      ['campaign', { disable: 1 }],
      ['review-item', { disable: 1 }],
    ]);
  });

  it('is shown what it serves and who for, and what is hashed is what is shown', async () => {
    const { id } = await launched({ scope: await ids('serving'), reviewers: ['use-case-sponsor'] });
    const [item] = await o.mine(7, `&campaign=${id}`);
    expect(item.evidence).toMatchObject({
      purpose: [{ name: 'Forecast', purpose: 'to know ahead', approved: false, sponsor: 'Sample Person 07' }],
      agents: [],
      lastUse: { state: 'used', knownSince: expect.any(String), knownUntil: expect.any(String) },
      bornAt: '2024-01-01T00:00:00.000Z',
      consumers: [],
      earlier: null,
    });
    expect(digestOf(item.evidence)).toBe(item.evidenceHash);
  });

  it('says with each decision how its reviewer had signed in, by which way, and when they saw the item', async () => {
    const { id } = await launched({ scope: await ids('away'), reviewers: ['owner'] });
    const [item] = await o.mine(8, `&campaign=${id}`);
    const shownAt = new Date(t.clock.now().getTime() - 12_000).toISOString();
    await o.decide(8, item, { verdict: 'keep', shownAt, channel: 'console' });
    const { body } = await t.call('GET', `/api/v1/review-items/${item.id}/history`);
    expect(body.data[0].data).toMatchObject({
      authentication: { by: 'token', acr: null, amr: [] },
      channel: 'console',
      shownAt,
      evidenceHash: item.evidenceHash,
    });
    const late = { verdict: 'keep', shownAt: new Date(t.clock.now().getTime() + 60_000).toISOString() };
    const again = await o.decide(8, { ...item, version: item.version + 1 }, late);
    expect(again.body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/shownAt' }] });
  });
});

describe('somebody who is away', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let campaign: any;
  const names = async (person: number): Promise<string[]> =>
    (await o.mine(person))
      .filter(({ state }) => state === 'open')
      .map(({ subject }) => subject.displayName)
      .sort();
  const on = async (instant: string): Promise<void> => {
    t.clock.set(instant);
    await t.settle();
  };
  const away = (person: number, startsAt: string, endsAt: string, deputy?: number) =>
    t.call('POST', `/api/v1/people/${o.people[person]}/absences`, {
      body: { startsAt, endsAt, ...(deputy ? { deputy: o.people[deputy] } : {}) },
    });
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t, 8);
    await source(
      t,
      'services',
      ['a', 'b', 'c'].flatMap((name) => [service(name), key(`key-${name}`, name, used(t))]),
    );
    await o.own('a', 3);
    await o.own('b', 3);
    await o.own('c', 4);
    await t.settle();
    campaign = await o.campaign({
      name: 'Holidays',
      scope: { subject: 'credential' },
      reviewers: ['owner'],
      dueInDays: 30,
    });
  });
  afterAll(() => t.close());

  it('is asked through the deputy they named when the campaign begins while they are gone', async () => {
    expect((await away(3, '2026-03-01T09:00:00Z', '2026-03-10T08:00:00Z', 5)).status).toBe(201);
    await on('2026-03-01T10:00:00Z');
    expect((await o.launch(campaign.id)).status).toBe(200);
    expect(await names(3)).toEqual([]);
    expect(await names(5)).toEqual(['key-a', 'key-b']);
    const [item] = await o.mine(5);
    expect(item.delegatedFrom).toMatchObject({ displayName: 'Sample Person 03' });
    const { body } = await t.call('GET', '/api/v1/delegations', { token: o.manager });
    expect(body.data).toMatchObject([
      {
        person: { id: o.people[3] },
        delegate: { id: o.people[5] },
        kind: 'out-of-office',
        state: 'active',
        endsAt: '2026-03-10T08:00:00.000Z',
        createdBy: 'system:certification',
      },
    ]);
  });

  it('hands over what is open when they go in the middle, and has back what is open when they return', async () => {
    expect((await away(4, '2026-03-03T08:00:00Z', '2026-03-05T08:00:00Z', 6)).status).toBe(201);
    await on('2026-03-03T08:05:00Z');
    expect([await names(4), await names(6)]).toEqual([[], ['key-c']]);
    await on('2026-03-05T08:05:00Z');
    expect([await names(4), await names(6)]).toEqual([['key-c'], []]);
    const moves = await t.call('GET', '/api/v1/audit-entries?limit=200&type=certification.items-moved');
    expect(moves.body.data.map(({ data }: any) => [data.from, data.to, data.because])).toEqual([
      [o.people[6], o.people[4], 'delegation-ended'],
      [o.people[4], o.people[6], 'delegated'],
    ]);
  });

  it('is asked again at once when the absence is taken back', async () => {
    const made = await away(4, '2026-03-06T08:00:00Z', '2026-03-20T08:00:00Z', 6);
    await on('2026-03-06T08:05:00Z');
    expect(await names(6)).toEqual(['key-c']);
    const removed = await t.call('DELETE', `/api/v1/people/${o.people[4]}/absences/${made.body.id}`, {
      headers: { 'if-match': '"1"' },
    });
    expect(removed.status).toBe(204);
    await on('2026-03-06T08:10:00Z');
    expect([await names(4), await names(6)]).toEqual([['key-c'], []]);
  });

  it('has the next deputy when the first leaves or is away as well, and stays asked where nobody can', async () => {
    const path = `/api/v1/people/${o.people[4]}/deputies`;
    const { etag } = await t.call('GET', path);
    await t.call('PUT', path, { body: { deputies: [o.people[6], o.people[7]] }, headers: { 'if-match': etag } });
    await away(4, '2026-03-07T08:00:00Z', '2026-03-20T08:00:00Z');
    await away(6, '2026-03-07T08:00:00Z', '2026-03-08T08:00:00Z');
    await on('2026-03-07T08:05:00Z');
    expect(await names(7)).toEqual(['key-c']);
    const seven = await t.call('GET', `/api/v1/people/${o.people[7]}`);
    await t.call('PATCH', `/api/v1/people/${o.people[7]}`, {
      body: { status: 'left' },
      headers: { 'if-match': seven.etag },
    });
    await on('2026-03-09T08:05:00Z');
    expect(await names(6)).toEqual(['key-c']);
    const six = await t.call('GET', `/api/v1/people/${o.people[6]}`);
    await t.call('PATCH', `/api/v1/people/${o.people[6]}`, {
      body: { status: 'left' },
      headers: { 'if-match': six.etag },
    });
    await on('2026-03-09T08:20:00Z');
    expect(await names(4)).toEqual(['key-c']);
  });
});
