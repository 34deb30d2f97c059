import { population } from '../../catalogue/index.js';
import { sql, type Tx } from '../../platform/database/index.js';
import type { Campaign } from '../campaign.js';

/** Of the frozen items that nobody is asked about, how many are somebody's own access: the only one who could be asked must not be. */
export async function ownAccessItems(tx: Tx, campaign: Campaign, now: Date): Promise<number> {
  const within = sql`SELECT i.subject_id FROM review_items i WHERE i.campaign_id = ${campaign.id}::uuid AND i.reviewer_id IS NULL AND i.mode NOT IN ('covered', 'carried', 'collection')`;
  const [row] = await tx.sql<{
    n: number;
  }>`SELECT count(*)::int AS n FROM (${population({ subject: campaign.scope.subject }, now, { within })}) p WHERE p.personal`;
  return row!.n;
}
