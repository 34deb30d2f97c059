import { empty, sql, type Tx } from '../platform/database/index.js';
import { Person, Team, Unit } from './people.entities.js';

export interface PersonRow {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly active: boolean;
  readonly status: 'active' | 'leave' | 'left';
  readonly manager: { id: string; displayName: string } | null;
  readonly department: string | null;
  readonly position: string | null;
  readonly unit: { id: string; name: string } | null;
  readonly joinedAt: string | null;
  readonly leavesAt: string | null;
  readonly version: number;
}

/** One row of a people file, checked. */
export interface StagedPerson {
  readonly externalId: string;
  readonly userName: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly status: 'active' | 'leave' | 'left';
  readonly manager: string | null;
  readonly department: string | null;
  readonly position: string | null;
  readonly workerType: string | null;
  readonly unit: string | null;
  readonly joinedAt: Date | null;
  readonly leavesAt: Date | null;
}

const SELECT = (
  now: Date,
) => sql`SELECT p.id, p.user_name AS "userName", p.display_name AS "displayName", p.email, p.status <> 'left' AND (p.leaves_at IS NULL OR p.leaves_at > ${now}) AS active, p.status,
  CASE WHEN m.id IS NULL THEN NULL ELSE json_build_object('id', m.id, 'displayName', m.display_name) END AS manager, p.department, p.position,
  CASE WHEN u.id IS NULL THEN NULL ELSE json_build_object('id', u.id, 'name', u.name) END AS unit, iso(p.joined_at) AS "joinedAt", iso(p.leaves_at) AS "leavesAt", p.version
  FROM persons p LEFT JOIN persons m ON m.id = p.manager_id LEFT JOIN units u ON u.id = p.unit_id`;

export class PeopleRepository {
  constructor(private readonly tx: Tx) {}

  async one(id: string, now: Date): Promise<PersonRow | null> {
    const [row] = await this.tx.run<PersonRow>(sql`${SELECT(now)} WHERE p.id = ${id}`);
    return row ?? null;
  }

  page(
    filter: { q?: string | undefined; active?: boolean | undefined; unit?: string | undefined },
    limit: number,
    after: readonly (string | number | null)[] | null,
    now: Date,
  ): Promise<PersonRow[]> {
    const active = sql`(p.status <> 'left' AND (p.leaves_at IS NULL OR p.leaves_at > ${now}))`;
    return this.tx.run<PersonRow>(sql`${SELECT(now)} WHERE true
      ${filter.q === undefined ? empty : sql`AND (p.display_name ILIKE ${like(filter.q)} OR p.user_name ILIKE ${like(filter.q)} OR p.email ILIKE ${like(filter.q)})`}
      ${filter.active === undefined ? empty : filter.active ? sql`AND ${active}` : sql`AND NOT ${active}`}
      ${filter.unit === undefined ? empty : sql`AND p.unit_id = ${filter.unit}`}
      ${after === null ? empty : sql`AND (p.display_name, p.id) > (${after[0]}, ${after[1]}::uuid)`}
      ORDER BY p.display_name, p.id LIMIT ${limit}`);
  }

