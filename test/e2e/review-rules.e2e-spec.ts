import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import {
  ago,
  endNow,
  entitlements,
  grant,
  type ReviewedOrganisation,
  reviewedOrganisation,
  service,
  source,
  unused,
  used,
} from '../support/campaigns.js';

/** What somebody keeps who does not read. */
const MANY = 200;
describe('stages, haste and routine', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    const names = ['a', 'b', 'c', 'd'];
    await source(t, 'services', [
      ...entitlements,
      ...names.flatMap((name) => [service(name, used(t)), grant(name, 'reader')]),
      grant('a', 'admin'),
      ...Array.from({ length: MANY }, (_none, n) => service(`bulk-${n}`, used(t))),
    ]);
    for (const name of names) await o.own(name, 3, { sponsor: 4 });
    for (let n = 0; n < MANY; n++) await o.own(`bulk-${n}`, 5, { accepts: false, sponsor: 6 });
    await t.settle();
  });
  afterAll(() => t.close());
  const ids = async (names: readonly string[]) => Promise.all(names.map((name) => o.identity(name)));

  it('asks the second stage about what the first kept, takes that back when it changes its mind, and lets the strictest stand', async () => {
    const campaign = await o.campaign({
      name: 'Two',
      scope: { ids: await ids(['a', 'b', 'c']) },
      reviewers: { stages: [{ rules: ['owner'] }, { rules: ['sponsor'] }] },
    });
    await o.launch(campaign.id);
    const [a, b, c] = ['a', 'b', 'c'].map(
      (name) => (items: any[]) => items.find(({ subject }) => subject.displayName === name),
    );
    const mine = await o.mine(3);
    await o.decide(3, a!(mine), { verdict: 'keep', reason: 'needed' });
    await o.decide(3, b!(mine), { verdict: 'revoke' });
    const kept = await o.decide(3, c!(mine), { verdict: 'keep' });
    expect((await o.mine(4)).map(({ subject, stage }) => [subject.displayName, stage]).sort()).toEqual([
      ['a', 2],
      ['c', 2],
    ]);
    await o.decide(3, kept.body, { verdict: 'rotate' });
    expect((await o.mine(4)).map(({ subject }) => subject.displayName)).toEqual(['a']);
    await o.decide(4, (await o.mine(4))[0], { verdict: 'revoke' });
    await endNow(o, campaign.id);
    const actions = (await t.call('GET', '/api/v1/actions?limit=200')).body.data;
    expect(actions.map(({ kind, target }: any) => [target.displayName, kind]).sort()).toEqual([
      ['a', 'disable'],
      ['b', 'disable'],
      ['c', 'rotate'],
    ]);
  });

  it('certifies a privileged grant by the sponsor, never by the owner; reduce names the grants', async () => {
    const campaign = await o.campaign({
      name: 'Grants',
      scope: { subject: 'grant', owner: o.people[3] },
      reviewers: ['owner'],
    });
    await o.launch(campaign.id);
    expect((await o.mine(4)).map(({ subject }) => subject.displayName)).toEqual(['Administrator']);
    const theirs = await o.mine(3);
    expect(theirs).toHaveLength(4);
    expect((await o.decide(3, theirs[0], { verdict: 'rotate' })).body).toMatchObject({
      errors: [{ pointer: '/verdict' }],
    });
    await o.decide(4, (await o.mine(4))[0], { verdict: 'revoke', reason: 'too much' });
    await endNow(o, campaign.id);
    const { body } = await t.call('GET', '/api/v1/actions?kind=revoke-grant');
    expect(body.data).toMatchObject([
      { target: { type: 'grant', displayName: 'Administrator' }, reason: 'too much', status: 'planned' },
    ]);
    const reduced = await o.campaign({ name: 'Reduce', scope: { ids: await ids(['d']) }, reviewers: ['owner'] });
    await o.launch(reduced.id);
    const [item] = await o.mine(3);
    const [held] = item.evidence.reach.grants;
    expect((await o.decide(3, item, { verdict: 'reduce', grants: [o.people[1]] })).body).toMatchObject({
      errors: [{ pointer: '/grants/0' }],
    });
    await o.decide(3, item, { verdict: 'reduce', grants: [held.id] });
    await endNow(o, reduced.id);
    expect((await t.call('GET', '/api/v1/actions?kind=revoke-grant')).body.data).toHaveLength(2);
  });

  it('keeps routine items together where policy allows it for each, and none where it does not', async () => {
    const campaign = await o.campaign({
      name: 'Bulk',
      scope: { owner: o.people[5] },
      reviewers: ['owner'],
      settings: { bulk: { maximum: 10 } },
    });
    await o.launch(campaign.id);
    const items = await o.mine(5);
    const keep = async (some: any[]) =>
      t.call('POST', '/api/v1/review-items/keep', {
        token: await o.tokenOf(5),
        body: { items: some.map(({ id, version }) => ({ id, version })) },
      });
    expect((await keep(items.slice(0, 11))).body).toMatchObject({ errors: [{ pointer: '/items' }] });
    await t.sql(`UPDATE review_evidence SET risk = 'high' WHERE item_id = $1`, [items[0].id]);
    expect((await keep(items.slice(0, 5))).body).toMatchObject({
      code: 'certification.bulk-not-allowed',
      items: [{ id: items[0].id, because: 'its risk is high' }],
    });
    expect((await o.mine(5)).every(({ state }) => state === 'open')).toBe(true);
    expect((await keep(items.slice(1, 6))).body).toEqual({ kept: 5 });
    expect((await o.mine(5, '&state=decided'))[0].decision).toMatchObject({
      verdict: 'keep',
      bulk: true,
      channel: 'bulk',
    });
    expect(
      (
        await t.call('POST', '/api/v1/review-items/keep', {
          token: await o.tokenOf(3),
          body: { items: [{ id: items[7].id, version: 1 }] },
        })
      ).status,
    ).toBe(404);
    await endNow(o, campaign.id);
  });

  it.each([
    ['flag', 'flagged'],
    ['second-reviewer', 'second-reviewer'],
  ])('takes note of 200 keeps in 20 seconds: %s', async (consequence, haste) => {
    const campaign = await o.campaign({
      name: `Haste ${consequence}`,
      scope: { owner: o.people[5] },
      reviewers: ['owner'],
      settings: { haste: { keeps: 20, seconds: 20, consequence } },
    });
    await o.launch(campaign.id);
    const began = t.clock.now().getTime();
    for (const item of await o.mine(5)) {
      t.clock.advance({ ms: 100 });
      expect((await o.decide(5, item, { verdict: 'keep' })).status).toBe(200);
    }
    expect(t.clock.now().getTime() - began).toBe(20_000);
    const decided = await o.mine(5);
    expect(decided).toHaveLength(MANY);
    expect(decided.filter(({ decision }) => decision.haste === haste)).toHaveLength(MANY - 20);
    // All of the burst is looked at again, the first of it included.
    const again = await o.mine(6);
    expect(again).toHaveLength(consequence === 'second-reviewer' ? MANY : 0);
    expect(new Set(again.map(({ subject }) => subject.id)).size).toBe(again.length);
    await endNow(o, campaign.id);
  });

  it('lets the second reviewer of what was kept in haste take it away', async () => {
    const campaign = await o.campaign({
      name: 'Haste, looked at again',
      scope: { ids: await ids(['bulk-0', 'bulk-1', 'bulk-2']) },
      reviewers: ['owner'],
      settings: { haste: { keeps: 2, seconds: 20, consequence: 'second-reviewer' } },
    });
    await o.launch(campaign.id);
    for (const item of await o.mine(5)) await o.decide(5, item, { verdict: 'keep' });
    const again = await o.mine(6);
    expect(again.map(({ mode }) => mode)).toEqual(['second-look', 'second-look', 'second-look']);
    expect((await o.decide(6, again[0], { verdict: 'revoke', reason: 'nobody uses it' })).status).toBe(200);
    await endNow(o, campaign.id);
    const { body } = await t.call('GET', '/api/v1/actions?limit=200&kind=disable');
    expect(body.data.map(({ target, reason }: any) => [target.id, reason])).toContainEqual([
      again[0].subject.id,
      'nobody uses it',
    ]);
  });

  it('asks for a reason from the keep on that comes too fast', async () => {
    const campaign = await o.campaign({
      name: 'Haste',
      scope: { owner: o.people[5] },
      reviewers: ['owner'],
      settings: { haste: { keeps: 20, seconds: 20, consequence: 'require-reasons' } },
    });
    await o.launch(campaign.id);
    const answers = [];
    for (const item of await o.mine(5)) answers.push(await o.decide(5, item, { verdict: 'keep' }));
    expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(200), ...Array(MANY - 20).fill(422)]);
    expect(answers[20]!.body.because).toEqual(['you kept 20 items within 20 seconds']);
    const [late] = await o.mine(5, '&state=open');
    t.clock.advance({ minutes: 1 });
    expect((await o.decide(5, late, { verdict: 'keep' })).status).toBe(200);
  });
});

