import { everybody, isAtLeast } from '../../catalogue/index.js';
import { attachPartition, createPartition, raw, sql, type Tx } from '../../platform/database/index.js';
import { type Campaign, PARTITION_FROM } from '../campaign.js';
import { giveRoom, itemsPlan } from './plan-items.js';

const COLUMNS = [
  'id',
  'campaign_id',
  'subject_type',
  'subject_id',
  'identity_id',
  'reviewer_id',
  'cites_item_id',
  'delegated_from',
  'rank',
  'mode',
  'route',
  'state',
];

/**
 * Writes every item of a campaign in one statement: the population as it is now, routed. A large campaign gets a partition of
 * its own, filled without indexes and joined afterwards.
 */
export async function launchItems(
  tx: Tx,
  campaign: Campaign,
  now: Date,
  partitionFrom = PARTITION_FROM,
): Promise<void> {
  const items = sql`WITH ${itemsPlan(campaign, now)}
    SELECT coalesce(id, gen_random_uuid()) AS id, ${campaign.id}::uuid AS campaign_id, subject_type, subject_id, identity_id, reviewer_id, cites_item_id, delegated_from, rank, mode, route, CASE WHEN mode IN ('covered', 'carried') THEN mode ELSE 'open' END AS state FROM items`;
  if (!(await isAtLeast(tx, campaign.scope, partitionFrom, now))) {
    await tx.run(sql`INSERT INTO review_items (${raw(COLUMNS.join(', '))}) ${items}`);
    return;
  }
  await giveRoom(tx);
  await tx.sql`SET LOCAL maintenance_work_mem = '256MB'`;
  const partition = { parent: 'review_items', key: 'campaign_id', value: campaign.id };
  await attachPartition(tx, await createPartition(tx, partition, COLUMNS, items));
}

/** What the frozen items say of themselves: how many subjects they cover, the root hash over them, and what is wrong with their reviewers. */
export interface FrozenPopulation {
  readonly population: number;
  readonly asked: number;
  readonly noReviewer: number;
  readonly overloaded: number;
  readonly leaver: number;
  readonly hash: string;
}

/**
 * Counts and hashes what was frozen. The hash is a tree of two levels: the subjects sorted by id, in 256 buckets by the first
 * byte of their id, a SHA-256 over the lines of each bucket, and one over the sorted lines "bucket hash".
 */
export async function frozenPopulation(tx: Tx, campaign: Campaign, dueAt: Date): Promise<FrozenPopulation> {
  const [row] = await tx.sql<FrozenPopulation>`WITH
    load AS (SELECT reviewer_id, count(*)::int AS n FROM review_items WHERE campaign_id = ${campaign.id} AND mode NOT IN ('covered', 'carried') GROUP BY 1),
    buckets AS (SELECT get_byte(uuid_send(subject_id), 0) AS bucket, count(*)::int AS n, encode(sha256(convert_to(string_agg(subject_type || ' ' || subject_id, E'\n' ORDER BY subject_id), 'UTF8')), 'hex') AS hash
      FROM review_items WHERE campaign_id = ${campaign.id} AND mode <> 'collection' GROUP BY 1)
    SELECT (SELECT coalesce(sum(n), 0)::int FROM buckets) AS population, (SELECT coalesce(sum(n), 0)::int FROM load) AS asked, coalesce((SELECT n FROM load WHERE reviewer_id IS NULL), 0) AS "noReviewer",
      (SELECT count(*)::int FROM load WHERE reviewer_id IS NOT NULL AND n > ${campaign.settings.load}::int) AS overloaded, (SELECT coalesce(sum(l.n), 0)::int FROM load l JOIN (${everybody}) p ON p.id = l.reviewer_id WHERE p.leaves_at <= ${dueAt}) AS leaver,
      'sha256:' || encode(sha256(convert_to(coalesce((SELECT string_agg(lpad(to_hex(bucket), 2, '0') || ' ' || hash, E'\n' ORDER BY bucket) FROM buckets), ''), 'UTF8')), 'hex') AS hash`;
  return row!;
}
