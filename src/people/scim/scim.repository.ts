import { empty, join, type Sql, sql, type Tx } from '../../platform/database/index.js';
import type { Document } from './scim-values.js';

/** A user as a SCIM client sees one: what it keeps here, and the groups it put them in. */
export interface ScimUserRow {
  readonly id: string;
  readonly externalId: string | null;
  readonly document: Document;
  readonly active: boolean;
  readonly groups: readonly { readonly value: string; readonly display: string }[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

export interface ScimGroupRow {
  readonly id: string;
  readonly externalId: string | null;
  readonly displayName: string;
  readonly members: readonly { readonly value: string; readonly display: string | null }[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

export interface ListWindow {
  readonly where: Sql | null;
  readonly order: Sql | null;
  readonly descending: boolean;
  readonly offset: number;
  readonly count: number;
}

const LIVE_USERS = (feedId: string): Sql => sql`r.feed_id = ${feedId} AND r.deleted_at IS NULL`;

/** Users and groups of one feed, for the client that owns it. */
export class ScimRepository {
  constructor(private readonly tx: Tx) {}

  async countUsers(feedId: string, where: Sql | null): Promise<number> {
    const [row] = await this.tx.run<{ count: number }>(
      sql`SELECT count(*)::int AS count FROM person_records r WHERE ${LIVE_USERS(feedId)} ${where ? sql`AND ${where}` : empty}`,
    );
    return row!.count;
  }

  /** The ids of the window come from the index alone; only the rows that are shown are read. */
  users(feedId: string, window: ListWindow, groups: boolean): Promise<ScimUserRow[]> {
    return this.tx
      .run<ScimUserRow>(sql`WITH page AS MATERIALIZED (SELECT r.id, row_number() OVER () AS place FROM (SELECT r.id FROM person_records r WHERE ${LIVE_USERS(feedId)} ${window.where ? sql`AND ${window.where}` : empty} ${ordered(window)}) r)
      SELECT ${USER(groups)} FROM page JOIN person_records r ON r.id = page.id ORDER BY page.place`);
  }

  async user(feedId: string, id: string): Promise<ScimUserRow | null> {
    const [row] = await this.tx.run<ScimUserRow>(
      sql`SELECT ${USER(true)} FROM person_records r WHERE ${LIVE_USERS(feedId)} AND r.id = ${id}`,
    );
    return row ?? null;
  }

  async countGroups(feedId: string, where: Sql | null): Promise<number> {
    const [row] = await this.tx.run<{ count: number }>(
      sql`SELECT count(*)::int AS count FROM people_groups r WHERE r.feed_id = ${feedId} ${where ? sql`AND ${where}` : empty}`,
    );
    return row!.count;
  }

  groups(feedId: string, window: ListWindow, members: boolean): Promise<ScimGroupRow[]> {
    return this.tx.run<ScimGroupRow>(
      sql`SELECT ${GROUP(members)} FROM people_groups r WHERE r.feed_id = ${feedId} ${window.where ? sql`AND ${window.where}` : empty} ${ordered(window)}`,
    );
  }

  async group(feedId: string, id: string, members: boolean): Promise<ScimGroupRow | null> {
    const [row] = await this.tx.run<ScimGroupRow>(
      sql`SELECT ${GROUP(members)} FROM people_groups r WHERE r.feed_id = ${feedId} AND r.id = ${id}`,
    );
    return row ?? null;
  }

  async groupForChange(
    feedId: string,
    id: string,
  ): Promise<{ id: string; displayName: string; externalId: string | null; version: number } | null> {
    const [row] = await this.tx.sql<{ id: string; displayName: string; externalId: string | null; version: number }>`
      SELECT id, display_name AS "displayName", external_id AS "externalId", version FROM people_groups WHERE feed_id = ${feedId} AND id = ${id} FOR UPDATE`;
    return row ?? null;
  }

  async groupNameTaken(feedId: string, name: string, except: string | null): Promise<boolean> {
    const rows = await this.tx
      .sql`SELECT 1 FROM people_groups WHERE feed_id = ${feedId} AND lower(display_name) = lower(${name}) AND id IS DISTINCT FROM ${except}::uuid`;
    return rows.length > 0;
  }

  async insertGroup(row: {
    id: string;
    feedId: string;
    displayName: string;
    externalId: string | null;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`INSERT INTO people_groups (id, feed_id, display_name, external_id, created_at, updated_at) VALUES (${row.id}, ${row.feedId}, ${row.displayName}, ${row.externalId}, ${row.at}, ${row.at})`;
  }

  async saveGroup(row: {
    id: string;
    displayName: string;
    externalId: string | null;
    version: number;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`UPDATE people_groups SET display_name = ${row.displayName}, external_id = ${row.externalId}, version = ${row.version}, updated_at = ${row.at} WHERE id = ${row.id}`;
  }

  async deleteGroup(id: string): Promise<void> {
    await this.tx.sql`DELETE FROM people_groups WHERE id = ${id}`;
  }

  /** Those of these ids who are people of the feed. */
  async known(feedId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT id FROM person_records WHERE feed_id = ${feedId} AND deleted_at IS NULL AND id = ANY(${ids}::uuid[])`;
    return new Set(rows.map(({ id }) => id));
  }

  /** Each of these returns how many rows it changed: membership that is as it was is no change. */
  addMembers(groupId: string, ids: readonly string[]): Promise<number> {
    return this.tx
      .change`INSERT INTO people_group_members (group_id, record_id) SELECT ${groupId}::uuid, unnest(${ids}::uuid[]) ON CONFLICT DO NOTHING`;
  }
  removeMembers(groupId: string, ids: readonly string[]): Promise<number> {
    return this.tx
      .change`DELETE FROM people_group_members WHERE group_id = ${groupId} AND record_id = ANY(${ids}::uuid[])`;
  }
  removeMembersBut(groupId: string, ids: readonly string[]): Promise<number> {
    return this.tx
      .change`DELETE FROM people_group_members WHERE group_id = ${groupId} AND NOT record_id = ANY(${ids}::uuid[])`;
  }
  async leaveGroups(recordId: string): Promise<void> {
    await this.tx.sql`DELETE FROM people_group_members WHERE record_id = ${recordId}`;
  }
  async countMembers(groupId: string): Promise<number> {
    const [row] = await this.tx.sql<{
      count: number;
    }>`SELECT count(*)::int AS count FROM people_group_members WHERE group_id = ${groupId}`;
    return row!.count;
  }
}

const USER = (groups: boolean): Sql =>
  sql`r.id, r.external_id AS "externalId", coalesce(r.document, '{}') AS document, r.status <> 'left' AS active, iso(r.created_at) AS "createdAt", iso(r.updated_at) AS "updatedAt", r.version,
    ${groups ? sql`coalesce((SELECT json_agg(json_build_object('value', g.id, 'display', g.display_name) ORDER BY g.display_name) FROM people_group_members m JOIN people_groups g ON g.id = m.group_id WHERE m.record_id = r.id), '[]')` : sql`'[]'::json`} AS groups`;
const GROUP = (members: boolean): Sql =>
  sql`r.id, r.external_id AS "externalId", r.display_name AS "displayName", iso(r.created_at) AS "createdAt", iso(r.updated_at) AS "updatedAt", r.version,
    ${members ? sql`coalesce((SELECT json_agg(json_build_object('value', p.id, 'display', coalesce(p.display_name, p.user_name)) ORDER BY p.id) FROM people_group_members m JOIN person_records p ON p.id = m.record_id WHERE m.group_id = r.id), '[]')` : sql`'[]'::json`} AS members`;

function ordered({ order, descending, offset, count }: ListWindow): Sql {
  const by = order
    ? [descending ? sql`${order} DESC NULLS LAST` : sql`${order} ASC NULLS LAST`, sql`r.id`]
    : [sql`r.id`];
  return sql`ORDER BY ${join(by)} OFFSET ${offset} LIMIT ${count}`;
}
