import { raw, type Sql, sql, type Tx } from '../platform/database/index.js';
import { type FactsPlan, MarksRepository, type SubjectRelation } from '../subjects/index.js';
import type { SubjectType } from './sdk/index.js';
import type { StoredEvaluation } from './engine/evaluate.js';

/** What every streamed row starts with, before the facts. */
export const ROW_HEAD = 10;

/** `check reason`, as the engine asks for it. */
const EXCEPTED = `string_agg(eo.check_id || ' ' || eo.reason, ',') AS excepted`;

export interface EvaluationChange {
  readonly subjectId: string;
  /** Nothing is stored of it yet. */
  readonly isNew: boolean;
  readonly results: string;
  readonly failing: string;
  readonly dueAt: number | null;
  readonly dueByCheck: string;
}

/** A subject whose time has come, and what is stored of it. */
export interface DueSubject extends StoredEvaluation {
  readonly type: SubjectType;
  readonly id: string;
}

/** Outcomes as they are stored, and the statements that join them with facts. */
export class EvaluationsRepository {
  constructor(private readonly tx: Tx) {}

  async places(): Promise<Map<string, number>> {
    const rows = await this.tx.sql<{ id: string; place: number }>`SELECT check_id AS id, place FROM check_places`;
    return new Map(rows.map(({ id, place }) => [id, place]));
  }

  async assignPlaces(checks: readonly { id: string; subject: SubjectType }[]): Promise<void> {
    await this.tx.sql`LOCK TABLE check_places IN SHARE ROW EXCLUSIVE MODE`;
    for (const { id, subject } of checks) {
      await this.tx
        .sql`INSERT INTO check_places (check_id, subject_type, place) SELECT ${id}, ${subject}, coalesce(max(place) + 1, 0) FROM check_places WHERE subject_type = ${subject} ON CONFLICT (check_id) DO NOTHING`;
    }
  }

