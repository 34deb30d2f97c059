import { population } from '../../catalogue/index.js';
import { sql, type Tx } from '../../platform/database/index.js';
import type { Campaign } from '../campaign.js';

/** Opens again, in one statement, the decided items of a campaign whose subject is riskier now than when it was decided. */
export function reopenRisen(
  tx: Tx,
  campaign: Campaign,
  now: Date,
): Promise<{ id: string; subjectType: string; subjectId: string; before: string | null; after: string }[]> {
  const within = sql`SELECT w.subject_id FROM review_items w WHERE w.campaign_id = ${campaign.id}::uuid AND w.state = 'decided'`;
  return tx.sql`UPDATE review_items i SET state = 'open', verdict = NULL, decision_id = NULL, decided_at = NULL, version = i.version + 1, rank = least(i.rank, CASE p.risk WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'moderate' THEN 2 ELSE 4 END)
    FROM review_decisions d, (${population({ subject: campaign.scope.subject }, now, { within })}) p
    WHERE i.campaign_id = ${campaign.id}::uuid AND i.state = 'decided' AND d.id = i.decision_id AND p.subject_id = i.subject_id AND risk_rank(p.risk) > coalesce(risk_rank(d.detail->>'risk'), 0)
    RETURNING i.id, i.subject_type AS "subjectType", i.subject_id AS "subjectId", d.detail->>'risk' AS before, p.risk AS after`;
}
