import { type Sql, sql, type Tx } from '../../platform/database/index.js';

/** How many a population counts now. */
export async function countOf(tx: Tx, population: Sql): Promise<number> {
  const [row] = await tx.run<{ n: number }>(sql`SELECT count(*)::int AS n FROM (${population}) p`);
  return row!.n;
}
