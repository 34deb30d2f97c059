import { everybody, headsOfUnits, peopleWhoAnswer, population } from '../../catalogue/index.js';
import { raw, type Sql, sql, type Tx } from '../../platform/database/index.js';
import type { Campaign } from '../campaign.js';
import { silence } from './plan-items.js';

const STRICTEST = `CASE WHEN bool_or(r.verdict = 'revoke') THEN 'revoke' WHEN bool_or(r.verdict = 'reduce') THEN 'reduce' WHEN bool_or(r.verdict = 'rotate') THEN 'rotate' WHEN bool_and(r.verdict = 'keep') THEN 'keep' END`;

/**
 * One row for each subject that was asked about, whoever and however many were asked: subject_type, subject_id, identity_id, the
 * first item, and the verdict that stands (null = nobody decided, or not everybody kept).
 */
export const outcomes = (
  campaignId: string,
): Sql => sql`SELECT r.subject_type, r.subject_id, min(r.identity_id::text)::uuid AS identity_id, coalesce(r.parent_root, r.id) AS item_id, ${raw(STRICTEST)} AS verdict,
    (array_agg(r.decision_id ORDER BY CASE r.verdict WHEN 'revoke' THEN 0 WHEN 'reduce' THEN 1 WHEN 'rotate' THEN 2 WHEN 'keep' THEN 3 END, r.stage, r.id) FILTER (WHERE r.decision_id IS NOT NULL))[1] AS decision_id, min(r.rank) AS rank, min(r.reviewer_id::text) FILTER (WHERE r.state <> 'decided')::uuid AS reviewer_id
  FROM (SELECT i.*, CASE WHEN i.parent_id IS NULL THEN NULL ELSE coalesce(up.parent_id, i.parent_id) END AS parent_root FROM review_items i LEFT JOIN review_items up ON up.campaign_id = i.campaign_id AND up.id = i.parent_id
    WHERE i.campaign_id = ${campaignId}::uuid AND i.mode NOT IN ('covered', 'carried') AND i.state NOT IN ('withdrawn')) r
  GROUP BY r.subject_type, r.subject_id, coalesce(r.parent_root, r.id)`;

/** The same where every subject was asked about once: nothing has to be grouped. */
const plainOutcomes = (campaignId: string): Sql =>
  sql`SELECT id AS item_id, subject_type, subject_id, identity_id, verdict, decision_id, rank, reviewer_id FROM review_items WHERE campaign_id = ${campaignId}::uuid AND mode NOT IN ('covered', 'carried') AND state <> 'withdrawn'`;

/** Works out what stands for every subject, into a temporary table that the statements below read; gone with the transaction. */
export async function settle(tx: Tx, campaign: Campaign, now: Date): Promise<void> {
  const [asked] = await tx.sql<{
    often: boolean;
  }>`SELECT EXISTS (SELECT 1 FROM review_items WHERE campaign_id = ${campaign.id} AND parent_id IS NOT NULL) AS often`;
  const standing = asked!.often
    ? sql`SELECT item_id, subject_type, subject_id, identity_id, verdict, decision_id, rank, reviewer_id FROM (${outcomes(campaign.id)}) o`
    : plainOutcomes(campaign.id);
  await tx.sql`CREATE TEMP TABLE settled ON COMMIT DROP AS SELECT s.*, 'open'::text AS silence, NULL::uuid AS source_id, NULL::uuid AS unit_id FROM (${standing}) s`;
  await tx.sql`ANALYZE settled`;
  const [open] = await tx.sql<{ n: number }>`SELECT count(*)::int AS n FROM settled WHERE verdict IS NULL`;
  const few = open!.n <= 5000;
  // What is gone or switched off meanwhile is asked of nobody any more.
  await tx.run(
    sql`UPDATE settled s SET silence = CASE WHEN s.verdict IS NOT NULL THEN 'decided' WHEN s.subject_type = 'collection' THEN 'escalate' ELSE 'gone' END`,
  );
  await tx.run(sql`UPDATE settled s SET silence = CASE WHEN s.verdict IS NULL THEN ${silence(campaign, now, 'p')} ELSE s.silence END, source_id = p.source_id, unit_id = p.unit_id
    FROM (${population({ subject: campaign.scope.subject }, now, { use: true, few, within: sql`SELECT subject_id FROM settled WHERE subject_type <> 'collection'` })}) p WHERE p.subject_id = s.subject_id AND s.subject_type <> 'collection'`);
}

