import type { Tx } from './tx.js';

/**
 * The transaction before which nothing can appear in this database any more: every earlier one has ended. What reads a
 * log on by transaction stops here, so that a row which commits late is never passed over.
 *
 * PostgreSQL's own horizon (`pg_snapshot_xmin`) counts the transactions of every database of the server, and a backup
 * or report that runs for hours in a neighbour's would hold our feeds back as long. What is known to belong to another
 * database is therefore left out; one that cannot be told (prepared, or ended since) still counts.
 */
export async function settledBefore(tx: Tx): Promise<string> {
  const [row] = await tx.sql<{ xid: string }>`
    SELECT least(
      (SELECT running FROM pg_snapshot_xip(now.snapshot) AS running
        WHERE NOT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
          WHERE l.locktype = 'transactionid' AND l.transactionid = running::xid AND l.granted AND a.datname <> current_database())
        ORDER BY running LIMIT 1),
      pg_current_xact_id_if_assigned(),
      pg_snapshot_xmax(now.snapshot))::text AS xid
    FROM (SELECT pg_current_snapshot() AS snapshot) AS now`;
  return row!.xid;
}
