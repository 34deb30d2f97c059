import type { Severity, SubjectType } from '../checks/sdk/index.js';
import type { Mode } from '../checks/index.js';
import type { Tx } from '../platform/database/index.js';

export type FindingStatus = 'open' | 'acknowledged' | 'excepted' | 'resolved';
export type Resolution = 'fixed' | 'superseded' | 'subject-gone' | 'not-applicable';

export interface FindingRow {
  readonly id: string;
  readonly check: string;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly reason: string;
  readonly severity: Severity;
  readonly mode: Mode;
  readonly status: FindingStatus;
  readonly dueAt: Date | null;
  readonly version: number;
}

/** A finding as it is to be written: new, or over the one there is. */
export interface FindingWrite {
  readonly id: string;
  readonly check: string;
  readonly checkVersion: number;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly reason: string;
  readonly severity: Severity;
  readonly mode: Mode;
  readonly policyId: string;
  readonly status: FindingStatus;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly since: Date;
  readonly dueAt: Date | null;
  /** It was resolved before: it opens again. */
  readonly reopens: boolean;
}

export interface FindingEvent {
  readonly findingId: string;
  readonly type:
    'opened' | 'reopened' | 'worsened' | 'eased' | 'resolved' | 'acknowledged' | 'mode-changed' | 'commented';
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class FindingsRepository {
  constructor(private readonly tx: Tx) {}

  /** Every finding, open or not, of these (check, subject) pairs, locked. */
  ofPairs(pairs: readonly { check: string; subjectId: string }[]): Promise<FindingRow[]> {
    return this.tx
      .sql<FindingRow>`SELECT f.id, f.check_id AS check, f.subject_type AS "subjectType", f.subject_id AS "subjectId", f.reason, f.severity, f.mode, f.status, f.due_at AS "dueAt", f.version
      FROM findings f JOIN (SELECT DISTINCT * FROM unnest(${pairs.map(({ check }) => check)}::text[], ${pairs.map(({ subjectId }) => subjectId)}::uuid[]) AS p(check_id, subject_id)) p ON p.check_id = f.check_id AND p.subject_id = f.subject_id
      ORDER BY f.id FOR UPDATE OF f`;
  }

  async insert(rows: readonly FindingWrite[], at: Date): Promise<void> {
    if (rows.length === 0) return;
    await this.tx
      .sql`INSERT INTO findings (id, check_id, check_version, subject_type, subject_id, reason, severity, mode, policy_id, status, evidence, since, opened_at, due_at)
      SELECT r.id, r.check_id, r.check_version, r.subject_type, r.subject_id, r.reason, r.severity, r.mode, r.policy_id, r.status, r.evidence, r.since, ${at}, r.due_at
      FROM jsonb_to_recordset(${JSON.stringify(rows.map(record))}::jsonb) AS r(id uuid, check_id text, check_version integer, subject_type text, subject_id uuid, reason text, severity text, mode text, policy_id uuid, status text, evidence jsonb, since timestamptz, due_at timestamptz)`;
  }

  async update(rows: readonly FindingWrite[], at: Date): Promise<void> {
    if (rows.length === 0) return;
    await this.tx
      .sql`UPDATE findings f SET check_version = r.check_version, severity = r.severity, mode = r.mode, policy_id = r.policy_id, status = r.status, evidence = r.evidence, since = r.since, due_at = r.due_at, resolution = NULL, resolved_at = NULL, superseded_by = NULL,
        opened_at = CASE WHEN r.reopens THEN ${at} ELSE f.opened_at END, times_opened = f.times_opened + CASE WHEN r.reopens THEN 1 ELSE 0 END, version = f.version + 1
      FROM jsonb_to_recordset(${JSON.stringify(rows.map(record))}::jsonb) AS r(id uuid, check_version integer, severity text, mode text, policy_id uuid, status text, evidence jsonb, since timestamptz, due_at timestamptz, reopens boolean) WHERE f.id = r.id`;
  }

  async resolve(
    rows: readonly { id: string; resolution: Resolution; supersededBy: string | null }[],
    at: Date,
  ): Promise<void> {
    if (rows.length === 0) return;
    await this.tx
      .sql`UPDATE findings f SET status = 'resolved', resolution = r.resolution, superseded_by = r.superseded_by, resolved_at = ${at}, due_at = NULL, version = f.version + 1
      FROM unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ resolution }) => resolution)}::text[], ${rows.map(({ supersededBy }) => supersededBy)}::uuid[]) AS r(id, resolution, superseded_by) WHERE f.id = r.id`;
  }

  async addEvents(events: readonly FindingEvent[], at: Date): Promise<void> {
    if (events.length === 0) return;
    await this.tx
      .sql`INSERT INTO finding_events (finding_id, at, type, actor, data) SELECT r.id, ${at}, r.type, r.actor, r.data
      FROM jsonb_to_recordset(${JSON.stringify(events.map(({ findingId, ...event }) => ({ id: findingId, ...event })))}::jsonb) AS r(id uuid, type text, actor text, data jsonb)`;
  }

  async forChange(id: string): Promise<FindingRow | null> {
    return (
      (
        await this.tx
          .sql<FindingRow>`SELECT id, check_id AS check, subject_type AS "subjectType", subject_id AS "subjectId", reason, severity, mode, status, due_at AS "dueAt", version FROM findings WHERE id = ${id} FOR UPDATE`
      )[0] ?? null
    );
  }

  async setStatus(id: string, status: FindingStatus): Promise<void> {
    await this.tx.sql`UPDATE findings SET status = ${status}, version = version + 1 WHERE id = ${id}`;
  }

  async countOpen(): Promise<{ severity: Severity; count: number }[]> {
    return this.tx
      .sql`SELECT severity, count(*)::int AS count FROM findings WHERE status <> 'resolved' GROUP BY severity`;
  }
}

const record = (row: FindingWrite) => ({
  id: row.id,
  check_id: row.check,
  check_version: row.checkVersion,
  subject_type: row.subjectType,
  subject_id: row.subjectId,
  reason: row.reason,
  severity: row.severity,
  mode: row.mode,
  policy_id: row.policyId,
  status: row.status,
  evidence: row.evidence,
  since: row.since.toISOString(),
  due_at: row.dueAt?.toISOString() ?? null,
  reopens: row.reopens,
});
