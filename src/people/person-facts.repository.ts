import type { Tx } from '../platform/database/index.js';
import type { FactKind, NewFact } from './facts-of-change.js';

export interface PersonFactRow {
  readonly id: string;
  readonly person: string;
  readonly kind: FactKind;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly planned: boolean;
  readonly recordedBy: string;
  readonly recordedAt: string;
  readonly appliedAt: string | null;
  readonly withdrawnAt: string | null;
  readonly version: number;
}

/** Dated facts about people: what happened, and what is going to. */
export class PersonFactsRepository {
  constructor(private readonly tx: Tx) {}

  async write(
    facts: readonly (NewFact & { readonly id: string })[],
    recorded: { by: string; at: Date; planned?: boolean },
  ): Promise<void> {
    for (let at = 0; at < facts.length; at += 5000) {
      const rows = JSON.stringify(
        facts
          .slice(at, at + 5000)
          .map((fact) => ({ id: fact.id, person: fact.personId, kind: fact.kind, at: fact.at, data: fact.data })),
      );
      await this.tx
        .sql`INSERT INTO person_facts (id, person_id, kind, at, data, planned, recorded_by, recorded_at, applied_at)
        SELECT f.id, f.person, f.kind, f.at, f.data, ${recorded.planned ?? false}, ${recorded.by}, ${recorded.at}, CASE WHEN f.at <= ${recorded.at} THEN ${recorded.at}::timestamptz END
        FROM jsonb_to_recordset(${rows}::jsonb) AS f(id uuid, person uuid, kind text, at timestamptz, data jsonb)`;
    }
  }

  /** Facts that were foreseen for this very instant and have come true; returns the keys of those there were. */
  async comeTrue(facts: readonly NewFact[], now: Date): Promise<ReadonlySet<string>> {
    const come = facts.filter(({ kind, at }) => (kind === 'left' || kind === 'joined') && at <= now);
    if (come.length === 0) return new Set();
    const rows = await this.tx.sql<{ key: string }>`UPDATE person_facts p SET applied_at = ${now}, version = version + 1
      FROM jsonb_to_recordset(${JSON.stringify(come.map(({ personId, kind, at }) => ({ person: personId, kind, at })))}::jsonb) AS f(person uuid, kind text, at timestamptz)
      WHERE p.person_id = f.person AND p.kind = f.kind AND p.at = f.at AND p.applied_at IS NULL AND p.withdrawn_at IS NULL RETURNING p.person_id || p.kind AS key`;
    return new Set(rows.map(({ key }) => key));
  }

  /** What lies ahead and no longer holds. What was planned by hand stays until somebody takes it back. */
  async withdrawAhead(kind: 'joined' | 'left', persons: readonly string[], now: Date): Promise<void> {
    if (persons.length === 0) return;
    await this.tx
      .sql`UPDATE person_facts SET withdrawn_at = ${now}, version = version + 1 WHERE person_id = ANY(${persons}::uuid[]) AND kind = ${kind} AND applied_at IS NULL AND withdrawn_at IS NULL AND NOT planned`;
  }

  /** Facts whose time has come, oldest first, claimed by whoever asks. */
  due(
    now: Date,
    limit: number,
  ): Promise<{ id: string; personId: string; kind: FactKind; planned: boolean; data: Record<string, unknown> }[]> {
    return this.tx
      .sql`SELECT id, person_id AS "personId", kind, planned, data FROM person_facts WHERE applied_at IS NULL AND withdrawn_at IS NULL AND at <= ${now} ORDER BY at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  }

  async applied(ids: readonly string[], now: Date): Promise<void> {
    await this.tx
      .sql`UPDATE person_facts SET applied_at = ${now}, version = version + 1 WHERE id = ANY(${ids}::uuid[]) AND applied_at IS NULL AND withdrawn_at IS NULL`;
  }

  ofPerson(
    personId: string,
    limit: number,
    before: readonly (string | number | null)[] | null,
  ): Promise<PersonFactRow[]> {
    return this.tx
      .sql<PersonFactRow>`SELECT id, person_id AS person, kind, iso(at) AS at, data, planned, recorded_by AS "recordedBy", iso(recorded_at) AS "recordedAt", iso(applied_at) AS "appliedAt", iso(withdrawn_at) AS "withdrawnAt", version
      FROM person_facts f WHERE person_id = ${personId} AND (${before === null} OR (f.at, f.id) < (${before?.[0] ?? null}::timestamptz, ${before?.[1] ?? null}::uuid)) ORDER BY f.at DESC, f.id DESC LIMIT ${limit}`;
  }

  async forChange(
    personId: string,
    id: string,
  ): Promise<{ version: number; planned: boolean; kind: FactKind; open: boolean } | null> {
    const [row] = await this.tx.sql<{
      version: number;
      planned: boolean;
      kind: FactKind;
      open: boolean;
    }>`SELECT version, planned, kind, applied_at IS NULL AND withdrawn_at IS NULL AS open FROM person_facts WHERE id = ${id} AND person_id = ${personId} FOR UPDATE`;
    return row ?? null;
  }

  async withdraw(id: string, now: Date): Promise<void> {
    await this.tx.sql`UPDATE person_facts SET withdrawn_at = ${now}, version = version + 1 WHERE id = ${id}`;
  }
}
