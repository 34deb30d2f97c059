import { sql, type Tx } from '../../platform/database/index.js';

/** How many items a campaign has, and how many of those asked are open. */
export async function openItems(tx: Tx, campaignId: string): Promise<{ items: number; open: number }> {
  const [row] = await tx.run<{ items: number; open: number }>(
    sql`SELECT count(*)::int AS items, count(*) FILTER (WHERE state = 'open' AND mode NOT IN ('covered', 'carried'))::int AS open FROM review_items WHERE campaign_id = ${campaignId}`,
  );
  return row!;
}
