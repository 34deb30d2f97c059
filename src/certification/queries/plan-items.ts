import type { PopulationParts } from '../../catalogue/index.js';
import { empty, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';
import type { Campaign } from '../campaign.js';
import { routed, routingGround } from './routing.js';

/** The place of an item on a reviewer's page: what needs eyes comes first. */
export const rankOf = (risk: string): string =>
  `(CASE ${risk} WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'moderate' THEN 2 WHEN 'low' THEN 4 ELSE 3 END)::smallint`;

/** Whether a campaign asks about collections at all, and whether it looks at what was attested last time. */
const asksOnce = ({ scope, settings }: Campaign): boolean => settings.collections.askOnce && scope.subject !== 'grant';

/** For this transaction alone: what joins and counts a large population stays in memory. A limit; what is not needed is not taken. */
export async function giveRoom(tx: Tx): Promise<void> {
  await tx.sql`SET LOCAL work_mem = '128MB'`;
}

/**
 * Every item a campaign would have now, as the body of a WITH whose last member is `items`: id (of what others cite; null = it gets
 * one where it is written), subject_type, subject_id, identity_id, reviewer_id, route, delegated_from, mode, cites_item_id, rank, risk,
 * and what the parts add. Preview and launch use the same; what is drawn by lot hangs on the campaign's seed alone.
 *
 * What cannot be carried and belongs to no collection is asked about whatever the rest is, and goes straight through: of a million
 * subjects nearly all are like that, and only the others have to be held against each other.
 */
export function itemsPlan(campaign: Campaign, now: Date, parts: PopulationParts = {}): Sql {
  const { scope, reviewers, settings } = campaign;
  const delta = settings.delta.enabled;
  const once = asksOnce(campaign);
  const shared = sql`${scope.subject}::text AS subject_type`;
  const use = parts.use ? sql`, last_used_at, known_since, known_until, born_at` : empty;
  const straight = (which: PopulationParts): Sql =>
    sql`SELECT NULL::uuid AS id, ${shared}, subject_id, identity_id, reviewer_id, route, delegated_from, 'asked'::text AS mode, NULL::uuid AS cites_item_id, ${raw(rankOf('risk'))} AS rank,
        risk, environment, kind, protected, can_disable, personal ${use} FROM (${routed(scope, reviewers, now, which)}) alone`;
  if (!delta && !once) return sql`${routingGround(now)}, items AS (${straight(parts)})`;
  const population = routed(scope, reviewers, now, {
    ...parts,
    ...(delta ? { use: true, findings: true, changes: true } : { collected: true }),
    ...(once ? { shape: true, findings: true } : {}),
  });
  const lot = sql`hashtextextended(subject_id::text, ${campaign.seed}::bigint)`;
  const carries = delta
    ? sql`marked AS (SELECT p.*, a.item_id AS attested_item_id,
        coalesce(a.verdict = 'keep' AND a.carries < ${settings.delta.maximumCarries}::int AND p.risk = 'low' AND a.risk = 'low' AND p.changed_at <= a.frozen_at AND p.worst_finding < 2
          AND use_seen(p.last_used_at, p.known_since, p.known_until, p.born_at, ${now}, 90, 48) <> 'not-seen' AND p.reviewer_id IS NOT NULL, false) AS unchanged
      FROM pop p LEFT JOIN attestations a ON a.subject_type = ${scope.subject} AND a.subject_id = p.subject_id),
    drawn AS (SELECT m.*, unchanged AND row_number() OVER (PARTITION BY unchanged ORDER BY ${lot}, subject_id) <= ceil(${settings.delta.sampleShare}::float8 * count(*) OVER (PARTITION BY unchanged)) AS carried_sample FROM marked m)`
    : sql`drawn AS (SELECT p.*, NULL::uuid AS attested_item_id, false AS unchanged, false AS carried_sample FROM pop p)`;
  const { minimumMembers, sampleShare, minimumSample } = settings.collections;
  const least = once ? minimumMembers : 2_000_000_000;
  return sql`${routingGround(now)}, pop AS (${population}), ${carries},
    templates AS MATERIALIZED (SELECT gen_random_uuid() AS id, d.collection_id, d.reviewer_id, count(*) AS members, mode() WITHIN GROUP (ORDER BY d.route) AS route, mode() WITHIN GROUP (ORDER BY d.delegated_from) AS delegated_from,
        ${once ? sql`mode() WITHIN GROUP (ORDER BY d.shape)` : sql`NULL::uuid`} AS shape, mode() WITHIN GROUP (ORDER BY coalesce(risk_rank(d.risk), 0)) AS risk_rank
      FROM drawn d WHERE d.collection_id IS NOT NULL AND NOT d.unchanged GROUP BY d.collection_id, d.reviewer_id HAVING count(*) >= ${least}::int),
    judged AS (SELECT d.*, t.id AS template_id, t.members, ${once ? sql`t.id IS NOT NULL AND (d.shape IS DISTINCT FROM t.shape OR coalesce(risk_rank(d.risk), 0) > t.risk_rank OR d.worst_finding >= 3)` : sql`false`} AS outlier
      FROM drawn d LEFT JOIN templates t ON NOT d.unchanged AND t.collection_id = d.collection_id AND t.reviewer_id IS NOT DISTINCT FROM d.reviewer_id),
    lots AS (SELECT j.*, row_number() OVER (PARTITION BY template_id, outlier ORDER BY ${lot}, subject_id) AS place FROM judged j),
    modes AS (SELECT l.*, CASE WHEN unchanged AND NOT carried_sample THEN 'carried' WHEN carried_sample THEN 'sample' WHEN template_id IS NULL THEN 'asked' WHEN outlier THEN 'outlier'
        WHEN place <= greatest(${minimumSample}::int, ceil(members * ${sampleShare}::float8)) THEN 'sample' ELSE 'covered' END AS mode FROM lots l),
    items AS (
      ${delta ? empty : sql`${straight({ ...parts, collected: false })} UNION ALL`}
      SELECT NULL::uuid AS id, ${shared}, subject_id, identity_id, CASE WHEN mode NOT IN ('carried', 'covered') THEN reviewer_id END AS reviewer_id, CASE WHEN mode NOT IN ('carried', 'covered') THEN route END AS route,
        CASE WHEN mode NOT IN ('carried', 'covered') THEN delegated_from END AS delegated_from, mode, CASE mode WHEN 'carried' THEN attested_item_id WHEN 'covered' THEN template_id END AS cites_item_id, ${raw(rankOf('risk'))} AS rank,
        risk, environment, kind, protected, can_disable, personal ${use} FROM modes
      UNION ALL
      SELECT id, 'collection', collection_id, NULL, reviewer_id, route, delegated_from, 'collection', NULL, ${raw(rankOf(`CASE risk_rank WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'moderate' WHEN 1 THEN 'low' END`))},
        CASE risk_rank WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'moderate' WHEN 1 THEN 'low' END, NULL, NULL, 'a collection as a whole', false, false ${parts.use ? sql`, NULL, NULL, NULL, NULL` : empty} FROM templates)`;
}

/** What silence would do to a row that carries the parts `use`: disable, or escalate. */
export function silence(campaign: Campaign, now: Date, alias: string): Sql {
  const { action, unusedDays, maximumUsageLagHours, protect } = campaign.noResponse;
  if (action === 'escalate') return sql`'escalate'::text`;
  const row = raw(alias);
  return sql`CASE WHEN ${row}.can_disable AND ${row}.protected IS NULL AND NOT coalesce(${row}.environment = ANY(${protect.environments}::text[]), false) AND NOT coalesce(${row}.risk = ANY(${protect.risks}::text[]), false) AND NOT coalesce(${row}.kind = ANY(${protect.kinds}::text[]), false)
    AND use_seen(${row}.last_used_at, ${row}.known_since, ${row}.known_until, ${row}.born_at, ${now}, ${unusedDays}::int, ${maximumUsageLagHours}::int) = 'not-seen' THEN 'disable' ELSE 'escalate' END`;
}
