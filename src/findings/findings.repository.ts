import type { Severity, SubjectType } from '../checks/sdk/index.js';
import type { Mode } from '../checks/index.js';
import { raw, type Sql, type Tx } from '../platform/database/index.js';
import type { DueBasis } from './due-plan.js';
import type { Assignee } from './operations/assign-findings.js';

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
  readonly since: Date;
  readonly policyId: string | null;
  readonly dueAt: Date | null;
  readonly dueFrom: Date | null;
  readonly dueDays: number | null;
  readonly dueBasis: DueBasis | null;
  readonly dueBecause: string | null;
  readonly wave: number | null;
  readonly version: number;
}

/** What a due date is and was worked out from. */
export type DueColumns = Pick<FindingRow, 'dueAt' | 'dueFrom' | 'dueDays' | 'dueBasis' | 'dueBecause' | 'wave'>;
export const NOT_DUE: DueColumns = {
  dueAt: null,
  dueFrom: null,
  dueDays: null,
  dueBasis: null,
  dueBecause: null,
  wave: null,
};

const COLUMNS = raw(
  `f.id, f.check_id AS check, f.subject_type AS "subjectType", f.subject_id AS "subjectId", f.reason, f.severity, f.mode, f.status, f.since, f.policy_id AS "policyId", f.due_at AS "dueAt", f.due_from AS "dueFrom", f.due_days AS "dueDays", f.due_basis AS "dueBasis", f.due_because AS "dueBecause", f.wave, f.version`,
);
const DUE_FIELDS = raw(
  'due_at timestamptz, due_from timestamptz, due_days smallint, due_basis text, due_because text, wave smallint',
);

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
  readonly due: DueColumns;
  /** The identity whose standing a new finding takes over; null = it is ranked by its severity, until all that is about its subject is ranked. */
  readonly holderId: string | null;
  /** It was resolved before: it opens again. */
  readonly reopens: boolean;
}

