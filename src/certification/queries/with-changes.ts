import type { Tx } from '../../platform/database/index.js';
import { changesSince, lookAgain, type SubjectNow } from './look-again.js';
import type { ItemRow } from './item-view.js';

/** Rows of a list with what changed about each subject since it was frozen, as one more member of their JSON. */
export async function withChanges(tx: Tx, rows: readonly ItemRow[], now: Date): Promise<ItemRow[]> {
  const current = new Map<string, SubjectNow>();
  for (const type of ['identity', 'credential', 'grant'] as const) {
    const ids = rows.filter(({ subjectType }) => subjectType === type).map(({ subjectId }) => subjectId);
    if (ids.length > 0) for (const one of await lookAgain(tx, type, ids, now)) current.set(one.subjectId, one);
  }
  return rows.map((row) => {
    const changes =
      row.subjectType === 'collection'
        ? []
        : changesSince({ at: row.frozenAt, risk: row.risk, lastUsedAt: row.lastUsedAt }, current.get(row.subjectId));
    return { ...row, json: `${row.json.slice(0, row.json.lastIndexOf('}'))},"changes":${JSON.stringify(changes)}}` };
  });
}
