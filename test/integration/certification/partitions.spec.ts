import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CampaignsRepository } from '../../../src/certification/campaigns.repository.js';
import { launchItems } from '../../../src/certification/queries/launch-items.js';
import { FreezeEvidence } from '../../../src/certification/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { type ReviewedOrganisation, reviewedOrganisation, service, source, used } from '../../support/campaigns.js';

describe('a large campaign', () => {
  let t: TestApp;
  let o: ReviewedOrganisation;
  const partitions = async (): Promise<string[]> =>
    (
      await t.sql<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'review_items'::regclass ORDER BY 1`,
      )
    ).map(({ name }) => name);
  const indexes = async (table: string): Promise<number> =>
    (await t.sql('SELECT 1 FROM pg_indexes WHERE tablename = $1', [table])).length;
  const columns = (table: string): Promise<object[]> =>
    t.sql(
      'SELECT column_name, ordinal_position, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_name = $1 ORDER BY 2',
      [table],
    );
  beforeAll(async () => {
    t = await startApp();
    o = await reviewedOrganisation(t);
    await source(
      t,
      'services',
      ['a', 'b', 'c'].map((name) => service(name, { unit: 'Operations', ...used(t) })),
    );
    await t.settle();
  });
  afterAll(() => t.close());
  const launch = (id: string, from: number, fails = false) =>
    t.app.database.transaction(async (tx) => {
      const campaign = (await tx.use(CampaignsRepository).forChange(id))!;
      await launchItems(tx, campaign, t.clock.now(), from);
      await tx.use(CampaignsRepository).launched(id, {
        status: 'launching',
        by: 'test',
        at: t.clock.now(),
        dueAt: t.clock.now(),
        closesAt: t.clock.now(),
        count: 3,
        hash: 'sha256:0',
        preflight: [],
        override: null,
      });
      if (fails) throw new Error('something went wrong');
    });

  it('gets a partition of its own with the same indexes, and leaves none behind when the launch fails', async () => {
    const campaign = await o.campaign({ name: 'Large', reviewers: ['unit-head'] });
    await expect(launch(campaign.id, 3, true)).rejects.toThrow('something went wrong');
    expect(await partitions()).toEqual(['review_items_rest']);
    await launch(campaign.id, 3);
    const [own, rest] = await partitions();
    expect(rest).toBe('review_items_rest');
    expect(await indexes(own!)).toBe(await indexes('review_items_rest'));
    expect(await columns(own!)).toEqual(await columns('review_items_rest'));
    expect(await t.sql(`SELECT count(*)::int AS n FROM ${own}`)).toEqual([{ n: 3 }]);
    const small = await o.campaign({ name: 'Small', reviewers: ['unit-head'] });
    await launch(small.id, 4);
    expect(await partitions()).toHaveLength(2);
    expect(await t.sql('SELECT count(*)::int AS n FROM review_items_rest')).toEqual([{ n: 3 }]);
  });

  it('runs once every item has its evidence; a second run of the same work changes nothing', async () => {
    const campaigns = (await t.call('GET', '/api/v1/campaigns?status=launching')).body.data;
    const freeze = t.app.nest.get(FreezeEvidence);
    const signal = new AbortController().signal;
    for (const { id } of campaigns) expect(await freeze.execute(id, signal)).toBe(3);
    for (const { id } of campaigns) expect(await freeze.execute(id, signal)).toBe(0);
    const asked = await o.mine(1);
    expect(asked).toHaveLength(6);
    expect(asked.every(({ evidence, evidenceHash }) => evidence !== null && evidenceHash !== null)).toBe(true);
    expect((await o.decide(1, asked[0], { verdict: 'keep' })).status).toBe(200);
  });
});
