import { raw, type Tx } from '../../platform/database/index.js';
import { population, type PopulationFilter, type PopulationSubject } from './population.js';

const TABLES: Record<PopulationSubject, string> = {
  identity: 'identities',
  credential: 'credentials',
  grant: 'grants',
};

/**
 * Whether a population has at least so many subjects, at the least cost: never more of them are counted, and what is not
 * narrowed is judged by its table alone.
 */
export async function isAtLeast(tx: Tx, filter: PopulationFilter, n: number, now: Date): Promise<boolean> {
  const [rows] = await tx.sql<{
    enough: boolean;
  }>`SELECT count(*) >= ${n}::int AS enough FROM (SELECT 1 FROM ${raw(TABLES[filter.subject])} WHERE removed_at IS NULL LIMIT ${n}) counted`;
  if (!rows!.enough) return false;
  if (Object.entries(filter).every(([name, value]) => name === 'subject' || value === undefined)) return true;
  const [exact] = await tx.sql<{
    enough: boolean;
  }>`SELECT count(*) >= ${n}::int AS enough FROM (SELECT 1 FROM (${population(filter, now)}) p LIMIT ${n}) counted`;
  return exact!.enough;
}
