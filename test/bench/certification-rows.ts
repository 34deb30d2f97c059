import { Agent, request } from 'node:http';
import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import { CreateToken } from '../../src/access-control/operations/create-token.js';
import { CampaignsRepository } from '../../src/certification/campaigns.repository.js';
import { newCampaign } from '../../src/certification/certification.schemas.js';
import { FreezeEvidence, LaunchCampaign } from '../../src/certification/index.js';
import { PrepareCampaign } from '../../src/certification/operations/prepare-campaign.js';
import { unfrozenItems } from '../../src/certification/queries/freeze-items.js';
import { previewCampaign } from '../../src/certification/queries/preview-campaign.js';
import type { Tx } from '../../src/platform/database/index.js';
import { systemActor } from '../../src/platform/http/index.js';
import { assertSame, type BenchRow, median, note, peakMb, rounded, timed } from './measure.js';
import { EXPECTED_REVIEWERS, seedReviews } from './certification-seed.js';
import { START } from './organisation.js';
import { type Product, startProduct } from './product.js';

const ROUNDS = 5;
const PAGE = 50;
const [WARM, REQUESTS] = [200, 2000];
/** What a reviewer's page may take at the 99th percentile, over HTTP. */
const PAGE_MS = 10;
/** Evidence is really frozen for so many; the rest of a million get copies of theirs. */
const FROZEN = 500;

const ACTOR = systemActor('bench');

/**
 * Rows 6: a campaign about every credential. Its launch against a plain insert of the same rows into a table with the same indexes,
 * a reviewer's page over HTTP against its limit, and the preview against one count with the joins it cannot do without.
 */
export async function certificationRows(
  databaseUrl: string,
  n: number,
  wanted: ReadonlySet<string>,
): Promise<BenchRow[]> {
  // Whoever asks for two thousand pages in a minute is no person.
  const product = await startProduct(databaseUrl, START, { MANDATE_RATE_LIMIT_PER_MINUTE: '0' });
  try {
    await seedReviews(product.sql, n);
    const kept = await prepared(product);
    await product.get(LaunchCampaign).execute(ACTOR, kept, null);
    await checkItems(product.sql, kept, n);
    const preview = wanted.has('6-preview') ? [await previewRow(product, kept, n)] : [];
    const launch = wanted.has('6') ? [await launchRow(product, kept, n)] : [];
    const page = wanted.has('6-page') ? [await pageRow(product, kept, n)] : [];
    return [...launch, ...page, ...preview];
  } finally {
    await product.close();
  }
}

const rowOf = (row: string, n: number, goal: number | null, ms: number, floorMs: number): BenchRow => ({
  row,
  n,
  ratio: rounded(ms / floorMs, 3),
  goal,
  floorMs: rounded(floorMs, 1),
  ms: rounded(ms, 1),
  rssMb: peakMb(),
});

/** A campaign as somebody writes it down who changes no default but what silence does. */
async function prepared(product: Product): Promise<string> {
  return product.get(PrepareCampaign).create(
    ACTOR,
    newCampaign.parse({
      name: 'Bench',
      scope: { subject: 'credential' },
      reviewers: ['owner', 'sponsor', 'manager', 'unit-head'],
      noResponse: 'disable-unused',
    }),
  );
}

/** From the request to the commit: sources judged, population routed, written, indexed, counted and hashed, reminders planned, audited. */
async function launchRow(product: Product, kept: string, n: number): Promise<BenchRow> {
  const { sql } = product;
  const [floors, launches]: [number[], number[]] = [[], []];
  const hash = async (id: string): Promise<unknown> =>
    (await sql.query('SELECT population_hash, population_count FROM campaigns WHERE id = $1', [id])).rows[0];
  for (let round = 0; round <= ROUNDS; round++) {
    await sql.query('CHECKPOINT');
    await sql.query('CREATE TABLE plain_items (LIKE review_items INCLUDING DEFAULTS INCLUDING INDEXES)');
    const floor = await timed(() =>
      sql.query('INSERT INTO plain_items SELECT * FROM review_items WHERE campaign_id = $1', [kept]),
    );
    await sql.query('DROP TABLE plain_items');
    await sql.query('CHECKPOINT');
    const id = await prepared(product);
    const took = await timed(() => product.get(LaunchCampaign).execute(ACTOR, id, null));
    assertSame('the frozen population', await hash(id), await hash(kept));
    if (round === 0) await checkItems(sql, id, n);
    await dropItems(sql, id);
    note(`  launch ${rounded(took)} ms, plain insert ${rounded(floor)} ms${round === 0 ? ' (not counted)' : ''}`);
    if (round === 0) continue;
    floors.push(floor);
    launches.push(took);
  }
  return rowOf('6', n, 1.2, median(launches), median(floors));
}