export async function markItems(
  tx: Tx,
  campaignId: string,
): Promise<{ disabled: number; escalated: number; gone: number }> {
  const rows = await tx.sql<{ state: string; n: number }>`WITH marked AS (
      UPDATE review_items i SET state = CASE s.silence WHEN 'disable' THEN 'disabled' WHEN 'escalate' THEN 'escalated' ELSE 'gone' END, version = i.version + 1
      FROM settled s WHERE i.campaign_id = ${campaignId}::uuid AND i.id = s.item_id AND s.silence IN ('disable', 'escalate', 'gone') RETURNING i.state)
    SELECT state, count(*)::int AS n FROM marked GROUP BY state`;
  const of = (state: string): number => rows.find((row) => row.state === state)?.n ?? 0;
  // Whoever was asked beside them and never answered is not asked any more.
  await tx.sql`UPDATE review_items i SET state = 'lapsed', version = i.version + 1 WHERE i.campaign_id = ${campaignId}::uuid AND i.state = 'open' AND i.mode NOT IN ('covered', 'carried')`;
  return { disabled: of('disabled'), escalated: of('escalated'), gone: of('gone') };
}

/** The subjects themselves that a verdict about an item is about: a collection's are those it covered. */
const SUBJECTS = (
  campaignId: string,
): Sql => sql`SELECT s.item_id, s.verdict, s.silence, s.decision_id, s.subject_type, s.subject_id, s.identity_id, s.source_id FROM settled s WHERE s.subject_type <> 'collection'
  UNION ALL SELECT s.item_id, s.verdict, s.silence, s.decision_id, m.subject_type, m.subject_id, m.identity_id, NULL FROM settled s JOIN review_items m ON m.campaign_id = ${campaignId}::uuid AND m.cites_item_id = s.item_id AND m.mode = 'covered' WHERE s.subject_type = 'collection'`;

/** What decisions, and silence, mean at the source, as actions to be planned. */
export function actionsToPlan(campaign: Campaign, now: Date, signedBy: string | null = null): Sql {
  const subjects =
    signedBy === null
      ? SUBJECTS(campaign.id)
      : sql`SELECT i.id AS item_id, i.verdict, 'decided'::text AS silence, i.decision_id, i.subject_type, i.subject_id, i.identity_id, NULL::uuid AS source_id FROM review_items i JOIN review_decisions own ON own.id = i.decision_id WHERE i.campaign_id = ${campaign.id}::uuid AND own.decided_by = ${signedBy}::uuid AND i.verdict = 'revoke' AND i.subject_type <> 'collection'`;
  const live = population({ subject: campaign.scope.subject }, now, {
    within: sql`SELECT w.subject_id FROM (${subjects}) w WHERE w.verdict IN ('revoke', 'rotate', 'reduce') OR w.silence = 'disable'`,
  });
  const grants = population({ subject: 'grant' }, now, {
    within: sql`SELECT taken.id::uuid FROM (${subjects}) w JOIN review_decisions d ON d.id = w.decision_id CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(d.detail->'grants', '[]')) taken(id) WHERE w.verdict = 'reduce'`,
  });
  return sql`SELECT CASE WHEN w.silence = 'disable' THEN 'disable' WHEN w.verdict = 'rotate' THEN 'rotate' WHEN w.subject_type = 'grant' THEN 'revoke-grant' ELSE 'disable' END AS kind, w.subject_type AS target_type, w.subject_id AS target_id, p.identity_id, p.source_id,
      'review-item' AS basis_type, w.item_id AS basis_id, CASE WHEN w.silence = 'disable' THEN 'Nobody answered the review, and it is known to be unused.' ELSE coalesce(d.reason, 'A reviewer decided: ' || w.verdict || '.') END AS reason, NULL::timestamptz AS not_before,
      jsonb_build_object('campaign', ${campaign.id}::text, 'item', w.item_id, 'verdict', coalesce(w.verdict, 'silence'), 'decidedBy', d.decided_by, 'evidenceHash', d.evidence_hash) AS evidence
    FROM (${subjects}) w JOIN (${live}) p ON p.subject_id = w.subject_id LEFT JOIN review_decisions d ON d.id = w.decision_id WHERE w.verdict IN ('revoke', 'rotate') OR w.silence = 'disable'
    UNION ALL
    SELECT 'revoke-grant', 'grant', g.subject_id, g.identity_id, g.source_id, 'review-item', w.item_id, coalesce(d.reason, 'A reviewer decided: reduce.'), NULL, jsonb_build_object('campaign', ${campaign.id}::text, 'item', w.item_id, 'verdict', 'reduce', 'decidedBy', d.decided_by, 'evidenceHash', d.evidence_hash)
    FROM (${subjects}) w JOIN review_decisions d ON d.id = w.decision_id CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(d.detail->'grants', '[]')) taken(id) JOIN (${grants}) g ON g.subject_id = taken.id::uuid WHERE w.verdict = 'reduce'`;
}

