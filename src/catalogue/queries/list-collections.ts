import { empty, sql, type Tx } from '../../platform/database/index.js';

export interface CollectionView {
  readonly id: string;
  readonly source: { readonly id: string; readonly name: string };
  readonly externalId: string;
  readonly name: string;
  readonly template: string;
  readonly because: string;
  readonly identities: number;
}

export function listCollections(
  tx: Tx,
  source: string | undefined,
  limit: number,
  after: readonly unknown[] | null,
): Promise<CollectionView[]> {
  return tx.sql<CollectionView>`SELECT c.id, json_build_object('id', s.id, 'name', s.name) AS source, c.external_id AS "externalId", c.name, c.template, c.because, (SELECT count(*)::int FROM identities i WHERE i.collection_id = c.id AND i.removed_at IS NULL) AS identities
    FROM collections c JOIN sources s ON s.id = c.source_id WHERE true ${source === undefined ? empty : sql`AND c.source_id = ${source}`} ${after === null ? empty : sql`AND (c.name, c.id) > (${after[0]}, ${after[1]}::uuid)`} ORDER BY c.name, c.id LIMIT ${limit}`;
}
