import type { Facts } from '../subjects/index.js';

/** When a source was last read, whole or in part; a run that failed read nothing. */
export function contributeSync(facts: Facts): void {
  facts.contribute({
    subject: 'source',
    name: 'sync',
    joins: '',
    columns: {
      lastReadAt: {
        sql: `epoch_ms((SELECT max(r.finished_at) FROM sync_runs r WHERE r.source_id = src.id AND r.status IN ('complete', 'partial', 'held')))`,
        type: 'instant',
      },
    },
  });
}
