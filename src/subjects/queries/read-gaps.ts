import { raw, type Tx } from '../../platform/database/index.js';

/** `query` is contributed text of our own, without anything from outside. */
export const readGaps = (tx: Tx, query: string): Promise<{ scopeId: string; type: string; parent: string | null }[]> =>
  tx.sql`SELECT scope_id AS "scopeId", resource_type AS type, parent_external_id AS parent FROM (${raw(query)}) AS gaps`;
