import { settledBefore, type Tx } from '../../platform/database/index.js';
import type { SiemFeed } from '../contributions.js';

/** How far each feed was read: transaction and id of its last row. */
export type SiemPlace = Readonly<Record<string, readonly [xid: string, id: string]>>;

interface Row {
  readonly xid: string;
  readonly id: string;
  readonly at: Date;
}

/**
 * The next events of all feeds, and the place to read on from. A row is given once nothing can appear before it any
 * more, so that whoever reads on misses nothing; a transaction that runs long holds back what came after it.
 */
export async function siemEvents(
  tx: Tx,
  feeds: readonly SiemFeed[],
  place: SiemPlace,
  limit: number,
): Promise<{ events: Readonly<Record<string, unknown>>[]; place: SiemPlace; hasMore: boolean }> {
  const settled = await settledBefore(tx);
  const waiting: { feed: SiemFeed; rows: Row[] }[] = [];
  for (const feed of feeds) {
    const [xid, id] = place[feed.name] ?? ['0', '0'];
    const rows = await tx.sql<Row>`SELECT r.*, r.xid::text AS xid, r.id::text AS id FROM (${feed.rows}) AS r
        WHERE (r.xid, r.id) > (${xid}::xid8, ${id}::bigint) AND r.xid < ${settled}::xid8 ORDER BY r.xid, r.id LIMIT ${limit + 1}`;
    waiting.push({ feed, rows });
  }
  const events: Readonly<Record<string, unknown>>[] = [];
  const reached: Record<string, readonly [string, string]> = { ...place };
  while (events.length < limit) {
    // Each feed keeps its own order; between them, the older goes first.
    const [next] = waiting
      .filter(({ rows }) => rows.length > 0)
      .sort((a, b) => a.rows[0]!.at.getTime() - b.rows[0]!.at.getTime());
    if (!next) break;
    const row = next.rows.shift()!;
    events.push(next.feed.toOcsf(row as unknown as Record<string, unknown>));
    reached[next.feed.name] = [row.xid, row.id];
  }
  return { events, place: reached, hasMore: waiting.some(({ rows }) => rows.length > 0) };
}