/** Every credential is there once, and each that is asked about is asked of whom the rules name. */
async function checkItems(sql: pg.Client, campaign: string, n: number): Promise<void> {
  const { rows } = await sql.query(
    `SELECT count(*)::int AS subjects, count(DISTINCT r.subject_id)::int AS once,
       count(*) FILTER (WHERE r.mode IN ('asked', 'outlier', 'sample') AND r.reviewer_id IS DISTINCT FROM e.reviewer_id)::int AS misrouted,
       count(*) FILTER (WHERE r.mode <> 'asked' AND e.collection_id IS NULL)::int AS wrongly,
       (SELECT count(*)::int FROM pg_indexes x JOIN pg_class t ON t.relname = x.tablename WHERE t.oid = (SELECT min(tableoid::oid::bigint)::oid FROM review_items WHERE campaign_id = $2)) AS indexes
     FROM (${EXPECTED_REVIEWERS}) e JOIN review_items r ON r.campaign_id = $2 AND r.subject_id = e.subject_id AND r.subject_type = 'credential'`,
    [(await sql.query('SELECT head_id FROM units')).rows[0].head_id, campaign],
  );
  assertSame('the items', rows, [{ subjects: n, once: n, misrouted: 0, wrongly: 0, indexes: 3 }]);
}

async function dropItems(sql: pg.Client, campaign: string): Promise<void> {
  const { rows } = await sql.query(
    `SELECT DISTINCT tableoid::regclass::text AS name FROM review_items WHERE campaign_id = $1`,
    [campaign],
  );
  for (const { name } of rows)
    await sql.query(
      name === 'review_items_rest'
        ? `DELETE FROM review_items WHERE campaign_id = '${campaign}'`
        : `DROP TABLE ${name}`,
    );
  await sql.query('DELETE FROM review_evidence WHERE campaign_id = $1', [campaign]);
  await sql.query(`UPDATE campaigns SET status = 'closed' WHERE id = $1`, [campaign]);
}

/** What is shown of a launch beforehand is what the launch did; it is found in one statement. */
async function previewRow(product: Product, kept: string, n: number): Promise<BenchRow> {
  const { sql } = product;
  const { database } = product.app;
  const draft = await prepared(product);
  const [floors, previews]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const floor = await timed(() =>
      sql.query(`SELECT count(*), count(i.environment), count(o.owner_id), count(u.last_used_at), count(l.n) FROM credentials c JOIN identities i ON i.id = c.identity_id
        LEFT JOIN ownerships o ON o.identity_id = i.id LEFT JOIN credential_usage u ON u.credential_id = c.id LEFT JOIN (SELECT identity_id, count(*) AS n FROM use_case_links GROUP BY 1) l ON l.identity_id = i.id`),
    );
    let asked = 0;
    let seen: Awaited<ReturnType<typeof previewCampaign>>;
    const took = await timed(async () => {
      seen = await database.snapshot(async (tx) => {
        const campaign = (await tx.use(CampaignsRepository).one(draft))!;
        const counting = counted(tx, () => asked++);
        return previewCampaign(counting, campaign, product.clock.now(), campaign.dueAt ?? product.clock.now());
      });
    });
    assertSame('statements of a preview', asked, 1);
    const { rows } = await sql.query(
      `SELECT json_object_agg(mode, n) AS modes, sum(n) FILTER (WHERE mode NOT IN ('covered', 'carried'))::int AS items FROM (SELECT mode, count(*)::int AS n FROM review_items WHERE campaign_id = $1 GROUP BY 1) m`,
      [kept],
    );
    const most = await sql.query(
      `SELECT count(*)::int AS n, count(DISTINCT reviewer_id)::int AS people FROM review_items WHERE campaign_id = $1 AND reviewer_id IS NOT NULL GROUP BY GROUPING SETS ((), (reviewer_id)) ORDER BY people DESC, n DESC LIMIT 2`,
      [kept],
    );
    assertSame(
      'the preview',
      {
        ...seen!.byMode,
        population: seen!.population,
        items: seen!.items,
        reviewers: seen!.reviewers.count,
        most: seen!.reviewers.most,
      },
      { ...rows[0].modes, population: n, items: rows[0].items, reviewers: most.rows[0].people, most: most.rows[1].n },
    );
    note(`  preview ${rounded(took)} ms, count ${rounded(floor)} ms${round === 0 ? ' (not counted)' : ''}`);
    if (round === 0) continue;
    floors.push(floor);
    previews.push(took);
  }
  return rowOf('6-preview', n, null, median(previews), median(floors));
}