describe('the preflight', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  const names = Array.from({ length: 20 }, (_none, n) => `svc-${n}`);
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    await source(
      t,
      'shrinking',
      names.map((name) => service(name, { unit: 'Operations', ...unused(t) })),
    );
  });
  afterAll(() => t.close());

  it('blocks a launch where items route to nobody', async () => {
    const campaign = await o.campaign({ name: 'Nobody', reviewers: ['owner'] });
    const blocked = await o.launch(campaign.id);
    expect(blocked.status).toBe(409);
    expect(blocked.body).toMatchObject({
      code: 'certification.launch-blocked',
      problems: [{ kind: 'no-reviewer', count: 20, blocks: true }],
    });
    expect(await t.sql('SELECT count(*)::int AS n FROM review_items')).toEqual([{ n: 0 }]);
  });

  it('blocks a launch when a source lost 40 % of its rows, before and after the loss is confirmed; an override says who and why', async () => {
    const run = await source(
      t,
      'shrinking',
      names.slice(0, 12).map((name) => service(name, { unit: 'Operations' })),
    );
    const campaign = await o.campaign({ name: 'Shrunken', reviewers: ['unit-head'] });
    const blocked = await o.launch(campaign.id);
    expect(blocked.body.problems.map(({ kind }: any) => kind)).toContain('source-shrunken');
    expect(blocked.body.detail).toMatch(/"shrinking" lost 8 of 20 identities \(40 %\)/);
    if (run.status === 'held') {
      await t.call('POST', `/api/v1/sync-runs/${run.id}/confirm`, { body: {} });
      await t.settle();
    }
    const { body: preview } = await t.call('POST', `/api/v1/campaigns/${campaign.id}/preview`, {
      token: o.manager,
      body: {},
    });
    expect(preview).toMatchObject({ blocked: true, population: 12 });
    expect((await o.launch(campaign.id)).body.problems.map(({ kind }: any) => kind)).toEqual(['source-shrunken']);
    expect((await o.launch(campaign.id, { override: { reason: '' } })).body).toMatchObject({
      errors: [{ pointer: '/override/reason' }],
    });
    const launched = await o.launch(campaign.id, { override: { reason: 'the old data centre was switched off' } });
    expect(launched.body).toMatchObject({
      status: 'running',
      override: { reason: 'the old data centre was switched off', problems: [{ kind: 'source-shrunken' }] },
    });
    const { body } = await t.call('GET', '/api/v1/audit-entries?type=certification.preflight-overridden');
    expect(body.data).toMatchObject([
      {
        target: { id: campaign.id },
        data: { reason: 'the old data centre was switched off', problems: [{ kind: 'source-shrunken', count: 8 }] },
      },
    ]);
  });

  it('blocks a launch on what was not read for too long', async () => {
    t.clock.advance({ days: 40 });
    const campaign = await o.campaign({ name: 'Stale', reviewers: ['unit-head'] });
    expect((await o.launch(campaign.id)).body.problems.map(({ kind }: any) => kind)).toEqual(['source-stale']);
  });

  it('waits for a person when a campaign that was to start by itself is blocked', async () => {
    const campaign = await o.campaign({
      name: 'Later',
      reviewers: ['unit-head'],
      startsAt: new Date(t.clock.now().getTime() + 3_600_000).toISOString(),
    });
    t.clock.advance({ hours: 2 });
    await t.settle();
    expect((await t.call('GET', `/api/v1/campaigns/${campaign.id}`)).body).toMatchObject({
      status: 'draft',
      startsAt: null,
    });
    expect((await t.call('GET', '/api/v1/audit-entries?type=certification.launch-blocked')).body.data).toHaveLength(1);
    await source(
      t,
      'shrinking',
      names.slice(0, 12).map((name) => service(name, { unit: 'Operations', createdAt: ago(t, 500), ...unused(t) })),
    );
    const again = await o.campaign({
      name: 'Soon',
      reviewers: ['unit-head'],
      startsAt: new Date(t.clock.now().getTime() + 3_600_000).toISOString(),
      noResponse: 'disable-unused',
      recurrence: 'quarterly',
    });
    t.clock.advance({ hours: 2 });
    await t.settle();
    expect((await t.call('GET', `/api/v1/campaigns/${again.id}`)).body).toMatchObject({
      status: 'running',
      counts: { open: 12 },
    });
  });

  it('previews what silence then does, to the number, and repeats what recurs', async () => {
    const draft = await o.campaign({
      name: 'Silent',
      reviewers: ['unit-head'],
      noResponse: 'disable-unused',
      settings: { closeAfterDays: 0 },
    });
    const { body: preview } = await t.call('POST', `/api/v1/campaigns/${draft.id}/preview`, {
      token: o.manager,
      body: {},
    });
    await o.launch(draft.id);
    const { body: closed } = await endNow(o, draft.id);
    expect(preview.silence).toMatchObject({ disable: { total: 12 }, escalate: { total: 0 } });
    expect(closed.counts).toMatchObject({
      disabled: preview.silence.disable.total,
      escalated: preview.silence.escalate.total,
    });
    expect((await t.call('GET', '/api/v1/actions?limit=200')).body.data).toHaveLength(12);
    const [recurring] = (await t.call('GET', '/api/v1/campaigns?status=running')).body.data.filter(
      ({ name }: any) => name === 'Soon',
    );
    await endNow(o, recurring.id);
    const [next] = (await t.call('GET', '/api/v1/campaigns?status=draft')).body.data.filter(
      ({ clonedFrom }: any) => clonedFrom === recurring.id,
    );
    expect(next).toMatchObject({
      name: 'Soon',
      startsAt: new Date(Date.parse(recurring.launchedAt) + 92 * 86_400_000).toISOString(),
    });
    // What already waits to be disabled is not planned twice.
    expect((await t.call('GET', '/api/v1/actions?limit=200')).body.data).toHaveLength(12);
  });
});
