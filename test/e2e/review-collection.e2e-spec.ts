import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { key, type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../support/campaigns.js';

const KEYS = 4000;

describe('a platform team with 4,000 keys of one template', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  let team: string;
  let campaign: any;
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    team = (await t.call('POST', '/api/v1/teams', { body: { name: 'Platform', members: [o.people[3], o.people[4]] } }))
      .body.id;
    const keys = Array.from({ length: KEYS }, (_none, n) => `runner-${String(n).padStart(4, '0')}`);
    await source(t, 'fleet', [
      ...keys.map((name) => service(name, { collection: 'runners' })),
      ...keys.map((name) => key(`key-${name}`, name, used(t))),
      { entity: 'entitlement', id: 'reader', name: 'Reader', privilege: 'read' },
      { entity: 'entitlement', id: 'admin', name: 'Administrator', privilege: 'admin' },
      ...keys.map((name) => ({ entity: 'grant', id: `grant-${name}`, identity: name, entitlement: 'reader' })),
      { entity: 'grant', id: 'too-much', identity: keys[7]!, entitlement: 'admin' },
    ]);
    await t.settle();
    campaign = await o.campaign({ name: 'Runners', scope: { subject: 'credential' }, reviewers: [{ team }] });
  }, 300_000);
  afterAll(() => t.close());

  it('answers a page: the whole, what differs and a sample', async () => {
    const launched = await o.launch(campaign.id);
    expect(launched.body).toMatchObject({
      status: 'running',
      population: { count: KEYS },
      counts: { items: 82, collections: 1, outliers: 1, sampled: 80, covered: KEYS - 81 },
    });
    const asked = await o.mine(3);
    expect(asked).toHaveLength(82);
    expect(asked.find(({ mode }) => mode === 'outlier').subject.displayName).toBe('key-runner-0007');
    for (const item of asked)
      expect((await o.decide(3, item, { verdict: 'keep', reason: 'all of one template' })).status).toBe(200);
  });

  it('has an answer for every single one of them, that cites the decision', async () => {
    const closed = await t.call('POST', `/api/v1/campaigns/${campaign.id}/close`, { token: o.manager, body: {} });
    expect(closed.body.status).toBe('closed');
    const { body } = await t.call('GET', `/api/v1/campaigns/${campaign.id}/results`);
    expect(body.completeness).toMatchObject({
      frozen: KEYS,
      present: KEYS,
      decided: KEYS,
      unanswered: 0,
      matches: true,
    });
    const [{ n }] = (await t.sql<{ n: number }>(
      `SELECT count(DISTINCT subject_id)::int AS n FROM attestations WHERE subject_type = 'credential' AND verdict = 'keep'`,
    )) as [{ n: number }];
    expect(n).toBe(KEYS);
    const csv = await t.call('GET', `/api/v1/campaigns/${campaign.id}/results.csv`);
    const rows = (csv.body as string).trim().split('\n');
    expect(rows).toHaveLength(KEYS + 2);
    expect(rows.slice(1).every((row) => row.includes('Sample Person 03'))).toBe(true);
  });
});
