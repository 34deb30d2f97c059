import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';

/** Who was told at a step, as the audit has it. */
const told = async (t: TestApp, type: string): Promise<any[]> =>
  (await t.call('GET', `/api/v1/audit-entries?limit=200&type=certification.${type}`)).body.data.map(
    ({ target, data }: any) => ({ person: target.id, ...data }),
  );

describe('who is asked, while a campaign runs', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let campaign: any;
  const names = async (person: number): Promise<string[]> =>
    (await o.mine(person)).map(({ subject }) => subject.displayName).sort();
  const leave = async (person: number): Promise<void> => {
    const { etag } = await t.call('GET', `/api/v1/people/${o.people[person]}`);
    await t.call('PATCH', `/api/v1/people/${o.people[person]}`, {
      body: { status: 'left' },
      headers: { 'if-match': etag },
    });
    await t.settle();
  };
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t, 8);
    await source(t, 'services', [
      ...['a', 'b', 'c', 'd', 'e'].flatMap((name) => [
        service(name, { unit: 'Operations' }),
        key(`key-${name}`, name, used(t)),
      ]),
      service('person', { kind: 'user', nature: 'human' }),
      key('token', 'person', { kind: 'personal-access-token', ...used(t) }),
    ]);
    for (const name of ['a', 'b']) await o.own(name, 3);
    await o.own('c', 4, { deputies: [5] });
    await o.own('d', 6);
    await o.own('person', 7);
    await t.settle();
    campaign = await o.campaign({
      name: 'People',
      scope: { subject: 'credential' },
      reviewers: { rules: ['owner', 'manager'], fallback: { person: o.people[1] } },
      manager: o.people[8],
      dueInDays: 10,
    });
    expect((await o.launch(campaign.id)).status).toBe(200);
  });
  afterAll(() => t.close());

  it("asks the owner, the manager about a person's own token, and the fallback where nobody is", async () => {
    expect(await names(3)).toEqual(['key-a', 'key-b']);
    expect(await names(7)).toEqual([]);
    expect(await names(2)).toEqual(['token']);
    expect(await names(1)).toEqual(['key-e']);
  });

  it('never lets anybody certify their own access, whoever hands it to them', async () => {
    const [token] = await o.mine(2);
    const reassign = (body: object) =>
      t.call('POST', `/api/v1/campaigns/${campaign.id}/reassign`, { token: o.manager, body });
    expect((await reassign({ to: o.people[7], items: [token.id], reason: 'they know it' })).body).toEqual({ items: 0 });
    expect((await reassign({ to: o.people[7], reason: 'x' })).body).toMatchObject({ errors: [{ pointer: '/items' }] });
    await t.sql('UPDATE review_items SET reviewer_id = $1 WHERE id = $2', [o.people[7], token.id]);
    expect((await o.decide(7, token, { verdict: 'keep' })).body.code).toBe('certification.own-access');
    await t.sql('UPDATE review_items SET reviewer_id = $1 WHERE id = $2', [o.people[2], token.id]);
  });

  it('hands on until a date, and takes back what is open when it ends', async () => {
    const token = await o.tokenOf(3);
    const body = { delegate: o.people[5], endsAt: '2026-03-04T08:00:00Z', reason: 'on a train' };
    expect(
      (await t.call('POST', '/api/v1/delegations', { token, body: { ...body, delegate: o.people[3] } })).body,
    ).toMatchObject({ code: 'certification.delegate-unfit', errors: [{ pointer: '/delegate' }] });
    expect(
      (await t.call('POST', '/api/v1/delegations', { token, body: { ...body, endsAt: '2026-01-01T00:00:00Z' } })).body,
    ).toMatchObject({ errors: [{ pointer: '/endsAt' }] });
    expect(
      (await t.call('POST', '/api/v1/delegations', { token, body: { ...body, person: o.people[4] } })).status,
    ).toBe(403);
    const made = await t.call('POST', '/api/v1/delegations', { token, body });
    expect(made.body).toMatchObject({ state: 'active', delegate: { displayName: 'Sample Person 05' } });
    expect((await t.call('POST', '/api/v1/delegations', { token, body })).body.code).toBe(
      'certification.delegation-overlaps',
    );
    expect(await names(3)).toEqual([]);
    expect(await names(5)).toEqual(['key-a', 'key-b']);
    const item = (await o.mine(5)).find(({ subject }) => subject.displayName === 'key-a');
    expect(item.delegatedFrom).toMatchObject({ displayName: 'Sample Person 03' });
    expect((await o.decide(5, item, { verdict: 'keep' })).status).toBe(200);
    expect((await t.call('GET', `/api/v1/delegations/${made.body.id}`, { token: await o.tokenOf(6) })).status).toBe(
      404,
    );
    expect((await t.call('DELETE', `/api/v1/delegations/${made.body.id}`, { token })).status).toBe(428);
    t.clock.set('2026-03-04T08:05:00Z');
    await t.settle();
    expect(await names(3)).toEqual(['key-b']);
    expect((await t.call('GET', `/api/v1/delegations/${made.body.id}`, { token })).body.state).toBe('ended');
  });

  it('goes to the deputy when the owner leaves, and says why in the audit', async () => {
    await leave(4);
    expect(await names(5)).toContain('key-c');
    const [moved] = (await told(t, 'items-moved')).filter(({ because }) => because === 'reviewer-left');
    expect(moved).toMatchObject({ from: o.people[4], to: o.people[5], items: 1 });
  });

  it('goes to a new owner, who accepts before they decide', async () => {
    await o.own('d', 3, { accepts: false });
    await t.settle();
    expect(await names(6)).toEqual([]);
    const item = (await o.mine(3)).find(({ subject }) => subject.displayName === 'key-d');
    expect((await o.decide(3, item, { verdict: 'keep' })).body.code).toBe('certification.accept-ownership-first');
    await t.call('POST', `/api/v1/identities/${await o.identity('d')}/ownership/accept`, {
      token: await o.tokenOf(3),
      body: {},
    });
    expect((await o.decide(3, item, { verdict: 'keep' })).status).toBe(200);
  });

  it('is asked again when the risk rises after the decision', async () => {
    const decided = (await o.mine(3)).find(({ subject }) => subject.displayName === 'key-d');
    expect(decided.state).toBe('decided');
    await t.sql(`UPDATE identities SET privilege = 'admin', environment = 'production' WHERE display_name = 'd'`);
    t.clock.advance({ minutes: 15 });
    await t.settle();
    const again = (await o.mine(3)).find(({ subject }) => subject.displayName === 'key-d');
    expect(again).toMatchObject({
      state: 'open',
      decision: null,
      risk: 'critical',
      changes: expect.arrayContaining(['its risk rose from low to critical']),
    });
    expect((await o.decide(3, again, { verdict: 'rotate', reason: 'just in case' })).body.state).toBe('decided');
    t.clock.advance({ minutes: 15 });
    await t.settle();
    expect((await o.mine(3)).find(({ id }) => id === again.id).state).toBe('decided');
  });

  it('reminds exactly those who owe, once each, and whoever stands above them when it is late', async () => {
    const before = (await told(t, 'reminder-due')).length;
    t.clock.set('2026-03-06T09:00:00Z');
    await t.settle();
    const halfway = (await told(t, 'reminder-due')).slice(0, -before);
    expect(halfway.map(({ person, items }) => [person, items]).sort()).toEqual(
      [
        [o.people[1], 1],
        [o.people[2], 1],
        [o.people[3], 1],
        [o.people[5], 1],
      ].sort(),
    );
    expect(halfway[0].campaigns).toMatchObject([{ campaign: campaign.id, step: 'halfway' }]);
    const mine = (await o.mine(3)).find(({ state }) => state === 'open');
    await o.decide(3, mine, { verdict: 'keep' });
    const byHand = await t.call('POST', `/api/v1/campaigns/${campaign.id}/remind`, {
      token: o.manager,
      body: { reviewer: o.people[5] },
    });
    expect(byHand.body).toEqual({ people: 1 });
    t.clock.set('2026-03-11T09:00:00Z');
    await t.settle();
    const due = (await told(t, 'reminder-due')).filter(({ campaigns }) => campaigns[0].step === 'due');
    expect(due.map(({ person }) => person).sort()).toEqual([o.people[1], o.people[2], o.people[5]].sort());
    t.clock.set('2026-03-12T09:00:00Z');
    await t.settle();
    expect((await told(t, 'reminder-escalated')).map(({ person, to }) => [person, to])).toEqual([
      [o.people[2], 'manager'],
    ]);
    t.clock.set('2026-03-14T09:00:00Z');
    await t.settle();
    expect((await told(t, 'reminder-escalated'))[0]).toMatchObject({
      person: o.people[8],
      to: 'campaign-manager',
      items: 3,
    });
  });

  it('closes when its time is over; what nobody decided is accepted by the head of the unit, until a date', async () => {
    t.clock.set('2026-03-18T09:00:00Z');
    await t.settle();
    expect((await t.call('GET', `/api/v1/campaigns/${campaign.id}`)).body).toMatchObject({
      status: 'closed',
      counts: { escalated: 3, disabled: 0 },
    });
    const head = await o.tokenOf(1);
    const { body } = await t.call('GET', '/api/v1/risk-acceptances', { token: head });
    const [acceptance] = body.data;
    expect(acceptance).toMatchObject({ status: 'requested', items: 3, campaign: { id: campaign.id } });
    const sign = (token: string, expiresAt: string, etag = '"1"') =>
      t.call('POST', `/api/v1/risk-acceptances/${acceptance.id}/sign`, {
        token,
        body: { reason: 'looked at on the phone', expiresAt },
        headers: { 'if-match': etag },
      });
    expect((await sign(await o.tokenOf(3), '2026-06-01T00:00:00Z')).status).toBe(404);
    expect((await sign(head, '2030-01-01T00:00:00Z')).body).toMatchObject({ errors: [{ pointer: '/expiresAt' }] });
    expect((await sign(head, '2026-06-01T00:00:00Z', '"7"')).status).toBe(412);
    expect((await sign(head, '2026-06-01T00:00:00Z')).body).toMatchObject({
      status: 'signed',
      expiresAt: '2026-06-01T00:00:00.000Z',
    });
    expect((await sign(head, '2026-06-01T00:00:00Z', '"2"')).body.code).toBe('certification.acceptance-signed');
  });
});

