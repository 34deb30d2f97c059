import { type Campaign, DEFAULT_NO_RESPONSE, DEFAULT_SETTINGS } from '../../src/certification/campaign.js';
import { reviewerPage } from '../../src/certification/queries/item-view.js';
import { frozenPopulation, launchItems } from '../../src/certification/queries/launch-items.js';
import { previewCampaign } from '../../src/certification/queries/preview-campaign.js';
import { withChanges } from '../../src/certification/queries/with-changes.js';
import { createDataSource, Database, migrate, type Tx } from '../../src/platform/database/index.js';

export interface BenchRow {
  readonly row: string;
  readonly n: number;
  readonly ratio: number;
  readonly goal: number;
  readonly floorMs: number;
  readonly ms: number;
  readonly rssMb: number;
}

export const NOW = new Date('2026-03-01T08:00:00Z');
const DUE = new Date('2026-03-15T08:00:00Z');
const PEOPLE_PER = 25;
/** What a page may take at the 99th percentile, and a preview in one query per million. */
const PAGE_MS = 10;
const PREVIEW_MS_PER_MILLION = 30_000;

class Undone extends Error {}

export const campaign = (id: string): Campaign => ({
  id,
  name: 'Bench',
  kind: 'campaign',
  template: null,
  scope: { subject: 'credential' },
  reviewers: {
    stages: [{ rules: [{ by: 'owner' }, { by: 'sponsor' }, { by: 'manager' }, { by: 'unit-head' }] }],
    outcome: 'all-must-keep',
    fallback: null,
  },
  noResponse: { ...DEFAULT_NO_RESPONSE, action: 'disable-unused' },
  settings: { ...DEFAULT_SETTINGS, collections: { ...DEFAULT_SETTINGS.collections, askOnce: false } },
  status: 'draft',
  managerId: null,
  seed: '42',
  startsAt: null,
  dueAt: DUE,
  dueDays: 14,
  closesAt: null,
  recurrenceDays: null,
  launchedAt: NOW,
  populationCount: null,
  version: 1,
});

/** Campaigns at size: items written against a plain insert of the same rows, a reviewer's page, a preview in one query. */
export async function benchCertification(url: string, n = 1_000_000, rounds = 3): Promise<BenchRow[]> {
  const source = createDataSource(url, [], 4);
  await source.initialize();
  await migrate(source);
  const database = new Database(source);
  try {
    await seed(database, n);
    return [await launch(database, n, rounds), await page(database, n), await preview(database, n, rounds)];
  } finally {
    await database.close();
  }
}

export async function seed(database: Database, n: number): Promise<void> {
  const people = Math.ceil(n / PEOPLE_PER);
  await database.transaction(async (tx) => {
    await tx.sql`INSERT INTO units (id, name) VALUES ('00000000-0000-7000-8000-000000000001', 'Bench')`;
    await tx.sql`INSERT INTO persons (id, feed, external_id, user_name, display_name, status, created_at, updated_at) SELECT gen_random_uuid(), 'bench', g::text, 'person.' || g, 'Sample Person ' || g, 'active', ${NOW}, ${NOW} FROM generate_series(1, ${people}::int) g`;
    await tx.sql`UPDATE units SET head_id = (SELECT id FROM persons ORDER BY id LIMIT 1)`;
    await tx.sql`INSERT INTO sources (id, name, connector, config, status, created_at) VALUES ('00000000-0000-7000-8000-000000000002', 'bench', 'file', '{}', 'complete', ${NOW})`;
    await tx.sql`INSERT INTO scopes (id, source_id, external_id, name, kind, state, first_seen_at) VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', 'bench', 'bench', 'file', 'readable', ${NOW})`;
    await tx.sql`INSERT INTO sync_runs (id, source_id, status, trigger, requested_by, queued_at, finished_at) VALUES ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000002', 'complete', 'import', 'bench', ${NOW}, ${NOW})`;
    await tx.sql`INSERT INTO identities (source_id, scope_id, resource_type, external_id, kind, display_name, status, created_at, first_seen_at, nature, nature_because, managed_by, managed_by_because, custody, environment, unit_id, ai_use, ai_use_because, privilege, privilege_basis, outside_trust, stated, tags, attributes, raw_hash, content_hash, run_id, valid_from)
      SELECT '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003', 'file.identity', g::text, 'service-account', 'svc-' || g, 'active', ${NOW}::timestamptz - interval '400 days', ${NOW}, 'non-human', '', 'us', '', 'self-held', CASE WHEN g % 3 = 0 THEN 'production' ELSE 'test' END, '00000000-0000-7000-8000-000000000001', 'no', '',
        (ARRAY['read', 'read', 'write', 'privileged', 'admin'])[1 + g % 5], '{}', 'none', '{}', '{}', '{}', gen_random_uuid(), gen_random_uuid(), '00000000-0000-7000-8000-000000000004', ${NOW} FROM generate_series(1, ${n}::int) g`;
    await tx.sql`INSERT INTO credentials (source_id, scope_id, resource_type, external_id, identity_id, kind, display_name, status, issued_at, rotated_basis, can_expire, can_disable, tells_last_use, ai_service, attributes, first_seen_at, raw_hash, content_hash, run_id, valid_from)
      SELECT i.source_id, i.scope_id, 'file.credential', i.external_id, i.id, 'api-key', 'key-' || i.external_id, 'active', i.created_at, 'created', false, true, true, false, '{}', ${NOW}, gen_random_uuid(), gen_random_uuid(), i.run_id, ${NOW} FROM identities i`;
    await tx.sql`INSERT INTO credential_usage (credential_id, last_used_at, known_since, known_until, precision)
      SELECT id, CASE WHEN external_id::int % 4 = 0 THEN NULL ELSE ${NOW}::timestamptz - interval '3 days' END, ${NOW}::timestamptz - interval '300 days', ${NOW}, 'exact' FROM credentials`;
    await tx.sql`CREATE TEMP TABLE numbered ON COMMIT DROP AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM persons`;
    await tx.sql`CREATE INDEX ON numbered (place)`;
    await tx.sql`INSERT INTO ownerships (id, identity_id, owner_id, deputies, state, basis, assigned_by, assigned_at, valid_from)
      SELECT gen_random_uuid(), i.id, p.id, '{}', 'accepted', 'assignment', 'bench', ${NOW}, ${NOW} FROM identities i JOIN numbered p ON p.place = i.external_id::int % ${people}::int WHERE i.external_id::int % 53 <> 0`;
    await tx.sql`INSERT INTO campaigns (id, name, kind, scope, reviewers, no_response, settings, status, seed, due_days, created_by, created_at)
      SELECT ('00000000-0000-7000-8000-0000000001' || lpad(g::text, 2, '0'))::uuid, 'Bench', 'campaign', '{}', '{}', '{}', '{}', 'running', '42', 14, 'bench', ${NOW} FROM generate_series(1, 2) g`;
  });
  await database.refreshStatistics('persons', 'identities', 'credentials', 'credential_usage', 'ownerships', 'units');
}

