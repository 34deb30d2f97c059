import type { Tx } from '../../platform/database/index.js';
import type { NewsKind } from '../contributions.js';
import type { NewsGroup } from '../digest.js';

const NAMED = 5;

/** What became so after `since` and up to `until`, kind by kind; kinds without anything are left out. */
export async function newsSince(
  tx: Tx,
  kinds: readonly NewsKind[],
  since: Date,
  until: Date,
  now: Date,
): Promise<NewsGroup[]> {
  const groups: NewsGroup[] = [];
  for (const kind of kinds) {
    const [row] = await tx.sql<{ count: number; named: string[] | null }>`
      WITH items AS MATERIALIZED (${kind.items(since, until, now)})
      SELECT (SELECT count(*)::int FROM items) AS count, (SELECT array_agg(title ORDER BY title) FROM (SELECT title FROM items ORDER BY title LIMIT ${NAMED}) AS first) AS named`;
    if (row!.count > 0) groups.push({ kind: kind.kind, count: row!.count, named: row!.named ?? [] });
  }
  return groups;
}