  /** Subjects whose time has come. */
  async due(now: Date, limit: number): Promise<DueSubject[]> {
    // Read in the order of the index, what was due before is passed over once and then known to be gone; a bitmap of the
    // index would look at all of it again every time.
    await this.tx.sql`SET LOCAL enable_bitmapscan = off`;
    const rows = await this.tx.sql<
      Omit<DueSubject, 'dueAt'> & { dueAt: string }
    >`SELECT subject_type AS type, subject_id AS id, results, failing, epoch_ms(due_at) AS "dueAt", due_by_check AS "dueByCheck" FROM evaluations WHERE due_at <= ${now} ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
    await this.tx.sql`RESET enable_bitmapscan`;
    return rows.map((row) => ({ ...row, dueAt: Number(row.dueAt) }));
  }

  async countDue(now: Date): Promise<number> {
    const [row] = await this.tx.sql<{
      count: number;
    }>`SELECT count(*)::int AS count FROM evaluations WHERE due_at <= ${now}`;
    return row!.count;
  }

  /** About how many subjects of a kind there are, as the planner knows it. */
  async about(table: string): Promise<number> {
    const [row] = await this.tx.sql<{
      rows: number;
    }>`SELECT reltuples::float8 AS rows FROM pg_class WHERE oid = ${table}::regclass`;
    return Math.max(0, row!.rows);
  }

  /**
   * Facts of some subjects, or of all, as COPY text, with what is stored of them unless that is known; where they lie is
   * told only while there are gaps.
   */
  async stream<S extends SubjectType>(
    type: S,
    plan: FactsPlan<S>,
    only: readonly string[] | null,
    { withGaps, withStored }: { readonly withGaps: boolean; readonly withStored: boolean },
  ): ReturnType<Tx['copyOut']> {
    const { relation } = plan;
    await (only ? this.planByName() : this.planForAll());
    const head = [
      relation.id,
      ...['ev.results', 'ev.failing', 'epoch_ms(ev.due_at)', 'ev.due_by_check'].map((column) =>
        withStored ? column : 'NULL',
      ),
      ...[relation.scopeId, relation.resourceType, relation.parentExternalId].map((column) =>
        withGaps ? (column ?? 'NULL') : 'NULL',
      ),
      'ex.excepted',
      relation.holderId ?? 'NULL',
    ];
    const { from } = relation;
    return this.tx.copyOut(`SELECT ${[...head, ...plan.select].join(', ')}
      ${only ? from.replace(/^FROM (\w+ \w+)/, `FROM unnest('{${only.map(uuidText).join(',')}}'::uuid[]) AS named(id) JOIN $1 ON named.id = ${relation.id}`) : from}
      ${plan.joins}
      ${withStored ? `LEFT JOIN evaluations ev ON ev.subject_type = '${type}' AND ev.subject_id = ${relation.id}` : ''}
      ${only ? `LEFT JOIN LATERAL (SELECT ${EXCEPTED} FROM excepted_outcomes eo WHERE eo.subject_type = '${type}' AND eo.subject_id = ${relation.id}) ex ON true` : `LEFT JOIN (SELECT eo.subject_id, ${EXCEPTED} FROM excepted_outcomes eo WHERE eo.subject_type = '${type}' GROUP BY 1) ex ON ex.subject_id = ${relation.id}`}
      WHERE ${relation.live}`);
  }

  /**
   * The joins are written in the order in which they narrow, and what is named is found by its id: a planner that tries
   * every order, or reads a whole table for fear of its disk, takes longer than the work.
   */
  private async planByName(): Promise<void> {
    await this.tx.sql`SELECT set_config('join_collapse_limit', '1', true), set_config('random_page_cost', '1.1', true)`;
  }

  /** What is joined is about as large as all there is: without room each join would go over the disk, once for itself and once for the next. */
  private async planForAll(): Promise<void> {
    await this.tx.sql`SELECT set_config('work_mem', '64MB', true)`;
  }

  /** From now on the subject may go on failing a check for a reason, and that failure hides no other; or no longer. */
  async setExcepted(
    rows: readonly { type: SubjectType; id: string; check: string; reason: string }[],
    excepted: boolean,
  ): Promise<void> {
    const given = sql`SELECT * FROM unnest(${rows.map(({ type }) => type)}::text[], ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ check }) => check)}::text[], ${rows.map(({ reason }) => reason)}::text[]) AS g(subject_type, subject_id, check_id, reason)`;
    if (excepted)
      await this.tx
        .sql`INSERT INTO excepted_outcomes (subject_type, subject_id, check_id, reason) ${given} ON CONFLICT DO NOTHING`;
    else
      await this.tx
        .sql`DELETE FROM excepted_outcomes e USING (${given}) g WHERE e.subject_type = g.subject_type AND e.subject_id = g.subject_id AND e.check_id = g.check_id AND e.reason = g.reason`;
  }

  async stored(type: SubjectType, ids: readonly string[]): Promise<Map<string, StoredEvaluation>> {
    const rows = await this.tx.sql<{
      id: string;
      results: string;
      failing: string;
      dueAt: string | null;
      dueByCheck: string | null;
    }>`SELECT subject_id AS id, results, failing, epoch_ms(due_at) AS "dueAt", due_by_check AS "dueByCheck" FROM evaluations WHERE subject_type = ${type} AND subject_id = ANY(${ids})`;
    return new Map(
      rows.map(({ id, results, failing, dueAt, dueByCheck }) => [
        id,
        { results, failing, dueAt: dueAt === null ? null : Number(dueAt), dueByCheck },
      ]),
    );
  }

  async write(type: SubjectType, changes: readonly EvaluationChange[]): Promise<void> {
    const rows = (of: readonly EvaluationChange[]): Sql =>
      sql`unnest(${of.map(({ subjectId }) => subjectId)}::uuid[], ${of.map(({ results }) => results)}::text[], ${of.map(({ failing }) => failing)}::text[], ${of.map(({ dueAt }) => dueAt)}::double precision[], ${of.map(({ dueByCheck }) => dueByCheck)}::text[]) AS r(id, results, failing, due, due_by_check)`;
    const [made, changed] = [changes.filter(({ isNew }) => isNew), changes.filter(({ isNew }) => !isNew)];
    if (made.length > 0)
      await this.tx.sql`INSERT INTO evaluations (subject_type, subject_id, results, failing, due_at, due_by_check)
        SELECT ${type}::text, r.id, r.results, r.failing, to_timestamp(r.due / 1000.0), r.due_by_check FROM ${rows(made)}
        ON CONFLICT (subject_type, subject_id) DO UPDATE SET results = EXCLUDED.results, failing = EXCLUDED.failing, due_at = EXCLUDED.due_at, due_by_check = EXCLUDED.due_by_check`;
    if (changed.length > 0)
      await this.tx
        .sql`UPDATE evaluations e SET results = r.results, failing = r.failing, due_at = to_timestamp(r.due / 1000.0), due_by_check = r.due_by_check
        FROM ${rows(changed)} WHERE e.subject_type = ${type}::text AND e.subject_id = r.id`;
  }

  async forget(type: SubjectType, ids: readonly string[]): Promise<void> {
    await this.tx.sql`DELETE FROM evaluations WHERE subject_type = ${type} AND subject_id = ANY(${ids})`;
  }

  /** Subjects that wait for an evaluation anyway: a pass that compares must not hold that against anybody. */
  async waiting(type: SubjectType, now: Date): Promise<Set<string>> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT subject_id AS id FROM changed_subjects WHERE subject_type = ${type} UNION SELECT subject_id FROM evaluations WHERE subject_type = ${type} AND due_at <= ${now}`;
    return new Set(rows.map(({ id }) => id));
  }

  async countStored(type: SubjectType): Promise<number> {
    const [row] = await this.tx.sql<{
      count: number;
    }>`SELECT count(*)::int AS count FROM evaluations WHERE subject_type = ${type}`;
    return row!.count;
  }

  /** Stored evaluations of subjects that no longer live. */
  orphaned<S extends SubjectType>(
    type: S,
    plan: Pick<FactsPlan<S>, 'relation'>,
    limit: number,
  ): Promise<{ id: string }[]> {
    const { relation } = plan;
    return this.tx.run(
      sql`SELECT ev.subject_id AS id FROM evaluations ev WHERE ev.subject_type = ${type} AND NOT EXISTS (SELECT 1 ${raw(relation.from)} WHERE ${raw(relation.id)} = ev.subject_id AND ${raw(relation.live)}) LIMIT ${limit}`,
    );
  }

  /** How many subjects of these kinds were ever evaluated and live. */
  async countSubjects(types: readonly SubjectType[]): Promise<number> {
    const [row] = await this.tx.sql<{
      count: number;
    }>`SELECT count(*)::int AS count FROM evaluations WHERE subject_type = ANY(${types}::text[])`;
    return row!.count;
  }

  /** Changes and times that nobody has looked at yet. */
  async countWaiting(now: Date): Promise<number> {
    return (await this.tx.use(MarksRepository).count()) + (await this.countDue(now));
  }

  /** Names of subjects, of those that somebody may see. */
  async names(relation: SubjectRelation, ids: readonly string[], visible: Sql): Promise<ReadonlyMap<string, string>> {
    const rows = await this.tx.sql<{
      id: string;
      name: string;
    }>`SELECT ${raw(relation.id)} AS id, ${raw(relation.name)} AS name ${raw(relation.from)} WHERE ${raw(relation.id)} = ANY(${ids}::uuid[]) AND ${visible}`;
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** Whether everything was evaluated once since an instant, and nothing of it waits. */
  async isSettledSince(at: Date): Promise<boolean> {
    const [row] = await this.tx.sql<{
      settled: boolean;
    }>`SELECT EXISTS (SELECT 1 FROM evaluation_passes WHERE kind = 'full' AND started_at >= ${at}) AS settled`;
    return row!.settled && (await this.tx.use(MarksRepository).count()) === 0;
  }

  async recordPass(pass: {
    id: string;
    kind: 'due' | 'full' | 'self-check';
    startedAt: Date;
    finishedAt: Date;
    evaluated: number;
    changed: number;
    mismatches: number;
    examples: readonly unknown[];
  }): Promise<void> {
    await this.tx
      .sql`INSERT INTO evaluation_passes (id, kind, started_at, finished_at, evaluated, changed, mismatches, examples)
      VALUES (${pass.id}, ${pass.kind}, ${pass.startedAt}, ${pass.finishedAt}, ${pass.evaluated}, ${pass.changed}, ${pass.mismatches}, ${JSON.stringify(pass.examples)})`;
  }

  async lastSelfCheck(): Promise<{ at: string; mismatches: number } | null> {
    return (
      (
        await this.tx.sql<{
          at: string;
          mismatches: number;
        }>`SELECT iso(finished_at) AS at, mismatches FROM evaluation_passes WHERE kind = 'self-check' ORDER BY id DESC LIMIT 1`
      )[0] ?? null
    );
  }

  /** How many failures of each check may stand. */
  async tallyExcepted(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.tx.sql<{
      check: string;
      count: number;
    }>`SELECT check_id AS check, count(*)::int AS count FROM excepted_outcomes GROUP BY 1`;
    return new Map(rows.map(({ check, count }) => [check, count]));
  }

  /** How many subjects have which letter, check by check. */
  async tally(): Promise<{ check: string; letter: string; count: number }[]> {
    return this.tx
      .sql`SELECT p.check_id AS check, substr(e.results, p.place + 1, 1) AS letter, count(*)::int AS count FROM check_places p JOIN evaluations e ON e.subject_type = p.subject_type
      WHERE length(e.results) > p.place GROUP BY 1, 2`;
  }
}

/** COPY takes no bound values: whatever is not an id must never become part of its text. */
function uuidText(id: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new Error('Not the id of a subject');
  return id;
}
