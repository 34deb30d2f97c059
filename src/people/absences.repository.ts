import type { Tx } from '../platform/database/index.js';

export interface AbsenceRow {
  readonly id: string;
  readonly person: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly deputy: { readonly id: string; readonly displayName: string } | null;
  readonly recordedBy: string;
  readonly version: number;
}

export interface PositionRow {
  readonly id: string;
  readonly name: string;
  readonly unit: { readonly id: string; readonly name: string } | null;
  readonly holder: { readonly id: string; readonly displayName: string; readonly active: boolean } | null;
  readonly version: number;
}

/** Who stands in for whom, and when somebody is away. */
export class AbsencesRepository {
  constructor(private readonly tx: Tx) {}

  deputies(personId: string): Promise<{ id: string; displayName: string }[]> {
    return this.tx
      .sql`SELECT p.id, p.display_name AS "displayName" FROM person_deputies d JOIN persons p ON p.id = d.deputy_id WHERE d.person_id = ${personId} ORDER BY d.place`;
  }
  async setDeputies(personId: string, deputies: readonly string[]): Promise<void> {
    await this.tx.sql`DELETE FROM person_deputies WHERE person_id = ${personId}`;
    await this.tx
      .sql`INSERT INTO person_deputies (person_id, place, deputy_id) SELECT ${personId}::uuid, place, deputy FROM unnest(${deputies}::uuid[]) WITH ORDINALITY AS d(deputy, place)`;
  }

  absences(personId: string, limit: number, before: readonly (string | number | null)[] | null): Promise<AbsenceRow[]> {
    return this.tx
      .sql`SELECT a.id, a.person_id AS person, iso(a.starts_at) AS "startsAt", iso(a.ends_at) AS "endsAt", CASE WHEN d.id IS NULL THEN NULL ELSE json_build_object('id', d.id, 'displayName', d.display_name) END AS deputy, a.recorded_by AS "recordedBy", a.version
      FROM person_absences a LEFT JOIN persons d ON d.id = a.deputy_id WHERE a.person_id = ${personId} AND (${before === null} OR (a.starts_at, a.id) < (${before?.[0] ?? null}::timestamptz, ${before?.[1] ?? null}::uuid)) ORDER BY a.starts_at DESC, a.id DESC LIMIT ${limit}`;
  }
  async insert(row: {
    id: string;
    personId: string;
    startsAt: Date;
    endsAt: Date;
    deputyId: string | null;
    by: string;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`INSERT INTO person_absences (id, person_id, starts_at, ends_at, deputy_id, recorded_by, recorded_at) VALUES (${row.id}, ${row.personId}, ${row.startsAt}, ${row.endsAt}, ${row.deputyId}, ${row.by}, ${row.at})`;
  }
  async forChange(personId: string, id: string): Promise<{ version: number } | null> {
    const [row] = await this.tx.sql<{
      version: number;
    }>`SELECT version FROM person_absences WHERE id = ${id} AND person_id = ${personId} FOR UPDATE`;
    return row ?? null;
  }
  async delete(id: string): Promise<void> {
    await this.tx.sql`DELETE FROM person_absences WHERE id = ${id}`;
  }

  positions(now: Date): Promise<PositionRow[]> {
    return this.tx
      .sql`SELECT o.id, o.name, CASE WHEN u.id IS NULL THEN NULL ELSE json_build_object('id', u.id, 'name', u.name) END AS unit,
        CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name, 'active', p.status <> 'left' AND (p.leaves_at IS NULL OR p.leaves_at > ${now}) AND (p.joined_at IS NULL OR p.joined_at <= ${now})) END AS holder, o.version
      FROM positions o LEFT JOIN units u ON u.id = o.unit_id LEFT JOIN persons h ON h.id = o.holder_id LEFT JOIN persons p ON p.id = coalesce(h.merged_into, h.id) ORDER BY o.name`;
  }
  async positionForChange(
    id: string,
  ): Promise<{ version: number; name: string; unit: string | null; holder: string | null } | null> {
    const [row] = await this.tx.sql<{
      version: number;
      name: string;
      unit: string | null;
      holder: string | null;
    }>`SELECT version, name, unit_id AS unit, holder_id AS holder FROM positions WHERE id = ${id} FOR UPDATE`;
    return row ?? null;
  }
  /** False = there is another of this name. */
  async putPosition(row: {
    id: string;
    name: string;
    unit: string | null;
    holder: string | null;
    version: number;
  }): Promise<boolean> {
    const [taken] = await this.tx.sql`SELECT 1 FROM positions WHERE name = ${row.name} AND id <> ${row.id}`;
    if (taken) return false;
    await this.tx
      .sql`INSERT INTO positions (id, name, unit_id, holder_id, version) VALUES (${row.id}, ${row.name}, ${row.unit}, ${row.holder}, ${row.version})
      ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, unit_id = EXCLUDED.unit_id, holder_id = EXCLUDED.holder_id, version = EXCLUDED.version`;
    return true;
  }
}