/** The population frozen, routed, hashed and joined as a partition, against writing the same rows into a table with the same indexes. */
async function launch(database: Database, n: number, rounds: number): Promise<BenchRow> {
  const measured = campaign('00000000-0000-7000-8000-000000000101');
  const kept = campaign('00000000-0000-7000-8000-000000000102');
  await database.transaction((tx) => launchItems(tx, kept, NOW));
  const floors: number[] = [];
  const candidates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    floors.push(
      await undone(database, async (tx) => {
        await tx.sql`CREATE TABLE plain_items (LIKE review_items INCLUDING DEFAULTS, PRIMARY KEY (id, campaign_id))`;
        await tx.sql`CREATE INDEX ON plain_items (campaign_id, reviewer_id, rank, id)`;
        await tx.sql`CREATE INDEX ON plain_items (campaign_id, subject_id)`;
        const begun = performance.now();
        await tx.sql`INSERT INTO plain_items SELECT * FROM review_items WHERE campaign_id = ${kept.id}`;
        return performance.now() - begun;
      }),
    );
    candidates.push(
      await undone(database, async (tx) => {
        const begun = performance.now();
        await launchItems(tx, measured, NOW);
        const took = performance.now() - begun;
        const frozen = await frozenPopulation(tx, measured, DUE);
        if (frozen.population !== n || frozen.noReviewer > 0)
          throw new Error('The campaign does not hold what was asked');
        return took;
      }),
    );
  }
  return result('campaign: items routed, frozen, indexed', n, median(candidates), median(floors), 1.2);
}

/** The 99th percentile of a reviewer's first page of 50, with evidence, and what changed since it was frozen. */
async function page(database: Database, n: number): Promise<BenchRow> {
  const evidence = {
    identity: { displayName: 'svc', source: 'bench' },
    purpose: [],
    reach: { grants: [], more: 0 },
    lastUse: { state: 'used', at: '2026-02-26T08:00:00.000Z' },
    findings: [],
    filler: 'x'.repeat(400),
  };
  await database.transaction(
    (
      tx,
    ) => tx.sql`INSERT INTO review_evidence (campaign_id, item_id, evidence, hash, recommended, because, rule, use, risk, routine, stale, subject_name, frozen_at)
      SELECT campaign_id, id, ${JSON.stringify(evidence)}::jsonb, 'sha256:0', 'keep', 'In use.', 'in-use', 'seen', 'low', true, false, 'key', ${NOW} FROM review_items`,
  );
  await database.refreshStatistics('review_items', 'review_evidence', 'campaigns');
  const people = await database.read((tx) => tx.sql<{ id: string }>`SELECT id FROM persons ORDER BY id LIMIT 1000`);
  const times: number[] = [];
  for (let at = 0; at < 1000; at++) {
    const begun = performance.now();
    const rows = await database.read(async (tx) =>
      withChanges(tx, await reviewerPage(tx, people[at % people.length]!.id, {}, 51, null), NOW),
    );
    if (at >= 100) times.push(performance.now() - begun);
    if (rows.length === 0) throw new Error('A reviewer has nothing to review');
  }
  const sorted = times.sort((a, b) => a - b);
  return result('campaign: page of a reviewer, p99', n, sorted[Math.floor(sorted.length * 0.99)]!, PAGE_MS, 1);
}

async function preview(database: Database, n: number, rounds: number): Promise<BenchRow> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    const seen = await database.snapshot((tx) =>
      previewCampaign(tx, campaign('00000000-0000-7000-8000-000000000101'), NOW, DUE),
    );
    times.push(performance.now() - begun);
    if (Number(seen.population) !== n) throw new Error('The preview does not cover the population');
  }
  return result('campaign: preview in one query', n, median(times), (PREVIEW_MS_PER_MILLION * n) / 1_000_000, 1);
}

async function undone(database: Database, work: (tx: Tx) => Promise<number>): Promise<number> {
  let took = 0;
  await database
    .transaction(async (tx) => {
      took = await work(tx);
      throw new Undone();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  return took;
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;
const result = (row: string, n: number, ms: number, floorMs: number, goal: number): BenchRow => ({
  row,
  n,
  ratio: Math.round((100 * ms) / floorMs) / 100,
  goal,
  floorMs: Math.round(floorMs * 10) / 10,
  ms: Math.round(ms * 10) / 10,
  rssMb: Math.round(process.memoryUsage().rss / 1_048_576),
});