  forChange(id: string): Promise<Person | null> {
    return this.tx.orm(Person).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async insert(person: Person): Promise<void> {
    await this.tx.orm(Person).insert(person);
  }

  async save(person: Person): Promise<void> {
    await this.tx.orm(Person).save(person);
  }

  async exists(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM persons WHERE id = ${id}`).length > 0;
  }

  async userNameTaken(feed: string, userName: string, except: string | null): Promise<boolean> {
    const rows = await this.tx
      .sql`SELECT 1 FROM persons WHERE feed = ${feed} AND lower(user_name) = lower(${userName}) AND id IS DISTINCT FROM ${except}::uuid`;
    return rows.length > 0;
  }

  /** Persons by user name or e-mail, whatever the case; a name that fits two people fits nobody. */
  async byLogin(logins: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.tx.sql<{ login: string; id: string }>`SELECT login, (array_agg(id))[1] AS id FROM (
        SELECT lower(user_name) AS login, id FROM persons UNION SELECT lower(email), id FROM persons WHERE email IS NOT NULL) known
      WHERE login = ANY(${logins.map((login) => login.toLowerCase())}) GROUP BY login HAVING count(DISTINCT id) = 1`;
    return new Map(rows.map(({ login, id }) => [login, id]));
  }

  unitsByName(): Promise<Unit[]> {
    return this.tx.orm(Unit).find();
  }

  async insertUnit(unit: Unit): Promise<void> {
    await this.tx.orm(Unit).insert(unit);
  }

  unitForChange(id: string): Promise<Unit | null> {
    return this.tx.orm(Unit).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async saveUnit(unit: Unit): Promise<void> {
    await this.tx.orm(Unit).save(unit);
  }

  teams(): Promise<(Team & { members: { id: string; displayName: string }[] })[]> {
    return this.tx.sql`SELECT t.id, t.name, t.unit_id AS "unitId", t.version,
      coalesce((SELECT json_agg(json_build_object('id', p.id, 'displayName', p.display_name) ORDER BY p.display_name) FROM team_members m JOIN persons p ON p.id = m.person_id WHERE m.team_id = t.id), '[]') AS members
      FROM teams t ORDER BY t.name`;
  }

  async insertTeam(team: Team): Promise<void> {
    await this.tx.orm(Team).insert(team);
  }

  teamForChange(id: string): Promise<Team | null> {
    return this.tx.orm(Team).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async saveTeam(team: Team): Promise<void> {
    await this.tx.orm(Team).save(team);
  }

  async setMembers(teamId: string, members: readonly string[]): Promise<void> {
    await this.tx.sql`DELETE FROM team_members WHERE team_id = ${teamId}`;
    if (members.length > 0)
      await this.tx
        .sql`INSERT INTO team_members (team_id, person_id) SELECT ${teamId}::uuid, unnest(${members}::uuid[])`;
  }

  /** Puts a checked file beside the people there are, for the statements below; gone with the transaction. */
  async stage(rows: readonly (StagedPerson & { id: string })[]): Promise<void> {
    await this.tx
      .sql`CREATE TEMP TABLE staged_people (id uuid, external_id text PRIMARY KEY, user_name text, display_name text, email text, status text, manager text, department text, position text, worker_type text, unit text, joined_at timestamptz, leaves_at timestamptz) ON COMMIT DROP`;
    for (let at = 0; at < rows.length; at += 5000) {
      await this.tx.sql`INSERT INTO staged_people SELECT * FROM jsonb_to_recordset(${JSON.stringify(
        rows.slice(at, at + 5000).map((row) => ({
          id: row.id,
          external_id: row.externalId,
          user_name: row.userName,
          display_name: row.displayName,
          email: row.email,
          status: row.status,
          manager: row.manager,
          department: row.department,
          position: row.position,
          worker_type: row.workerType,
          unit: row.unit,
          joined_at: row.joinedAt,
          leaves_at: row.leavesAt,
        })),
      )}::jsonb) AS r(id uuid, external_id text, user_name text, display_name text, email text, status text, manager text, department text, position text, worker_type text, unit text, joined_at timestamptz, leaves_at timestamptz)`;
    }
  }

  /** How many people of the feed the staged file would end: named as left, or (in a snapshot) missing from it. */
  async wouldEnd(feed: string, snapshot: boolean): Promise<{ active: number; ending: number }> {
    const [row] = await this.tx.sql<{ active: number; ending: number }>`SELECT count(*)::int AS active,
        count(*) FILTER (WHERE s.status = 'left' OR (${snapshot} AND s.external_id IS NULL))::int AS ending
      FROM persons p LEFT JOIN staged_people s ON s.external_id = p.external_id WHERE p.feed = ${feed} AND p.status <> 'left'`;
    return row!;
  }

  /** Merges the staged file in one statement for each kind of change and returns the ids of each. */
  async mergeStaged(
    feed: string,
    snapshot: boolean,
    at: Date,
  ): Promise<{ created: string[]; updated: string[]; ended: string[]; unchanged: number }> {
    const created = await this.tx.sql<{
      id: string;
    }>`INSERT INTO persons (id, feed, external_id, user_name, display_name, email, status, department, position, worker_type, unit_id, joined_at, leaves_at, created_at, updated_at)
      SELECT s.id, ${feed}, s.external_id, s.user_name, s.display_name, s.email, s.status, s.department, s.position, s.worker_type, u.id, s.joined_at, s.leaves_at, ${at}, ${at}
      FROM staged_people s LEFT JOIN units u ON u.name = s.unit WHERE NOT EXISTS (SELECT 1 FROM persons p WHERE p.feed = ${feed} AND p.external_id = s.external_id) RETURNING id`;
    const changed = await this.tx.sql<{ id: string; ended: boolean }>`
      WITH wanted AS (
        SELECT p.id, s.user_name, s.display_name, s.email, s.status, s.department, s.position, s.worker_type, u.id AS unit_id, s.joined_at, s.leaves_at, p.status AS status_before
        FROM staged_people s JOIN persons p ON p.feed = ${feed} AND p.external_id = s.external_id LEFT JOIN units u ON u.name = s.unit
        WHERE (p.user_name, p.display_name, p.email, p.status, p.department, p.position, p.worker_type, p.unit_id, p.joined_at, p.leaves_at)
          IS DISTINCT FROM (s.user_name, s.display_name, s.email, s.status, s.department, s.position, s.worker_type, u.id, s.joined_at, s.leaves_at))
      UPDATE persons p SET user_name = w.user_name, display_name = w.display_name, email = w.email, status = w.status, department = w.department, position = w.position, worker_type = w.worker_type,
        unit_id = w.unit_id, joined_at = w.joined_at, leaves_at = w.leaves_at, updated_at = ${at}, version = p.version + 1
      FROM wanted w WHERE w.id = p.id RETURNING p.id, p.status = 'left' AND w.status_before <> 'left' AS ended`;
    const missing = snapshot
      ? await this.tx.sql<{
          id: string;
        }>`UPDATE persons p SET status = 'left', leaves_at = coalesce(p.leaves_at, ${at}), updated_at = ${at}, version = version + 1
          WHERE p.feed = ${feed} AND p.status <> 'left' AND NOT EXISTS (SELECT 1 FROM staged_people s WHERE s.external_id = p.external_id) RETURNING id`
      : [];
    const managers = await this.tx.sql<{
      id: string;
    }>`UPDATE persons p SET manager_id = m.id, updated_at = ${at}, version = p.version + 1
      FROM staged_people s LEFT JOIN LATERAL (
        SELECT id FROM persons c WHERE c.feed = ${feed} AND s.manager IS NOT NULL AND (c.external_id = s.manager OR lower(c.email) = lower(s.manager)) ORDER BY c.external_id = s.manager DESC LIMIT 1) m ON true
      WHERE p.feed = ${feed} AND p.external_id = s.external_id AND p.manager_id IS DISTINCT FROM m.id RETURNING p.id`;
    const createdIds = new Set(created.map(({ id }) => id));
    const updated = new Set(
      [...changed.filter(({ ended }) => !ended), ...managers].map(({ id }) => id).filter((id) => !createdIds.has(id)),
    );
    const ended = [...changed.filter((row) => row.ended), ...missing].map(({ id }) => id);
    for (const id of ended) updated.delete(id);
    const [staged] = await this.tx.sql<{ count: number }>`SELECT count(*)::int AS count FROM staged_people`;
    const touched = new Set([...createdIds, ...updated, ...ended]);
    return {
      created: [...createdIds],
      updated: [...updated],
      ended,
      unchanged: Math.max(0, staged!.count + missing.length - touched.size),
    };
  }

  /** Managers that the staged file names and nobody is. */
  unknownManagers(feed: string): Promise<{ externalId: string }[]> {
    return this.tx
      .sql`SELECT s.external_id AS "externalId" FROM staged_people s WHERE s.manager IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM persons c WHERE c.feed = ${feed} AND (c.external_id = s.manager OR lower(c.email) = lower(s.manager)))
      AND NOT EXISTS (SELECT 1 FROM staged_people o WHERE o.external_id = s.manager OR lower(o.email) = lower(s.manager)) ORDER BY s.external_id LIMIT 1000`;
  }
}

export const like = (text: string): string => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
