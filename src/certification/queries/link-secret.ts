import type { Tx } from '../../platform/database/index.js';

/** What the key of review links is derived from: this installation's own, the same for every process on one database. */
export async function linkSecret(tx: Tx): Promise<string> {
  const [row] = await tx.sql<{ secret: string }>`SELECT hash_key AS secret FROM installation`;
  return row!.secret;
}
