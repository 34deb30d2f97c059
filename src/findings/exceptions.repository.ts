import type { Severity, SubjectType } from '../checks/sdk/index.js';
import { raw, type Tx } from '../platform/database/index.js';

export type ExceptionStatus = 'requested' | 'approved' | 'rejected' | 'expired';
/** Why an exception holds no longer. */
export type EndedBecause = 'time' | 'worsened' | 'resolved' | 'closed' | 'withdrawn' | 'replaced';

export interface ExceptionRow {
  readonly id: string;
  readonly findingId: string;
  readonly status: ExceptionStatus;
  readonly expiresAt: Date;
  readonly severity: Severity;
  readonly requestedBy: string;
  readonly requestedPersonId: string | null;
  readonly version: number;
}

/** An exception with what its finding is about. */
export interface EndedException {
  readonly id: string;
  readonly findingId: string;
  readonly wasApproved: boolean;
  readonly type: SubjectType;
  readonly subjectId: string;
  readonly check: string;
  readonly reason: string;
}

const COLUMNS = raw(
  `id, finding_id AS "findingId", status, expires_at AS "expiresAt", severity, requested_by AS "requestedBy", requested_person_id AS "requestedPersonId", version`,
);

export class ExceptionsRepository {
  constructor(private readonly tx: Tx) {}

  async insert(exception: {
    id: string;
    findingId: string;
    reason: string;
    compensatingControl: string;
    expiresAt: Date;
    severity: Severity;
    policyId: string;
    by: string;
    person: string | null;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`INSERT INTO exceptions (id, finding_id, status, reason, compensating_control, expires_at, severity, policy_id, requested_by, requested_person_id, requested_at)
      VALUES (${exception.id}, ${exception.findingId}, 'requested', ${exception.reason}, ${exception.compensatingControl}, ${exception.expiresAt}, ${exception.severity}, ${exception.policyId}, ${exception.by}, ${exception.person}, ${exception.at})`;
  }

  async findingOf(id: string): Promise<string | null> {
    const [row] = await this.tx.sql<{ id: string }>`SELECT finding_id AS id FROM exceptions WHERE id = ${id}`;
    return row?.id ?? null;
  }
  async forChange(id: string): Promise<ExceptionRow | null> {
    return (await this.tx.sql<ExceptionRow>`SELECT ${COLUMNS} FROM exceptions WHERE id = ${id} FOR UPDATE`)[0] ?? null;
  }
  async requestedOf(findingId: string): Promise<ExceptionRow | null> {
    const rows = await this.tx
      .sql<ExceptionRow>`SELECT ${COLUMNS} FROM exceptions WHERE finding_id = ${findingId} AND status = 'requested'`;
    return rows[0] ?? null;
  }
  async decide(
    id: string,
    decision: { status: 'approved' | 'rejected'; by: string; person: string | null; comment: string | null; at: Date },
  ): Promise<void> {
    await this.tx
      .sql`UPDATE exceptions SET status = ${decision.status}, decided_by = ${decision.by}, decided_person_id = ${decision.person}, decided_at = ${decision.at}, comment = ${decision.comment}, version = version + 1 WHERE id = ${id}`;
  }

  /** Findings, of these, that an exception allows to stand as they are. */
  async approvedOf(findingIds: readonly string[], now: Date): Promise<ReadonlySet<string>> {
    if (findingIds.length === 0) return new Set();
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT finding_id AS id FROM exceptions WHERE finding_id = ANY(${findingIds}::uuid[]) AND status = 'approved' AND expires_at > ${now}`;
    return new Set(rows.map(({ id }) => id));
  }

  /** Findings whose exceptions run out, in the order in which they do; their rows are taken first, as everywhere. */
  async runningOut(now: Date, limit: number): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT e.finding_id AS id FROM exceptions e WHERE e.status IN ('requested', 'approved') AND e.expires_at <= ${now} ORDER BY e.expires_at, e.id LIMIT ${limit}`;
    return [...new Set(rows.map(({ id }) => id))];
  }
  async lockFindings(ids: readonly string[]): Promise<void> {
    await this.tx.sql`SELECT 1 FROM findings WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
  }

  /** Ends the exceptions of these findings that wait or hold: all of them, or those whose time is up. */
  end(
    findingIds: readonly string[],
    because: EndedBecause,
    at: Date,
    which: { only?: string; runOutBy?: Date; approvedOnly?: boolean } = {},
  ): Promise<EndedException[]> {
    return this.tx.sql<EndedException>`WITH ending AS (
        SELECT id, status FROM exceptions WHERE finding_id = ANY(${findingIds}::uuid[]) AND status IN ('requested', 'approved')
          AND (${which.only ?? null}::uuid IS NULL OR id = ${which.only ?? null}::uuid) AND (${which.runOutBy ?? null}::timestamptz IS NULL OR expires_at <= ${which.runOutBy ?? null}::timestamptz)
          AND (${which.approvedOnly ?? false} = false OR status = 'approved') FOR UPDATE)
      UPDATE exceptions e SET status = 'expired', ended_at = ${at}, ended_because = ${because}, version = e.version + 1
      FROM ending, findings f WHERE e.id = ending.id AND f.id = e.finding_id
      RETURNING e.id, e.finding_id AS "findingId", ending.status = 'approved' AS "wasApproved", f.subject_type AS type, f.subject_id AS "subjectId", f.check_id AS check, f.reason`;
  }
}
