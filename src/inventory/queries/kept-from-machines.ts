import { raw, type Sql, sql, type Tx } from '../../platform/database/index.js';

/** The same as a condition over a row of identities, by its alias. */
export const isKeptFromMachines = (alias: string): Sql =>
  sql`coalesce(${raw(alias)}.expected_use->>'pattern' = 'break-glass', false)`;

/**
 * Of some identities, those that no machine may switch off, take rights from or rotate: what is kept for emergencies,
 * approved or only found to be. Whoever acts at a source by itself asks this first; a person may act all the same.
 */
export async function keptFromMachines(tx: Tx, identityIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.sql<{
    id: string;
  }>`SELECT i.id FROM identities i WHERE i.id = ANY(${identityIds}::uuid[]) AND ${isKeptFromMachines('i')}`;
  return new Set(rows.map(({ id }) => id));
}