export interface FindingEvent {
  readonly findingId: string;
  readonly type:
    | 'opened'
    | 'reopened'
    | 'worsened'
    | 'eased'
    | 'resolved'
    | 'acknowledged'
    | 'mode-changed'
    | 'commented'
    | 'assigned'
    | 'due-moved'
    | 'exception-requested'
    | 'exception-approved'
    | 'exception-rejected'
    | 'exception-ended';
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class FindingsRepository {
  constructor(private readonly tx: Tx) {}

  /** Every finding, open or not, of these (check, subject) pairs; locked, unless they are only looked at. */
  ofPairs(
    pairs: readonly { check: string; subjectId: string }[],
    how: 'locked' | 'looked-at' = 'locked',
  ): Promise<FindingRow[]> {
    return this.tx.sql<FindingRow>`SELECT ${COLUMNS}
      FROM findings f JOIN (SELECT DISTINCT * FROM unnest(${pairs.map(({ check }) => check)}::text[], ${pairs.map(({ subjectId }) => subjectId)}::uuid[]) AS p(check_id, subject_id)) p ON p.check_id = f.check_id AND p.subject_id = f.subject_id
      ORDER BY f.id ${raw(how === 'locked' ? 'FOR UPDATE OF f' : '')}`;
  }

  async insert(rows: readonly FindingWrite[], at: Date): Promise<void> {
    if (rows.length === 0) return;
    const { of, due } = columnsOf(rows);
    await this.tx
      .sql`INSERT INTO findings (id, check_id, check_version, subject_type, subject_id, reason, severity, mode, policy_id, status, evidence, since, opened_at, rank, combination, due_at, due_from, due_days, due_basis, due_because, wave)
      SELECT r.id, r.check_id, r.check_version, r.subject_type, r.subject_id, r.reason, r.severity, r.mode, r.policy_id, r.status, r.evidence::jsonb, r.since, ${at}, finding_points(r.severity) + combination_points(coalesce(cardinality(s.combination), 0)), coalesce(s.combination, '{}'), r.due_at, r.due_from, r.due_days, r.due_basis, r.due_because, r.wave
      FROM unnest(${of(({ id }) => id)}::uuid[], ${of(({ check }) => check)}::text[], ${of(({ checkVersion }) => checkVersion)}::integer[], ${of(({ subjectType }) => subjectType)}::text[], ${of(({ subjectId }) => subjectId)}::uuid[],
        ${of(({ reason }) => reason)}::text[], ${of(({ severity }) => severity)}::text[], ${of(({ mode }) => mode)}::text[], ${of(({ policyId }) => policyId)}::uuid[], ${of(({ status }) => status)}::text[],
        ${of(({ evidence }) => JSON.stringify(evidence))}::text[], ${of(({ since }) => since.toISOString())}::timestamptz[], ${due(({ dueAt }) => dueAt?.toISOString())}::timestamptz[], ${due(({ dueFrom }) => dueFrom?.toISOString())}::timestamptz[],
        ${due(({ dueDays }) => dueDays)}::smallint[], ${due(({ dueBasis }) => dueBasis)}::text[], ${due(({ dueBecause }) => dueBecause)}::text[], ${due(({ wave }) => wave)}::smallint[], ${of(({ holderId }) => holderId)}::uuid[])
        AS r(id, check_id, check_version, subject_type, subject_id, reason, severity, mode, policy_id, status, evidence, since, due_at, due_from, due_days, due_basis, due_because, wave, holder_id)
      LEFT JOIN standings s ON s.identity_id = r.holder_id`;
  }

  async update(rows: readonly FindingWrite[], at: Date): Promise<void> {
    if (rows.length === 0) return;
    await this.tx
      .sql`UPDATE findings f SET check_version = r.check_version, severity = r.severity, rank = f.rank - finding_points(f.severity) + finding_points(r.severity), mode = r.mode, policy_id = r.policy_id, status = r.status, evidence = r.evidence, since = r.since,
        due_at = r.due_at, due_from = r.due_from, due_days = r.due_days, due_basis = r.due_basis, due_because = r.due_because, wave = r.wave, resolution = NULL, resolved_at = NULL, superseded_by = NULL,
        opened_at = CASE WHEN r.reopens THEN ${at} ELSE f.opened_at END, times_opened = f.times_opened + CASE WHEN r.reopens THEN 1 ELSE 0 END, version = f.version + 1
      FROM jsonb_to_recordset(${JSON.stringify(rows.map(record))}::jsonb) AS r(id uuid, check_version integer, severity text, mode text, policy_id uuid, status text, evidence jsonb, since timestamptz, reopens boolean, ${DUE_FIELDS}) WHERE f.id = r.id`;
  }

  /** Other due dates for findings that are open; each moves by itself. */
  async setDue(rows: readonly (DueColumns & { id: string })[]): Promise<void> {
    if (rows.length === 0) return;
    await this.tx
      .sql`UPDATE findings f SET due_at = r.due_at, due_from = r.due_from, due_days = r.due_days, due_basis = r.due_basis, due_because = r.due_because, wave = r.wave, version = f.version + 1
      FROM jsonb_to_recordset(${JSON.stringify(rows.map((row) => ({ id: row.id, ...dueRecord(row) })))}::jsonb) AS r(id uuid, ${DUE_FIELDS}) WHERE f.id = r.id`;
  }

  /** Findings that are open and fall due some day, in the order of their ids: of one policy, or of all. */
  falling(policyId: string | null, after: string | null, limit: number): Promise<FindingRow[]> {
    return this.tx
      .sql<FindingRow>`SELECT ${COLUMNS} FROM findings f WHERE f.status <> 'resolved' AND f.mode <> 'observe' AND f.due_at IS NOT NULL
      AND (${policyId}::uuid IS NULL OR f.policy_id = ${policyId}::uuid) AND f.id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid ORDER BY f.id LIMIT ${limit} FOR UPDATE OF f`;
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
      .sql`INSERT INTO finding_events (finding_id, at, type, actor, data) SELECT r.id, ${at}, r.type, r.actor, r.data::jsonb
      FROM unnest(${events.map(({ findingId }) => findingId)}::uuid[], ${events.map(({ type }) => type)}::text[], ${events.map(({ actor }) => actor)}::text[], ${events.map(({ data }) => JSON.stringify(data))}::text[]) AS r(id, type, actor, data)`;
  }

  async forChange(id: string): Promise<FindingRow | null> {
    return (await this.tx.sql<FindingRow>`SELECT ${COLUMNS} FROM findings f WHERE f.id = ${id} FOR UPDATE`)[0] ?? null;
  }

  /** Whether a predicate over a finding's row (alias `f`) holds. */
  async lies(id: string, within: Sql): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM findings f WHERE f.id = ${id} AND ${within}`).length > 0;
  }

  /** Whether a person answers for what a finding is about. */
  async isAnsweredForBy(id: string, person: string): Promise<boolean> {
    const rows = await this.tx
      .sql`SELECT 1 FROM findings f JOIN ownerships o ON o.identity_id = coalesce(CASE WHEN f.subject_type = 'identity' THEN f.subject_id END, (SELECT c.identity_id FROM credentials c WHERE f.subject_type = 'credential' AND c.id = f.subject_id), (SELECT g.identity_id FROM grants g WHERE f.subject_type = 'grant' AND g.id = f.subject_id))
      WHERE f.id = ${id} AND o.state <> 'ended' AND (o.owner_id = ${person}::uuid OR o.sponsor_id = ${person}::uuid OR ${person}::uuid = ANY(o.deputies))
      UNION ALL SELECT 1 FROM findings f JOIN use_cases u ON f.subject_type = 'use-case' AND u.id = f.subject_id WHERE f.id = ${id} AND u.sponsor_id = ${person}::uuid`;
    return rows.length > 0;
  }

  /** Whether a finding concerns a person: they answer for its subject, or it was sent to them or to a team of theirs. */
  async concerns(id: string, person: string): Promise<boolean> {
    if (await this.isAnsweredForBy(id, person)) return true;
    const rows = await this.tx
      .sql`SELECT 1 FROM findings f WHERE f.id = ${id} AND (f.assigned_person_id = ${person}::uuid OR EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = f.assigned_team_id AND m.person_id = ${person}::uuid))`;
    return rows.length > 0;
  }

  /** Whether somebody is here to be sent something: who left is not. */
  async personIsThere(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM persons WHERE id = ${id} AND status <> 'left'`).length > 0;
  }

  async teamExists(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM teams WHERE id = ${id}`).length > 0;
  }

  /** Of these findings, those a predicate over their row (alias `f`) lets through, locked. */
  visibleForChange(ids: readonly string[], visible: Sql): Promise<{ id: string }[]> {
    return this.tx
      .sql`SELECT f.id FROM findings f WHERE f.id = ANY(${ids}::uuid[]) AND ${visible} ORDER BY f.id FOR UPDATE OF f`;
  }

  /** Sends findings somewhere and returns those that were not there already; what is resolved goes nowhere. */
  async assign(ids: readonly string[], to: Assignee | null, by: string, at: Date): Promise<string[]> {
    const person = to?.type === 'person' ? to.id : null;
    const team = to?.type === 'team' ? to.id : null;
    const queue = to?.type === 'queue' ? to.name : null;
    const rows = await this.tx.sql<{
      id: string;
    }>`UPDATE findings SET assigned_person_id = ${person}::uuid, assigned_team_id = ${team}::uuid, assigned_queue = ${queue}, assigned_by = ${to === null ? null : by}, assigned_at = ${to === null ? null : at}::timestamptz, version = version + 1
      WHERE id = ANY(${ids}::uuid[]) AND status <> 'resolved' AND (assigned_person_id, assigned_team_id, assigned_queue) IS DISTINCT FROM (${person}::uuid, ${team}::uuid, ${queue}::text) RETURNING id`;
    return rows.map(({ id }) => id);
  }

  async setStatus(id: string, status: FindingStatus): Promise<void> {
    await this.tx.sql`UPDATE findings SET status = ${status}, version = version + 1 WHERE id = ${id}`;
  }

  /** What no exception allows any longer is open again, due when it was due all along. */
  async reopenExcepted(ids: readonly string[]): Promise<void> {
    await this.tx
      .sql`UPDATE findings SET status = 'open', version = version + 1 WHERE id = ANY(${ids}::uuid[]) AND status = 'excepted'`;
  }

  async countOpen(): Promise<{ severity: Severity; count: number }[]> {
    return this.tx
      .sql`SELECT severity, count(*)::int AS count FROM findings WHERE status <> 'resolved' GROUP BY severity`;
  }
}

/** Column by column: a thousand rows in one statement, each value of its own type and none of them parsed twice. */
const columnsOf = (rows: readonly FindingWrite[]) => ({
  of: <T>(value: (row: FindingWrite) => T): T[] => rows.map(value),
  due: <T>(value: (due: DueColumns) => T | null | undefined): (T | null)[] => rows.map(({ due }) => value(due) ?? null),
});

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
  ...dueRecord(row.due),
  reopens: row.reopens,
});

const dueRecord = (due: DueColumns) => ({
  due_at: due.dueAt?.toISOString() ?? null,
  due_from: due.dueFrom?.toISOString() ?? null,
  due_days: due.dueDays,
  due_basis: due.dueBasis,
  due_because: due.dueBecause,
  wave: due.wave,
});
