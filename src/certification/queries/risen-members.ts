import { everybody, population } from '../../catalogue/index.js';
import { sql, type Tx } from '../../platform/database/index.js';
import type { Campaign } from '../campaign.js';
import type { UnfrozenItem } from './freeze-items.js';
import { routed, routingGround } from './routing.js';

/** What cited a decision, and has to be decided by itself now. */
export interface RisenMember extends UnfrozenItem {
  readonly before: string | null;
  readonly after: string;
  /** The item whose decision spoke for it until now. */
  readonly cited: string;
}

/**
 * Members of a collection that are riskier now than when the whole was frozen, and decided: the decision no longer speaks for
 * them. In one statement each becomes a question of its own, to whoever was asked about the whole.
 */
export function askRisenMembers(tx: Tx, campaign: Campaign, now: Date): Promise<RisenMember[]> {
  const within = sql`SELECT m.subject_id FROM review_items m JOIN review_items w ON w.campaign_id = m.campaign_id AND w.id = m.cites_item_id AND w.state = 'decided' WHERE m.campaign_id = ${campaign.id}::uuid AND m.mode = 'covered'`;
  return tx.sql<RisenMember>`WITH risen AS (
      UPDATE review_items i SET mode = 'outlier', state = 'open', cites_item_id = NULL, reviewer_id = w.reviewer_id, route = w.route, delegated_from = w.delegated_from, version = i.version + 1, rank = CASE p.risk WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'moderate' THEN 2 ELSE 4 END
      FROM review_items m JOIN review_items w ON w.campaign_id = m.campaign_id AND w.id = m.cites_item_id AND w.state = 'decided', (${population({ subject: campaign.scope.subject }, now, { within })}) p
      WHERE i.campaign_id = ${campaign.id}::uuid AND m.campaign_id = i.campaign_id AND m.id = i.id AND m.mode = 'covered' AND p.subject_id = i.subject_id
        AND risk_rank(p.risk) > CASE m.rank WHEN 0 THEN 4 WHEN 1 THEN 3 WHEN 2 THEN 2 WHEN 4 THEN 1 ELSE 0 END
      RETURNING i.id, i.subject_type, i.subject_id, i.mode, m.rank AS rank_before, p.risk AS after, w.id AS cited)
    ${TOLD}`;
}

/**
 * What was carried forward from an earlier campaign and is riskier now than when this one began: the decision was about something
 * less risky. In one statement each is asked about after all, of whom the rules name now.
 */
export function askRisenCarried(tx: Tx, campaign: Campaign, now: Date): Promise<RisenMember[]> {
  const within = sql`SELECT m.subject_id FROM review_items m WHERE m.campaign_id = ${campaign.id}::uuid AND m.mode = 'carried'`;
  return tx.sql<RisenMember>`WITH ${routingGround(now)}, risen AS (
      UPDATE review_items i SET mode = 'asked', state = 'open', cites_item_id = NULL, reviewer_id = p.reviewer_id, route = p.route, delegated_from = p.delegated_from, version = i.version + 1, rank = CASE p.risk WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'moderate' THEN 2 ELSE 4 END
      FROM review_items m, (${routed({ subject: campaign.scope.subject }, campaign.reviewers, now, { within })}) p
      WHERE i.campaign_id = ${campaign.id}::uuid AND m.campaign_id = i.campaign_id AND m.id = i.id AND m.mode = 'carried' AND p.subject_id = i.subject_id
        AND risk_rank(p.risk) > CASE m.rank WHEN 0 THEN 4 WHEN 1 THEN 3 WHEN 2 THEN 2 WHEN 4 THEN 1 ELSE 0 END
      RETURNING i.id, i.subject_type, i.subject_id, i.mode, m.rank AS rank_before, p.risk AS after, m.cites_item_id AS cited)
    ${TOLD}`;
}

/** Of `risen`, each with what was decided about it before. */
const TOLD = sql`SELECT r.id, r.subject_type AS "subjectType", r.subject_id AS "subjectId", r.mode, r.after, r.cited, CASE r.rank_before WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'moderate' WHEN 4 THEN 'low' END AS before,
      CASE WHEN a.item_id IS NULL THEN NULL ELSE json_build_object('verdict', a.verdict, 'reason', a.reason, 'by', b.display_name, 'at', iso(a.decided_at), 'campaign', c.name, 'shape', a.shape) END AS earlier
    FROM risen r LEFT JOIN attestations a ON a.subject_type = r.subject_type AND a.subject_id = r.subject_id LEFT JOIN campaigns c ON c.id = a.campaign_id LEFT JOIN (${everybody}) b ON b.id = a.decided_by`;
