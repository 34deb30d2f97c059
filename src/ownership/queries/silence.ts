import { type Tx } from '../../platform/database/index.js';
import type { WaitStep } from '../ownership-waits.repository.js';

/** What became of one question whose time had come. */
export interface Broken {
  readonly identityId: string;
  readonly what: 'reminded' | 'escalated';
  readonly step: WaitStep;
  /** Who is waited for now; null in the queue. */
  readonly personId: string | null;
}

/**
 * Reminds, and where the time to answer is over asks the next: the manager of who was named, the head of the unit, and
 * at last nobody: it waits in the queue. Each step has the same time again. One set, taken with its locks.
 */
export async function breakSilence(
  tx: Tx,
  heads: ReadonlyMap<string, string>,
  now: Date,
  limit: number,
): Promise<Broken[]> {
  return tx.sql<Broken>`
    WITH due AS (
      SELECT w.ownership_id, w.identity_id, w.step, w.person_id, w.escalate_at <= ${now} AS escalates, o.owner_id
      FROM ownership_waits w JOIN ownerships o ON o.id = w.ownership_id
      WHERE w.due_at <= ${now} ORDER BY w.due_at, w.ownership_id LIMIT ${limit} FOR UPDATE OF w SKIP LOCKED),
    asked AS (
      SELECT d.*, CASE WHEN m.id <> d.owner_id THEN m.id END AS manager_id, CASE WHEN head.person_id <> d.owner_id AND head.person_id IS DISTINCT FROM d.person_id THEN head.person_id END AS head_id
      FROM due d JOIN identities i ON i.id = d.identity_id LEFT JOIN persons p ON p.id = d.owner_id
      LEFT JOIN persons m ON m.id = p.manager_id AND m.status <> 'left' AND (m.leaves_at IS NULL OR m.leaves_at > ${now})
      LEFT JOIN unnest(${[...heads.keys()]}::uuid[], ${[...heads.values()]}::uuid[]) AS head(unit_id, person_id) ON head.unit_id = i.unit_id),
    next AS (
      SELECT a.*, CASE WHEN NOT a.escalates THEN a.step
          WHEN a.step = 'owner' AND a.manager_id IS NOT NULL THEN 'manager'
          WHEN a.step IN ('owner', 'manager') AND a.head_id IS NOT NULL THEN 'unit-head'
          ELSE 'queue' END AS next_step
      FROM asked a)
    UPDATE ownership_waits w SET step = n.next_step,
      person_id = CASE WHEN NOT n.escalates THEN w.person_id WHEN n.next_step = 'manager' THEN n.manager_id WHEN n.next_step = 'unit-head' THEN n.head_id END,
      remind_at = t.remind_at, escalate_at = t.escalate_at, due_at = least(t.remind_at, t.escalate_at), reminders = CASE WHEN n.escalates THEN 0 ELSE w.reminders + 1 END
    FROM next n CROSS JOIN LATERAL (
      SELECT CASE WHEN n.next_step = 'queue' THEN NULL WHEN n.escalates THEN ${now}::timestamptz + make_interval(days => v.escalate_after_days) ELSE v.escalate_at END AS escalate_at,
        CASE WHEN n.next_step = 'queue' THEN NULL
          WHEN n.escalates OR ${now}::timestamptz + make_interval(days => v.remind_after_days) < v.escalate_at THEN ${now}::timestamptz + make_interval(days => v.remind_after_days) END AS remind_at
      FROM ownership_waits v WHERE v.ownership_id = n.ownership_id) t
    WHERE w.ownership_id = n.ownership_id
    RETURNING w.identity_id AS "identityId", CASE WHEN n.escalates THEN 'escalated' ELSE 'reminded' END AS what, w.step, w.person_id AS "personId"`;
}
