import { population } from '../../catalogue/index.js';
import { sql, type Tx } from '../../platform/database/index.js';

/** Which of these grants the identity has now. */
export async function grantsOf(tx: Tx, identityId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.sql<{
    id: string;
  }>`SELECT p.subject_id AS id FROM (${population({ subject: 'grant' }, new Date(0), { within: sql`SELECT unnest(${ids}::uuid[])`, few: true })}) p WHERE p.identity_id = ${identityId}::uuid`;
  return new Set(rows.map(({ id }) => id));
}
