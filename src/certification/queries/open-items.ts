import { type Sql, sql, type Tx } from '../../platform/database/index.js';

/** How many items a campaign has, and how many of those asked are open. */
export async function openItems(tx: Tx, campaignId: string): Promise<{ items: number; open: number }> {
  const [row] = await tx.run<{ items: number; open: number }>(
    sql`SELECT count(*)::int AS items, count(*) FILTER (WHERE state = 'open' AND mode NOT IN ('covered', 'carried'))::int AS open FROM review_items WHERE campaign_id = ${campaignId}`,
  );
  return row!;
}

/** Every item of a campaign, by id. */
export const itemsOf = (campaignId: string): Sql => sql`SELECT id FROM review_items WHERE campaign_id = ${campaignId}`;

/** One item, for what takes a query of ids. */
export const thisItem = (id: string): Sql => sql`SELECT ${id}::uuid`;
