import type { Readable } from 'node:stream';
import { raw, type Tx } from '../../platform/database/index.js';
import type { MergeKind } from '../merge-kinds.js';

/** Streams the hashes under which the live rows of a source are known, in COPY's binary form. `sourceId` is one of our own ids. */
export const knownHashes = (tx: Tx, kind: MergeKind, sourceId: string): Promise<Readable> =>
  tx.copyOutBinary(`SELECT raw_hash FROM ${kind} WHERE source_id = '${sourceId}' AND removed_at IS NULL`);

/** How many of them there are. */
export async function countKnown(tx: Tx, kind: MergeKind, sourceId: string): Promise<number> {
  const [row] = await tx.sql<{
    count: number;
  }>`SELECT count(*)::int AS count FROM ${raw(kind)} WHERE source_id = ${sourceId} AND removed_at IS NULL`;
  return row!.count;
}