/** Keeps what was decided for the next campaign: the latest word about every subject, those that cite a decision included. */
export async function attest(tx: Tx, campaign: Campaign): Promise<number> {
  return tx.change`INSERT INTO attestations AS a (subject_type, subject_id, campaign_id, item_id, verdict, reason, decided_by, decided_at, frozen_at, shape, risk, carries)
    SELECT x.subject_type, x.subject_id, ${campaign.id}::uuid, x.item_id, x.verdict, x.reason, x.decided_by, x.decided_at, ${campaign.launchedAt}::timestamptz, x.shape, CASE x.rank WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'moderate' WHEN 4 THEN 'low' END, x.carries FROM (
      SELECT s.subject_type, s.subject_id, s.item_id, s.verdict, d.reason, d.decided_by, d.decided_at, (e.evidence->>'entitlementDigest')::uuid AS shape, s.rank, 0 AS carries
        FROM settled s JOIN review_decisions d ON d.id = s.decision_id LEFT JOIN review_evidence e ON e.campaign_id = ${campaign.id}::uuid AND e.item_id = s.item_id AND s.subject_type = 'collection' WHERE s.verdict IS NOT NULL
      UNION ALL SELECT m.subject_type, m.subject_id, s.item_id, s.verdict, d.reason, d.decided_by, d.decided_at, NULL, m.rank, 0
        FROM settled s JOIN review_decisions d ON d.id = s.decision_id JOIN review_items m ON m.campaign_id = ${campaign.id}::uuid AND m.cites_item_id = s.item_id AND m.mode = 'covered' WHERE s.subject_type = 'collection' AND s.verdict IS NOT NULL
      UNION ALL SELECT m.subject_type, m.subject_id, b.item_id, b.verdict, b.reason, b.decided_by, b.decided_at, b.shape, m.rank, b.carries + 1
        FROM review_items m JOIN attestations b ON b.subject_type = m.subject_type AND b.subject_id = m.subject_id WHERE m.campaign_id = ${campaign.id}::uuid AND m.mode = 'carried') x
    ON CONFLICT (subject_type, subject_id) DO UPDATE SET campaign_id = EXCLUDED.campaign_id, item_id = EXCLUDED.item_id, verdict = EXCLUDED.verdict, reason = EXCLUDED.reason, decided_by = EXCLUDED.decided_by, decided_at = EXCLUDED.decided_at,
      frozen_at = EXCLUDED.frozen_at, shape = EXCLUDED.shape, risk = EXCLUDED.risk, carries = EXCLUDED.carries`;
}

/** Asks the head of each unit to answer for what nobody decided and silence may not touch; else the campaign's manager. */
export async function askForAcceptance(
  tx: Tx,
  campaign: Campaign,
  now: Date,
): Promise<{ personId: string | null; items: number }[]> {
  return tx.sql`INSERT INTO risk_acceptances (campaign_id, person_id, items, items_hash, status, requested_at)
    SELECT ${campaign.id}::uuid, x.person_id, count(*)::int, 'sha256:' || encode(sha256(convert_to(string_agg(x.item_id::text, E'\n' ORDER BY x.item_id), 'UTF8')), 'hex'), 'requested', ${now}::timestamptz
    FROM (SELECT s.item_id, coalesce(able.id, ${campaign.managerId}::uuid) AS person_id FROM settled s LEFT JOIN (${everybody}) rv ON rv.id = s.reviewer_id
        LEFT JOIN (${headsOfUnits}) h ON h.unit_id = coalesce(s.unit_id, rv.unit_id) LEFT JOIN (${peopleWhoAnswer(now)}) able ON able.id = h.head_id WHERE s.silence = 'escalate') x
    GROUP BY x.person_id ON CONFLICT DO NOTHING RETURNING person_id AS "personId", items`;
}
