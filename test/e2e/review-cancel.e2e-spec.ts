import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';

describe('a campaign that is called off', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let campaign: any;
  const cancel = (body: object, id: string = campaign.id, token = o.manager) =>
    t.call('POST', `/api/v1/campaigns/${id}/cancel`, { token, body });
  const asked = { scope: { subject: 'credential' }, reviewers: ['owner'] };
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    await source(
      t,
      'services',
      ['a', 'b', 'c'].flatMap((name) => [service(name), key(`key-${name}`, name, used(t))]),
    );
    for (const name of ['a', 'b']) await o.own(name, 3);
    await o.own('c', 4);
    await t.settle();
    campaign = await o.campaign({ name: 'Mistaken', ...asked, recurrence: 'quarterly' });
    await o.launch(campaign.id);
    const [item] = await o.mine(3);
    expect((await o.decide(3, item, { verdict: 'revoke', reason: 'not needed' })).status).toBe(200);
  });
  afterAll(() => t.close());

  it('is called off by a campaign manager alone, with a reason; of two at once the second is told', async () => {
    expect((await cancel({ reason: 'x' }, campaign.id, await o.tokenOf(3))).status).toBe(403);
    expect((await cancel({ reason: 'x' }, '00000000-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await cancel({})).body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/reason' }] });
    const both = await Promise.all([cancel({ reason: 'asked the wrong unit' }), cancel({ reason: 'twice' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = both.find(({ status }) => status === 200)!.body;
    expect(won).toMatchObject({
      status: 'cancelled',
      closedAt: t.clock.now().toISOString(),
      counts: { items: 3, decided: 1, open: 2 },
    });
    expect(both.find(({ status }) => status === 409)!.body).toMatchObject({
      code: 'certification.campaign-not-in-state',
      status: 409,
    });
    const { body } = await t.call('GET', '/api/v1/audit-entries?type=certification.campaign-cancelled');
    expect(body.data).toMatchObject([
      { target: { id: campaign.id }, data: { reason: won.closeReason, before: 'running', items: 3, open: 2 } },
    ]);
  });

  it('asks nobody any more, and keeps what was decided as it was decided', async () => {
    expect(await o.mine(3)).toEqual([]);
    expect(await o.mine(4)).toEqual([]);
    const { body } = await t.call('GET', `/api/v1/campaigns/${campaign.id}/items?verdict=revoke`);
    expect(body.data).toMatchObject([{ state: 'decided', decision: { verdict: 'revoke', reason: 'not needed' } }]);
    expect((await o.decide(3, body.data[0], { verdict: 'keep' })).body.code).toBe('certification.review-closed');
    const refused = async (step: string, send: object, token: string) =>
      (await t.call('POST', `/api/v1/campaigns/${campaign.id}/${step}`, { token, body: send })).body.code;
    expect(await refused('sign', {}, await o.tokenOf(3))).toBe('certification.review-closed');
    expect(await refused('remind', {}, o.manager)).toBe('certification.campaign-not-in-state');
    expect(await refused('close', { reason: 'x' }, o.manager)).toBe('certification.campaign-not-in-state');
    expect(await refused('launch', {}, o.manager)).toBe('certification.campaign-not-in-state');
  });

  it('plans nothing, attests nothing, reminds nobody and does not come again, however long one waits', async () => {
    for (const days of [8, 8, 80]) {
      t.clock.advance({ days });
      await t.settle();
    }
    expect((await t.call('GET', '/api/v1/actions')).body.data).toEqual([]);
    expect(await t.sql('SELECT 1 FROM attestations')).toEqual([]);
    expect((await t.call('GET', '/api/v1/risk-acceptances')).body.data).toEqual([]);
    const { body } = await t.call('GET', '/api/v1/audit-entries?limit=200&type=certification.reminder-due');
    expect(body.data.filter(({ at }: { at: string }) => at > '2026-03-01T23')).toEqual([]);
    expect((await t.call('GET', '/api/v1/campaigns')).body.data).toMatchObject([{ id: campaign.id }]);
    expect((await t.call('GET', `/api/v1/campaigns/${campaign.id}`)).body.status).toBe('cancelled');
  });

  it('can be asked again as another like it', async () => {
    const again = await t.call('POST', `/api/v1/campaigns/${campaign.id}/clone`, {
      token: o.manager,
      body: { name: 'Right this time' },
    });
    expect(again.body).toMatchObject({ status: 'draft', clonedFrom: campaign.id, recurrence: 'P92D' });
    expect((await o.launch(again.body.id, { override: { reason: 'read long ago' } })).status).toBe(200);
    expect(await o.mine(3)).toHaveLength(2);
    expect((await cancel({ reason: 'enough' }, again.body.id)).status).toBe(200);
  });

  it('never was, when it was a draft: it does not start by itself', async () => {
    const startsAt = new Date(t.clock.now().getTime() + 3_600_000).toISOString();
    const draft = await o.campaign({ name: 'Later', ...asked, startsAt });
    expect((await cancel({ reason: 'no need' }, draft.id)).body).toMatchObject({ status: 'cancelled', startsAt: null });
    t.clock.advance({ hours: 2 });
    await t.settle();
    expect((await t.call('GET', `/api/v1/campaigns/${draft.id}`)).body).toMatchObject({
      status: 'cancelled',
      launchedAt: null,
    });
  });
});
