import { raw, type Tx } from '../../platform/database/index.js';

export type NamedKind = 'units' | 'sources' | 'collections';

/** Ids and names of what selectors point at: `wanted` are names or ids. A name that several have stands there for each. */
export async function findNamed(
  tx: Tx,
  kind: NamedKind,
  wanted: readonly string[],
): Promise<readonly { readonly id: string; readonly name: string }[]> {
  if (wanted.length === 0) return [];
  return tx.sql`SELECT id::text, name FROM ${raw(kind)} WHERE name = ANY(${wanted}::text[]) OR id::text = ANY(${wanted}::text[])`;
}
