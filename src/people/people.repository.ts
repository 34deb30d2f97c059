import { empty, raw, type Sql, sql, type Tx } from '../platform/database/index.js';
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
  readonly workerType: string | null;
  readonly unit: { id: string; name: string } | null;
  readonly joinedAt: string | null;
  readonly leavesAt: string | null;
  /** Away at this instant, until when, and who stands in; null for who is here. */
  readonly away: {
    readonly until: string;
    readonly deputy: { readonly id: string; readonly displayName: string } | null;
  } | null;
  /** The person this one turned out to be; null for everybody who stands for themselves. */
  readonly mergedInto: string | null;
  readonly version: number;
}

/** Works here at this instant: has come, and has not gone. `alias` is an alias of persons. */
export const isActive = (alias: string, now: Date): Sql => {
  const p = raw(alias);
  return sql`(${p}.status <> 'left' AND (${p}.leaves_at IS NULL OR ${p}.leaves_at > ${now}) AND (${p}.joined_at IS NULL OR ${p}.joined_at <= ${now}))`;
};

const SELECT = (
  now: Date,
) => sql`SELECT p.id, p.user_name AS "userName", p.display_name AS "displayName", p.email, ${isActive('p', now)} AS active, p.status,
  CASE WHEN m.id IS NULL THEN NULL ELSE json_build_object('id', m.id, 'displayName', m.display_name) END AS manager, p.department, p.position, p.worker_type AS "workerType",
  CASE WHEN u.id IS NULL THEN NULL ELSE json_build_object('id', u.id, 'name', u.name) END AS unit, iso(p.joined_at) AS "joinedAt", iso(p.leaves_at) AS "leavesAt", (SELECT json_build_object('until', iso(a.ends_at), 'deputy', CASE WHEN d.id IS NULL THEN NULL ELSE json_build_object('id', d.id, 'displayName', d.display_name) END) FROM person_absences a
    LEFT JOIN persons d ON d.id = coalesce(a.deputy_id, (SELECT deputy_id FROM person_deputies pd WHERE pd.person_id = p.id ORDER BY place LIMIT 1)) WHERE a.person_id = p.id AND a.starts_at <= ${now} AND a.ends_at > ${now} ORDER BY a.ends_at DESC LIMIT 1) AS away,
  p.merged_into AS "mergedInto", p.version
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
    const active = isActive('p', now);
    return this.tx.run<PersonRow>(sql`${SELECT(now)} WHERE p.merged_into IS NULL
      ${filter.q === undefined ? empty : sql`AND (p.display_name ILIKE ${like(filter.q)} OR p.user_name ILIKE ${like(filter.q)} OR p.email ILIKE ${like(filter.q)})`}
      ${filter.active === undefined ? empty : filter.active ? sql`AND ${active}` : sql`AND NOT ${active}`}
      ${filter.unit === undefined ? empty : sql`AND p.unit_id = ${filter.unit}`}
      ${after === null ? empty : sql`AND (p.display_name, p.id) > (${after[0]}, ${after[1]}::uuid)`}
      ORDER BY p.display_name, p.id LIMIT ${limit}`);
  }

  forChange(id: string): Promise<Person | null> {
    return this.tx.orm(Person).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async version(id: string): Promise<number | null> {
    const [row] = await this.tx.sql<{ version: number }>`SELECT version FROM persons WHERE id = ${id}`;
    return row?.version ?? null;
  }

  /** Something that belongs to the person changed, and whoever read them before has to read them again. */
  async touch(id: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE persons SET version = version + 1, updated_at = ${at} WHERE id = ${id}`;
  }

  async exists(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM persons WHERE id = ${id}`).length > 0;
  }

  /** Persons by any user name or address a feed knows them by, whatever the case; a name that fits two fits nobody. */
  async byLogin(logins: readonly string[]): Promise<Map<string, string>> {
    const wanted = logins.map((login) => login.toLowerCase());
    const rows = await this.tx.sql<{ login: string; id: string }>`SELECT login, (array_agg(id))[1] AS id FROM (
        SELECT lower(user_name) AS login, coalesce(merged_into, id) AS id FROM persons WHERE lower(user_name) = ANY(${wanted})
        UNION SELECT lower(email), coalesce(merged_into, id) FROM persons WHERE lower(email) = ANY(${wanted})
        UNION SELECT a, person_id FROM person_records, unnest(addresses) AS a WHERE addresses && ${wanted}::text[] AND person_id IS NOT NULL AND deleted_at IS NULL) known
      WHERE login = ANY(${wanted}) GROUP BY login HAVING count(DISTINCT id) = 1`;
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

  teams(): Promise<
    (Team & { members: { id: string; displayName: string }[]; group: { id: string; displayName: string } | null })[]
  > {
    return this.tx
      .sql`SELECT t.id, t.name, t.unit_id AS "unitId", t.group_id AS "groupId", CASE WHEN g.id IS NULL THEN NULL ELSE json_build_object('id', g.id, 'displayName', g.display_name) END AS "group", t.version,
      coalesce((SELECT json_agg(json_build_object('id', p.id, 'displayName', p.display_name) ORDER BY p.display_name) FROM team_members m JOIN persons p ON p.id = m.person_id WHERE m.team_id = t.id), '[]') AS members
      FROM teams t LEFT JOIN people_groups g ON g.id = t.group_id ORDER BY t.name`;
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
}

export const like = (text: string): string => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
