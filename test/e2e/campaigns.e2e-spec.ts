import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import {
  ago,
  key,
  type ReviewedOrganisation,
  reviewedOrganisation,
  service,
  source,
  unused,
  used,
} from '../support/campaigns.js';

describe('a campaign', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let campaign: any;
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    await source(t, 'services', [
      service('used', { environment: 'production' }),
      key('key-used', 'used', used(t)),
      service('idle'),
      key('key-idle', 'idle', { issuedAt: ago(t, 200), ...unused(t) }),
      service('dark'),
      key('key-dark', 'dark', { issuedAt: ago(t, 60) }),
      service('strong', { privilege: 'admin' }),
      key('key-strong', 'strong', used(t)),
      service('lonely', { unit: 'Operations' }),
      key('key-lonely', 'lonely', { issuedAt: ago(t, 200), ...unused(t) }),
      { entity: 'entitlement', id: 'reader', name: 'Reader', privilege: 'read' },
      { entity: 'entitlement', id: 'root', name: 'Administrator', privilege: 'admin' },
      { entity: 'grant', id: 'g1', identity: 'used', entitlement: 'reader', ...used(t) },
      { entity: 'grant', id: 'g2', identity: 'strong', entitlement: 'root', ...used(t) },
      { entity: 'grant', id: 'g3', identity: 'strong', entitlement: 'reader', ...unused(t) },
    ]);
    for (const name of ['used', 'idle', 'dark']) await o.own(name, 3);
    await o.own('strong', 4, { sponsor: 5 });
    await t.settle();
  });
  afterAll(() => t.close());

  it('is written down by a campaign manager alone, and what is wrong with it is named', async () => {
    const body = { name: 'Quarter', scope: { subject: 'credential' } };
    expect((await t.call('POST', '/api/v1/campaigns', { token: await o.tokenOf(3), body })).status).toBe(403);
    expect(
      (
        await t.call('POST', '/api/v1/campaigns', {
          token: o.manager,
          body: { name: 'x', scope: { subject: 'planet' } },
        })
      ).body,
    ).toMatchObject({
      code: 'request.invalid',
      errors: [{ pointer: '/scope/subject' }],
    });
    expect(
      (await t.call('POST', '/api/v1/campaigns', { token: o.manager, body: { name: 'x', template: 'nope' } })).body
        .code,
    ).toBe('certification.no-such-template');
    expect(
      (
        await t.call('POST', '/api/v1/campaigns', {
          token: o.manager,
          body: { name: 'x', reviewers: [{ person: '00000000-0000-7000-8000-000000000000' }] },
        })
      ).body,
    ).toMatchObject({ code: 'request.reference-unknown', errors: [{ pointer: '/reviewers/stages/0/rules/0' }] });
    const made = await t.call('POST', '/api/v1/campaigns', {
      token: o.manager,
      body: { ...body, reviewers: ['owner', 'unit-head'], noResponse: 'disable-unused', dueInDays: 14 },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'Quarter', status: 'draft', counts: { items: 0 }, population: null });
    campaign = made.body;
    expect((await t.call('GET', `/api/v1/campaigns/${campaign.id}`, { token: await o.tokenOf(3) })).status).toBe(404);
  });

  it('is changed as a draft, but not over a change somebody else made', async () => {
    const patch = (etag: string, body: object) =>
      t.call('PATCH', `/api/v1/campaigns/${campaign.id}`, { token: o.manager, body, headers: { 'if-match': etag } });
    const both = await Promise.all([patch('"1"', { name: 'Quarter one' }), patch('"1"', { name: 'Quarter 1' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('tells before it asks: whom, how much, and what silence would do', async () => {
    const { body } = await t.call('POST', `/api/v1/campaigns/${campaign.id}/preview`, { token: o.manager, body: {} });
    expect(body).toMatchObject({
      population: 5,
      items: 5,
      byRoute: { owner: 4, 'unit-head': 1 },
      reviewers: {
        count: 3,
        most: 3,
        load: [{ displayName: 'Sample Person 03', items: 3 }, { items: 1 }, { items: 1 }],
      },
      silence: { disable: { total: 2 }, escalate: { total: 3 } },
      blocked: false,
    });
    expect((await t.call('GET', `/api/v1/campaigns/${campaign.id}`)).body.status).toBe('draft');
  });

  it('freezes what it asks about, with the evidence as it was and a recommendation that has three answers', async () => {
    const launched = await o.launch(campaign.id);
    expect(launched.body).toMatchObject({
      status: 'running',
      counts: { items: 5, open: 5 },
      population: { count: 5, hash: expect.stringMatching(/^sha256:/) },
    });
    expect((await o.launch(campaign.id)).body.code).toBe('certification.campaign-not-in-state');
    const items = await o.mine(3);
    expect(
      items
        .map(({ subject, recommendation }) => [subject.displayName, recommendation.verdict, recommendation.use])
        .sort(),
    ).toEqual([
      ['key-dark', null, 'cannot-tell'],
      ['key-idle', 'revoke', 'not-seen'],
      ['key-used', 'keep', 'seen'],
    ]);
    const used = items.find(({ subject }) => subject.displayName === 'key-used');
    expect(used).toMatchObject({
      campaign: { id: campaign.id },
      state: 'open',
      decision: null,
      evidence: {
        identity: { displayName: 'used' },
        reach: { grants: [{ can: 'Reader', privilege: 'read' }] },
        owner: { displayName: 'Sample Person 03' },
      },
      evidenceHash: expect.stringMatching(/^sha256:/),
      changes: [],
    });
  });

  it('shows an item to whoever is asked and to nobody else', async () => {
    const [item] = await o.mine(4);
    expect(item.subject.displayName).toBe('key-strong');
    expect((await t.call('GET', `/api/v1/review-items/${item.id}`, { token: await o.tokenOf(3) })).status).toBe(404);
    expect((await o.decide(3, item, { verdict: 'keep' })).status).toBe(404);
    const theirs = await t.call('GET', `/api/v1/campaigns/${campaign.id}/items`, { token: await o.tokenOf(4) });
    expect(theirs.body.data).toHaveLength(1);
    expect((await t.call('GET', `/api/v1/campaigns/${campaign.id}/items`)).body.data).toHaveLength(5);
    expect(
      (
        await t.call('POST', `/api/v1/review-items/${item.id}/decision`, {
          token: o.manager,
          body: { verdict: 'keep' },
          headers: { 'if-match': '"1"' },
        })
      ).status,
    ).toBe(403);
  });

  it('asks why where a keep says something: high risk, against the advice, unused', async () => {
    const [strong] = await o.mine(4);
    const without = await o.decide(4, strong, { verdict: 'keep' });
    expect(without.body).toMatchObject({ code: 'certification.reason-required', errors: [{ pointer: '/reason' }] });
    const idle = (await o.mine(3)).find(({ subject }) => subject.displayName === 'key-idle');
    expect((await o.decide(3, idle, { verdict: 'keep' })).body.because).toEqual([
      'the evidence speaks for "revoke"',
      'it was not seen in use',
    ]);
    expect((await o.decide(3, idle, { verdict: 'perhaps' })).body).toMatchObject({
      code: 'request.invalid',
      errors: [{ pointer: '/verdict' }],
    });
    expect((await o.decide(4, strong, { verdict: 'reduce' })).body).toMatchObject({ errors: [{ pointer: '/grants' }] });
  });

  it('lets the second of two decisions lose, and tells it what was decided', async () => {
    const item = (await o.mine(3)).find(({ subject }) => subject.displayName === 'key-used');
    const both = await Promise.all([o.decide(3, item, { verdict: 'keep' }), o.decide(3, item, { verdict: 'rotate' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = both.find(({ status }) => status === 200)!.body.decision.verdict;
    expect(both.find(({ status }) => status === 412)!.body).toMatchObject({
      code: 'certification.item-decided-meanwhile',
      decision: { verdict: won, decidedBy: { displayName: 'Sample Person 03' } },
      currentVersion: 2,
    });
    const token = await o.tokenOf(3);
    expect(
      (await t.call('POST', `/api/v1/review-items/${item.id}/decision`, { token, body: { verdict: 'keep' } })).status,
    ).toBe(428);
  });

  it('keeps every version of a decision, and lets it be changed until the close', async () => {
    const item = (await o.mine(3)).find(({ subject }) => subject.displayName === 'key-used');
    expect((await o.decide(3, item, { verdict: 'rotate', shownAt: t.clock.now().toISOString() })).body).toMatchObject({
      state: 'decided',
      decision: { verdict: 'rotate' },
    });
    const { body } = await t.call('GET', `/api/v1/review-items/${item.id}/history`, { token: await o.tokenOf(3) });
    expect(body.data.filter(({ what }: { what: string }) => what === 'decided')).toHaveLength(2);
    expect(body.data[0].data.evidenceHash).toBe(item.evidenceHash);
  });

  it("routes on what is not the reviewer's, and leaves it undecided", async () => {
    const dark = (await o.mine(3)).find(({ subject }) => subject.displayName === 'key-dark');
    const passed = await o.decide(3, dark, { verdict: 'not-mine', proposed: o.people[6] });
    expect(passed.body).toMatchObject({ state: 'open', decision: null, reviewer: { displayName: 'Sample Person 06' } });
    expect((await t.call('GET', `/api/v1/review-items/${dark.id}`, { token: await o.tokenOf(3) })).status).toBe(404);
    expect((await o.mine(6)).map(({ id }) => id)).toEqual([dark.id]);
  });

  it('is signed by each reviewer, once nothing of theirs is open', async () => {
    const sign = async (person: number) =>
      t.call('POST', `/api/v1/campaigns/${campaign.id}/sign`, { token: await o.tokenOf(person), body: {} });
    expect((await sign(3)).body.code).toBe('certification.nothing-to-sign');
    const idle = (await o.mine(3)).find(({ subject }) => subject.displayName === 'key-idle');
    await o.decide(3, idle, { verdict: 'revoke' });
    expect((await sign(3)).body).toMatchObject({ decisions: 2, counts: { rotate: 1, revoke: 1 } });
    expect((await sign(5)).status).toBe(404);
  });

  it('becomes planned actions at its close, and silence does what was previewed', async () => {
    const close = (body: object) =>
      t.call('POST', `/api/v1/campaigns/${campaign.id}/close`, { token: o.manager, body });
    expect((await close({})).body).toMatchObject({ code: 'certification.campaign-still-open', open: 3 });
    expect((await close({ reason: 'everybody is on holiday' })).body).toMatchObject({
      status: 'closed',
      closeReason: 'everybody is on holiday',
      counts: { items: 5, revoke: 1, rotate: 1, disabled: 1, escalated: 2 },
    });
    const actions = (await t.call('GET', '/api/v1/actions')).body.data;
    expect(actions.map(({ kind, target, status }: any) => [kind, target.displayName, status]).sort()).toEqual([
      ['disable', 'key-idle', 'planned'],
      ['disable', 'key-lonely', 'planned'],
      ['rotate', 'key-used', 'planned'],
    ]);
    expect((await t.call('GET', `/api/v1/actions/${actions[0].id}`, { token: await o.tokenOf(6) })).status).toBe(404);
    const [item] = (await t.call('GET', `/api/v1/campaigns/${campaign.id}/items?verdict=rotate`)).body.data;
    expect((await o.decide(3, item, { verdict: 'keep' })).body.code).toBe('certification.review-closed');
    const { body } = await t.call('GET', '/api/v1/audit-entries?type=certification.campaign-closed');
    expect(body.data[0].data).toMatchObject({
      silence: { disabled: 1, escalated: 2, gone: 0 },
      planned: { disable: 2, rotate: 1 },
    });
  });
});
