import { empty, sql, type Tx } from '../platform/database/index.js';

export interface DirectoryGroupRow {
  readonly id: string;
  readonly displayName: string;
  readonly feed: { readonly id: string; readonly name: string };
  readonly members: number;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
}

/** Groups a directory keeps here through SCIM, as those see them who make teams of them. */
export class DirectoryGroupsRepository {
  constructor(private readonly tx: Tx) {}

  page(
    q: string | undefined,
    limit: number,
    after: readonly (string | number | null)[] | null,
  ): Promise<DirectoryGroupRow[]> {
    return this.tx
      .sql<DirectoryGroupRow>`SELECT g.id, g.display_name AS "displayName", json_build_object('id', f.id, 'name', f.name) AS feed,
        (SELECT count(DISTINCT r.person_id)::int FROM people_group_members m JOIN person_records r ON r.id = m.record_id WHERE m.group_id = g.id AND r.deleted_at IS NULL) AS members,
        coalesce((SELECT json_agg(json_build_object('id', t.id, 'name', t.name) ORDER BY t.name) FROM teams t WHERE t.group_id = g.id), '[]') AS teams
      FROM people_groups g JOIN people_feeds f ON f.id = g.feed_id
      WHERE true ${q === undefined ? empty : sql`AND strpos(lower(g.display_name), lower(${q})) > 0`}
        ${after === null ? empty : sql`AND (g.display_name, g.id) > (${after[0]}, ${after[1]}::uuid)`}
      ORDER BY g.display_name, g.id LIMIT ${limit}`;
  }

  /** Locked against its own deletion, until the transaction ends. */
  async exists(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM people_groups WHERE id = ${id} FOR SHARE`).length > 0;
  }

  /** Groups with a record of one of these persons. */
  async ofPersons(persons: readonly string[]): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT DISTINCT m.group_id AS id FROM person_records r JOIN people_group_members m ON m.record_id = r.id WHERE r.person_id = ANY(${persons}::uuid[])`;
    return rows.map(({ id }) => id);
  }

  async ofRecord(recordId: string): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT group_id AS id FROM people_group_members WHERE record_id = ${recordId}`;
    return rows.map(({ id }) => id);
  }

  /** Makes the members of the teams of these groups those of the group; answers the teams that changed by it. */
  fillTeams(groups: readonly string[]): Promise<
    {
      readonly teamId: string;
      readonly name: string;
      readonly group: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }[]
  > {
    return this.tx
      .sql`WITH filled AS MATERIALIZED (SELECT id, name, group_id FROM teams WHERE group_id = ANY(${groups}::uuid[]) ORDER BY id FOR UPDATE),
      wanted AS MATERIALIZED (SELECT DISTINCT t.id AS team_id, r.person_id FROM filled t JOIN people_group_members m ON m.group_id = t.group_id JOIN person_records r ON r.id = m.record_id
        WHERE r.deleted_at IS NULL AND r.person_id IS NOT NULL),
      gone AS (DELETE FROM team_members m USING filled t WHERE m.team_id = t.id AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.team_id = m.team_id AND w.person_id = m.person_id) RETURNING m.team_id, m.person_id),
      come AS (INSERT INTO team_members (team_id, person_id) SELECT team_id, person_id FROM wanted ON CONFLICT DO NOTHING RETURNING team_id, person_id),
      moved AS (SELECT team_id FROM gone UNION SELECT team_id FROM come),
      counted AS (UPDATE teams SET version = version + 1 FROM moved WHERE teams.id = moved.team_id RETURNING teams.id)
      SELECT t.id AS "teamId", t.name, t.group_id AS group, ARRAY(SELECT person_id FROM come WHERE come.team_id = t.id ORDER BY 1) AS added, ARRAY(SELECT person_id FROM gone WHERE gone.team_id = t.id ORDER BY 1) AS removed
      FROM counted c JOIN filled t ON t.id = c.id ORDER BY t.id`;
  }

  letGo(groupId: string): Promise<{ readonly teamId: string; readonly name: string }[]> {
    return this.tx
      .sql`UPDATE teams SET group_id = NULL, version = version + 1 WHERE group_id = ${groupId} RETURNING id AS "teamId", name`;
  }
}