describe('what nobody decided', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    await source(t, 'services', [service('a', { unit: 'Operations' }), key('key-a', 'a', used(t))]);
    await o.own('a', 3);
    await t.settle();
    const { id } = await o.campaign({ name: 'Silent', scope: { subject: 'credential' }, reviewers: ['owner'] });
    await o.launch(id);
    await t.call('POST', `/api/v1/campaigns/${id}/close`, { token: o.manager, body: { reason: 'over' } });
  });
  afterAll(() => t.close());
  const theirs = async (person: number): Promise<any[]> =>
    (await t.call('GET', '/api/v1/risk-acceptances', { token: await o.tokenOf(person) })).body.data;

  it('is answered for by whoever heads the unit once the one who was asked has left', async () => {
    expect([(await theirs(1)).length, (await theirs(6)).length]).toEqual([1, 0]);
    const { etag } = await t.call('GET', `/api/v1/people/${o.people[1]}`);
    await t.call('PATCH', `/api/v1/people/${o.people[1]}`, {
      body: { status: 'left' },
      headers: { 'if-match': etag },
    });
    await t.sql('UPDATE units SET head_id = $1 WHERE id = $2', [o.people[6], o.unit]);
    const [acceptance] = await theirs(6);
    expect(acceptance).toMatchObject({ status: 'requested', person: { id: o.people[1] }, signedBy: null });
    expect(await theirs(3)).toEqual([]);
    const sign = async (person: number) =>
      t.call('POST', `/api/v1/risk-acceptances/${acceptance.id}/sign`, {
        token: await o.tokenOf(person),
        body: { reason: 'known, and replaced in May', expiresAt: '2026-05-31T00:00:00Z' },
        headers: { 'if-match': '"1"' },
      });
    expect((await sign(3)).status).toBe(404);
    const both = await Promise.all([sign(6), sign(6)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await theirs(6)).toMatchObject([
      { status: 'signed', person: { id: o.people[1] }, signedBy: { displayName: 'Sample Person 06' } },
    ]);
  });
});