/** A transaction that says when something is read through it; a setting reads nothing. */
function counted(tx: Tx, read: () => void): Tx {
  return new Proxy(tx, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const [text] = [given[0]].flat();
        if (typeof text !== 'string' || !text.startsWith('SET LOCAL')) read();
        return (member as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}

/** The first page of fifty, over HTTP with the reviewer's own token, from the request to the last byte as a client in another thread sees it; each reviewer in turn. */
async function pageRow(product: Product, kept: string, n: number): Promise<BenchRow> {
  await giveEvidence(product, kept);
  const { sql } = product;
  const { rows: reviewers } = await sql.query<{ id: string; items: number }>(
    `SELECT reviewer_id AS id, count(*)::int AS items FROM review_items WHERE campaign_id = $1 AND reviewer_id IS NOT NULL GROUP BY 1 HAVING count(*) > ${PAGE} ORDER BY items DESC LIMIT 100`,
    [kept],
  );
  const base = await product.app.listen();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const tokens: string[] = [];
  for (const { id } of reviewers)
    tokens.push(
      (await product.get(CreateToken).execute(ACTOR, { name: 'bench', roles: [], expiresInDays: 1, ownerId: id }))
        .token,
    );
  const url = new URL(`/api/v1/review-items?reviewer=me&limit=${PAGE}`, base);
  for (const [at, { id }] of reviewers.entries()) await checkPage(sql, kept, id, await get(url, tokens[at]!, agent));
  agent.destroy();
  const times = await new Promise<number[]>((resolve, reject) =>
    new Worker(new URL('./page-client.mjs', import.meta.url), {
      workerData: { url: url.href, tokens, warm: WARM, requests: REQUESTS },
    })
      .on('message', resolve)
      .on('error', reject),
  );
  const sorted = times.sort((a, b) => a - b);
  const percentile = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1]!;
  note(
    `  pages of ${reviewers.length} reviewers, the most loaded with ${reviewers[0]!.items} items: p50 ${rounded(percentile(0.5), 1)} ms, p99 ${rounded(percentile(0.99), 1)} ms`,
  );
  return rowOf('6-page', n, 1, percentile(0.99), PAGE_MS);
}

/** The gravest of what is theirs, in order, each with its evidence and its recommendation. */
async function checkPage(sql: pg.Client, campaign: string, person: string, body: string): Promise<void> {
  const { data, next } = JSON.parse(body) as {
    data: {
      id: string;
      evidence: object | null;
      evidenceHash: string | null;
      recommendation: object | null;
      changes: unknown;
    }[];
    next: string | null;
  };
  const { rows } = await sql.query<{ id: string }>(
    `SELECT id FROM review_items WHERE campaign_id = $1 AND reviewer_id = $2 ORDER BY rank, id LIMIT ${PAGE}`,
    [campaign, person],
  );
  assertSame(
    'a page',
    { ids: data.map(({ id }) => id), more: next !== null },
    { ids: rows.map(({ id }) => id), more: true },
  );
  // What was copied belongs to another subject, so something may well have changed since.
  const whole = data.filter(
    ({ evidence, evidenceHash, recommendation, changes }) =>
      evidence && evidenceHash && recommendation && Array.isArray(changes),
  );
  assertSame('items with their evidence', whole.length, PAGE);
}

/** Evidence as the product freezes it for some, copied to all: freezing a million is background work and not what is measured. */
async function giveEvidence(product: Product, campaign: string): Promise<void> {
  const { sql } = product;
  const took = await timed(() =>
    product.app.database.transaction(async (tx) => {
      const launched = (await tx.use(CampaignsRepository).forChange(campaign))!;
      await product.get(FreezeEvidence).freeze(tx, launched, await unfrozenItems(tx, campaign, FROZEN));
    }),
  );
  const { rows } = await sql.query<{ n: number; bytes: number }>(
    'SELECT count(*)::int AS n, avg(length(evidence::text))::int AS bytes FROM review_evidence WHERE campaign_id = $1',
    [campaign],
  );
  note(
    `  evidence of ${rows[0]!.n} items of ${rows[0]!.bytes} bytes frozen in ${rounded(took)} ms, copied to the rest`,
  );
  await sql.query(
    `INSERT INTO review_evidence (campaign_id, item_id, evidence, hash, recommended, because, rule, use, risk, routine, stale, subject_name, frozen_at)
     SELECT i.campaign_id, i.id, e.evidence, e.hash, e.recommended, e.because, e.rule, e.use, CASE i.rank WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'moderate' WHEN 4 THEN 'low' END, e.routine, e.stale, e.subject_name, e.frozen_at
     FROM (SELECT campaign_id, id, rank, row_number() OVER () % ${FROZEN} AS place FROM review_items WHERE campaign_id = $1 AND mode NOT IN ('covered', 'carried')) i
     JOIN (SELECT *, row_number() OVER () - 1 AS place FROM review_evidence WHERE campaign_id = $1) e USING (place)
     ON CONFLICT DO NOTHING`,
    [campaign],
  );
  await sql.query(`UPDATE campaigns SET status = 'running' WHERE id = $1`, [campaign]);
  await sql.query('VACUUM ANALYZE review_evidence, review_items, campaigns');
}

function get(url: URL, token: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`A page was answered with ${response.statusCode}: ${text}`));
      });
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}
