import { everybody, population, type PopulationSubject } from '../../catalogue/index.js';
import { copyLine, sql, type Tx } from '../../platform/database/index.js';
import type { Recommendation } from '../recommendation.js';

export interface UnfrozenItem {
  readonly id: string;
  readonly subjectType: PopulationSubject | 'collection';
  readonly subjectId: string;
  readonly mode: string;
  readonly earlier: EarlierDecision | null;
}

/** The last decision there was about a subject. */
export interface EarlierDecision {
  readonly verdict: string;
  readonly reason: string | null;
  readonly by: string | null;
  readonly at: string;
  readonly campaign: string;
  readonly shape?: string | null;
}

/** The next items of a campaign whose evidence is not kept yet; covered and carried ones cite a decision instead. */
export function unfrozenItems(tx: Tx, campaignId: string, limit: number): Promise<UnfrozenItem[]> {
  return tx.sql`SELECT i.id, i.subject_type AS "subjectType", i.subject_id AS "subjectId", i.mode,
      CASE WHEN a.item_id IS NULL THEN NULL ELSE json_build_object('verdict', a.verdict, 'reason', a.reason, 'by', p.display_name, 'at', iso(a.decided_at), 'campaign', c.name, 'shape', a.shape) END AS earlier
    FROM review_items i LEFT JOIN attestations a ON a.subject_type = i.subject_type AND a.subject_id = i.subject_id LEFT JOIN campaigns c ON c.id = a.campaign_id LEFT JOIN (${everybody}) p ON p.id = a.decided_by
    WHERE i.campaign_id = ${campaignId} AND i.id > coalesce((SELECT e.item_id FROM review_evidence e WHERE e.campaign_id = ${campaignId} ORDER BY e.item_id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000')
      AND i.mode NOT IN ('covered', 'carried') ORDER BY i.id LIMIT ${limit}`;
}

export interface FrozenItem {
  readonly id: string;
  readonly evidence: unknown;
  readonly hash: string;
  readonly advice: Recommendation;
  readonly risk: string | null;
  readonly name: string;
}

export async function keepEvidence(tx: Tx, campaignId: string, items: readonly FrozenItem[], at: Date): Promise<void> {
  const lines = function* (): Generator<string> {
    for (const { id, evidence, hash, advice, risk, name } of items)
      yield copyLine([
        campaignId,
        id,
        evidence,
        hash,
        advice.verdict,
        advice.because,
        advice.rule,
        advice.use,
        risk,
        advice.routine,
        advice.stale,
        name,
        at,
      ]);
  };
  await tx.copyIn(
    'review_evidence',
    [
      'campaign_id',
      'item_id',
      'evidence',
      'hash',
      'recommended',
      'because',
      'rule',
      'use',
      'risk',
      'routine',
      'stale',
      'subject_name',
      'frozen_at',
    ],
    (async function* () {
      yield* lines();
    })(),
  );
}

/** What one question about a collection stands for. */
export interface CoveredMembers {
  readonly itemId: string;
  readonly collectionId: string;
  readonly covered: number;
  readonly outliers: number;
  readonly samples: number;
  readonly seen: number;
  readonly notSeen: number;
  readonly shape: string | null;
  readonly hash: string;
}

export function coveredMembers(
  tx: Tx,
  campaignId: string,
  itemIds: readonly string[],
  subject: PopulationSubject,
  now: Date,
  window: { unusedDays: number; maximumUsageLagHours: number },
): Promise<CoveredMembers[]> {
  const within = sql`SELECT m.subject_id FROM review_items m WHERE m.campaign_id = ${campaignId} AND m.mode = 'covered' AND m.cites_item_id = ANY(${itemIds}::uuid[])`;
  return tx.sql`SELECT q.id AS "itemId", q.subject_id AS "collectionId", count(p.subject_id)::int AS covered,
      (SELECT count(*)::int FROM review_items o WHERE o.campaign_id = ${campaignId} AND o.mode = 'outlier' AND o.reviewer_id IS NOT DISTINCT FROM q.reviewer_id AND o.identity_id IN (SELECT pp.identity_id FROM (${population({ subject }, now)}) pp WHERE pp.collection_id = q.subject_id)) AS outliers,
      (SELECT count(*)::int FROM review_items o WHERE o.campaign_id = ${campaignId} AND o.mode = 'sample' AND o.reviewer_id IS NOT DISTINCT FROM q.reviewer_id AND o.identity_id IN (SELECT pp.identity_id FROM (${population({ subject }, now)}) pp WHERE pp.collection_id = q.subject_id)) AS samples,
      count(*) FILTER (WHERE use_seen(p.last_used_at, p.known_since, p.known_until, p.born_at, ${now}, ${window.unusedDays}::int, ${window.maximumUsageLagHours}::int) = 'seen')::int AS seen,
      count(*) FILTER (WHERE use_seen(p.last_used_at, p.known_since, p.known_until, p.born_at, ${now}, ${window.unusedDays}::int, ${window.maximumUsageLagHours}::int) = 'not-seen')::int AS "notSeen",
      mode() WITHIN GROUP (ORDER BY p.shape) AS shape, 'sha256:' || encode(sha256(convert_to(coalesce(string_agg(m.subject_id::text, E'\n' ORDER BY m.subject_id), ''), 'UTF8')), 'hex') AS hash
    FROM review_items q JOIN review_items m ON m.campaign_id = q.campaign_id AND m.mode = 'covered' AND m.cites_item_id = q.id
    LEFT JOIN (${population({ subject }, now, { use: true, shape: true, within })}) p ON p.subject_id = m.subject_id
    WHERE q.campaign_id = ${campaignId} AND q.id = ANY(${itemIds}::uuid[]) GROUP BY q.id, q.subject_id, q.reviewer_id`;
}
