import { absencesOnRecord, everybody, peopleAway, peopleWhoAnswer } from '../catalogue/index.js';
import { empty, type Sql, sql, type Tx } from '../platform/database/index.js';

export interface Delegation {
  readonly id: string;
  readonly personId: string;
  readonly delegateId: string;
  readonly kind: 'delegation' | 'out-of-office';
  readonly reason: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly version: number;
}

export interface DelegationView {
  readonly id: string;
  readonly createdAt: string;
  readonly version: number;
  readonly [member: string]: unknown;
}

const COLUMNS = sql`id, person_id AS "personId", delegate_id AS "delegateId", kind, reason, starts_at AS "startsAt", ends_at AS "endsAt", started_at AS "startedAt", ended_at AS "endedAt", version`;
const VIEW = sql`SELECT d.id, json_build_object('id', p.id, 'displayName', p.display_name) AS person, json_build_object('id', g.id, 'displayName', g.display_name) AS delegate, d.kind, d.reason, iso(d.starts_at) AS "startsAt", iso(d.ends_at) AS "endsAt",
    CASE WHEN d.ended_at IS NOT NULL THEN 'ended' WHEN d.started_at IS NOT NULL THEN 'active' ELSE 'planned' END AS state, iso(d.ended_at) AS "endedAt", d.created_by AS "createdBy", iso(d.created_at) AS "createdAt", d.version
  FROM delegations d JOIN (${everybody}) p ON p.id = d.person_id JOIN (${everybody}) g ON g.id = d.delegate_id`;

export class DelegationsRepository {
  constructor(private readonly tx: Tx) {}

  async insert(d: Omit<Delegation, 'endedAt' | 'version'> & { createdBy: string; at: Date }): Promise<void> {
    await this.tx
      .sql`INSERT INTO delegations (id, person_id, delegate_id, kind, reason, starts_at, ends_at, started_at, created_by, created_at) VALUES (${d.id}, ${d.personId}, ${d.delegateId}, ${d.kind}, ${d.reason}, ${d.startsAt}, ${d.endsAt}, ${d.startedAt}, ${d.createdBy}, ${d.at})`;
  }

  /** People who are away, and who stands in, as far as nobody does yet: nobody is named twice for one absence. */
  absent(
    now: Date,
    limit: number,
  ): Promise<{ absenceId: string; personId: string; delegateId: string; endsAt: Date }[]> {
    return this.tx
      .sql`SELECT w.absence_id AS "absenceId", w.person_id AS "personId", w.deputy_id AS "delegateId", w.ends_at AS "endsAt" FROM (${peopleAway(now)}) w
      WHERE NOT EXISTS (SELECT 1 FROM delegations d WHERE d.absence_id = w.absence_id AND (d.ended_at IS NULL OR d.delegate_id = w.deputy_id))
        AND NOT EXISTS (SELECT 1 FROM delegations d WHERE d.person_id = w.person_id AND d.ended_at IS NULL AND d.starts_at < w.ends_at AND d.ends_at > ${now}) ORDER BY w.absence_id LIMIT ${limit}`;
  }

  /** False when somebody stands in for this absence by now. */
  async insertFor(
    absenceId: string,
    d: Omit<Delegation, 'endedAt' | 'version'> & { createdBy: string; at: Date },
  ): Promise<boolean> {
    const rows = await this.tx
      .sql`INSERT INTO delegations (id, person_id, delegate_id, kind, reason, starts_at, ends_at, started_at, created_by, created_at, absence_id) VALUES (${d.id}, ${d.personId}, ${d.delegateId}, ${d.kind}, ${d.reason}, ${d.startsAt}, ${d.endsAt}, ${d.startedAt}, ${d.createdBy}, ${d.at}, ${absenceId})
      ON CONFLICT DO NOTHING RETURNING id`;
    return rows.length > 0;
  }

  async forChange(id: string): Promise<Delegation | null> {
    const [row] = await this.tx.run<Delegation>(sql`SELECT ${COLUMNS} FROM delegations WHERE id = ${id} FOR UPDATE`);
    return row ?? null;
  }

  /** One person hands on to one person at a time. */
  async overlaps(personId: string, startsAt: Date, endsAt: Date): Promise<boolean> {
    return (
      (
        await this.tx
          .sql`SELECT 1 FROM delegations WHERE person_id = ${personId} AND ended_at IS NULL AND starts_at < ${endsAt} AND ends_at > ${startsAt}`
      ).length > 0
    );
  }

  async started(id: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE delegations SET started_at = ${at}, version = version + 1 WHERE id = ${id}`;
  }

  async ended(id: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE delegations SET ended_at = ${at}, version = version + 1 WHERE id = ${id}`;
  }

  /** What begins or ends by now, whose delegate can answer no more, or whose absence was taken back. */
  turning(now: Date, limit: number): Promise<{ id: string; ends: boolean }[]> {
    return this.tx.sql`SELECT t.id, t.over OR t.unable AS ends FROM (
        SELECT d.id, d.started_at, d.starts_at, d.ends_at <= ${now} OR (d.absence_id IS NOT NULL AND d.absence_id NOT IN (${absencesOnRecord})) AS over, NOT EXISTS (SELECT 1 FROM (${peopleWhoAnswer(now)}) a WHERE a.id = d.delegate_id) AS unable
        FROM delegations d WHERE d.ended_at IS NULL) t
      WHERE t.over OR (t.started_at IS NULL AND t.starts_at <= ${now}) OR (t.started_at IS NOT NULL AND t.unable) ORDER BY t.id LIMIT ${limit}`;
  }

  async able(personId: string, now: Date): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM (${peopleWhoAnswer(now)}) a WHERE a.id = ${personId}::uuid`).length > 0;
  }

  page(person: string | null, limit: number, after: readonly unknown[] | null): Promise<DelegationView[]> {
    return this.tx.run<DelegationView>(
      sql`${VIEW} WHERE true ${mine(person)} ${after === null ? empty : sql`AND (d.created_at, d.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`} ORDER BY d.created_at DESC, d.id DESC LIMIT ${limit}`,
    );
  }

  async view(id: string, person: string | null): Promise<DelegationView | null> {
    const [row] = await this.tx.run<DelegationView>(sql`${VIEW} WHERE d.id = ${id} ${mine(person)}`);
    return row ?? null;
  }
}

/** Null = whoever asks sees them all. */
const mine = (person: string | null): Sql =>
  person === null ? empty : sql`AND (d.person_id = ${person}::uuid OR d.delegate_id = ${person}::uuid)`;
