import type { Tx } from '../../platform/database/index.js';

/**
 * Of some identities, those that no machine may switch off, take rights from or rotate: what is kept for emergencies,
 * approved or only found to be. Whoever acts at a source by itself asks this first; a person may act all the same.
 */
export async function keptFromMachines(tx: Tx, identityIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.sql<{
    id: string;
  }>`SELECT id FROM identities WHERE id = ANY(${identityIds}::uuid[]) AND expected_use->>'pattern' = 'break-glass'`;
  return new Set(rows.map(({ id }) => id));
}
