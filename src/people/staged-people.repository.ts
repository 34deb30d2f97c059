import { raw, sql, type Tx } from '../platform/database/index.js';
import { addressesOf, type Standing } from './person-records.repository.js';

/** One row of a people file, checked. */
export interface StagedPerson {
  readonly externalId: string;
  readonly userName: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly status: Standing;
  readonly manager: string | null;
  readonly department: string | null;
  readonly position: string | null;
  readonly workerType: string | null;
  readonly unit: string | null;
  readonly joinedAt: Date | null;
  readonly leavesAt: Date | null;
}

export interface ImportChange {
  readonly kind: 'created' | 'updated' | 'ended';
  readonly key: string;
  readonly displayName: string | null;
  /** Field to what it was and what it becomes. */
  readonly fields: Readonly<Record<string, readonly [unknown, unknown]>>;
}

const SHAPE = raw(
  'id uuid, key text, user_name text, display_name text, email text, addresses text[], status text, manager text, department text, position text, worker_type text, unit text, joined_at timestamptz, leaves_at timestamptz',
);
/** What is compared, on both sides in the same order. */
const KNOWN = raw(
  'r.user_name, r.display_name, r.email, r.status, r.manager_ref, r.department, r.position, r.worker_type, r.unit_id, r.joined_at, r.leaves_at',
);
const TOLD = raw(
  's.user_name, s.display_name, s.email, s.status, s.manager, s.department, s.position, s.worker_type, u.id, s.joined_at, s.leaves_at',
);
/** The same for people to read. */
const FIELDS = raw(
  `(VALUES ('userName', r.user_name, s.user_name), ('displayName', r.display_name, s.display_name), ('email', r.email, s.email), ('status', r.status, CASE WHEN s.key IS NULL THEN 'left' ELSE s.status END), ('manager', r.manager_ref, s.manager),
    ('department', r.department, s.department), ('position', r.position, s.position), ('workerType', r.worker_type, s.worker_type), ('unit', ru.name, s.unit), ('joinedAt', iso(r.joined_at), iso(s.joined_at)), ('leavesAt', iso(r.leaves_at), iso(s.leaves_at))) AS f(name, was, becomes)`,
);

/** A checked HR file beside the records of its feed; gone with the transaction. */
export class StagedPeopleRepository {
  constructor(private readonly tx: Tx) {}

  async stage(rows: readonly (StagedPerson & { id: string })[]): Promise<void> {
    await this.tx.run(sql`CREATE TEMP TABLE staged_people (${SHAPE}) ON COMMIT DROP`);
    for (let at = 0; at < rows.length; at += 5000) {
      const chunk = rows.slice(at, at + 5000).map((row) => ({
        id: row.id,
        key: row.externalId,
        user_name: row.userName,
        display_name: row.displayName,
        email: row.email,
        addresses: addressesOf(row.email, row.userName),
        status: row.status,
        manager: row.manager,
        department: row.department,
        position: row.position,
        worker_type: row.workerType,
        unit: row.unit,
        joined_at: row.joinedAt,
        leaves_at: row.leavesAt,
      }));
      await this.tx.run(
        sql`INSERT INTO staged_people SELECT * FROM jsonb_to_recordset(${JSON.stringify(chunk)}::jsonb) AS r(${SHAPE})`,
      );
    }
    await this.tx.sql`CREATE UNIQUE INDEX ON staged_people (key)`;
    await this.tx.sql`ANALYZE staged_people`;
  }

  /**
   * How many people of the feed the staged file would end: named as left, given a last day they did not have, or (in a
   * snapshot) missing from it.
   */
  async wouldEnd(feedId: string, snapshot: boolean): Promise<{ active: number; ending: number }> {
    const [row] = await this.tx.sql<{ active: number; ending: number }>`SELECT count(*)::int AS active,
        count(*) FILTER (WHERE s.status = 'left' OR (s.leaves_at IS NOT NULL AND r.leaves_at IS NULL) OR (${snapshot} AND s.key IS NULL))::int AS ending
      FROM person_records r LEFT JOIN staged_people s ON s.key = r.key WHERE r.feed_id = ${feedId} AND r.status <> 'left' AND r.deleted_at IS NULL`;
    return row!;
  }

  /** Writes down, person by person, what the staged file would change. */
  async writeChanges(importId: string, feedId: string, snapshot: boolean): Promise<void> {
    await this.tx.sql`DELETE FROM people_import_changes WHERE import_id = ${importId}`;
    await this.tx.run(sql`INSERT INTO people_import_changes (import_id, seq, kind, key, display_name, fields)
      SELECT ${importId}, row_number() OVER (ORDER BY CASE c.kind WHEN 'ended' THEN 0 WHEN 'updated' THEN 1 ELSE 2 END, c.key), c.kind, c.key, c.display_name, c.fields FROM (
        SELECT CASE WHEN r.id IS NULL THEN 'created' WHEN r.status <> 'left' AND (s.key IS NULL OR s.status = 'left') THEN 'ended' ELSE 'updated' END AS kind, coalesce(s.key, r.key) AS key, coalesce(s.display_name, r.display_name) AS display_name,
          (SELECT jsonb_object_agg(f.name, jsonb_build_array(f.was, f.becomes)) FROM ${FIELDS} WHERE f.was IS DISTINCT FROM f.becomes AND (s.key IS NOT NULL OR f.name = 'status')) AS fields
        FROM staged_people s FULL JOIN (SELECT * FROM person_records WHERE feed_id = ${feedId}) r ON r.key = s.key LEFT JOIN units ru ON ru.id = r.unit_id
        WHERE s.key IS NOT NULL OR (${snapshot} AND r.status <> 'left' AND r.deleted_at IS NULL)) c WHERE c.fields IS NOT NULL`);
  }

  /** Merges the staged file in one statement for each kind of change and returns the records of each. */
  async merge(
    feedId: string,
    snapshot: boolean,
    at: Date,
  ): Promise<{ created: string[]; updated: string[]; ended: string[]; unchanged: number }> {
    // A user name that passes from one person to another within the file must not meet itself half way.
    await this.tx.sql`UPDATE person_records r SET user_name = NULL FROM staged_people s
      WHERE r.feed_id = ${feedId} AND r.key = s.key AND lower(r.user_name) IS DISTINCT FROM lower(s.user_name)`;
    const created = await this.tx.sql<{
      id: string;
    }>`INSERT INTO person_records (id, feed_id, key, user_name, display_name, email, addresses, status, status_at, employee_number, manager_ref, department, position, worker_type, unit_id, joined_at, leaves_at, created_at, updated_at)
      SELECT s.id, ${feedId}, s.key, s.user_name, s.display_name, s.email, s.addresses, s.status, least(CASE WHEN s.status = 'left' THEN s.leaves_at ELSE s.joined_at END, ${at}::timestamptz), s.key, s.manager, s.department, s.position, s.worker_type, u.id, s.joined_at, s.leaves_at, ${at}, ${at}
      FROM staged_people s LEFT JOIN units u ON u.name = s.unit WHERE NOT EXISTS (SELECT 1 FROM person_records r WHERE r.feed_id = ${feedId} AND r.key = s.key) RETURNING id`;
    const changed = await this.tx.run<{ id: string; ended: boolean }>(sql`
      UPDATE person_records r SET user_name = s.user_name, display_name = s.display_name, email = s.email, addresses = s.addresses, status = s.status, department = s.department, position = s.position, worker_type = s.worker_type,
        unit_id = u.id, joined_at = s.joined_at, leaves_at = s.leaves_at, manager_ref = s.manager, manager_id = CASE WHEN s.manager IS NOT DISTINCT FROM r.manager_ref THEN r.manager_id END, employee_number = s.key, deleted_at = NULL,
        -- A last day that had passed and is taken back is a return, whatever the status column says.
        status_at = CASE WHEN s.status <> b.status OR (b.leaves_at <= ${at} AND (s.leaves_at IS NULL OR s.leaves_at > ${at})) THEN ${at} ELSE r.status_at END, updated_at = ${at}, version = r.version + 1
      FROM staged_people s LEFT JOIN units u ON u.name = s.unit, person_records b
      WHERE b.id = r.id AND r.feed_id = ${feedId} AND r.key = s.key AND (${KNOWN}) IS DISTINCT FROM (${TOLD})
      RETURNING r.id, r.status = 'left' AND b.status <> 'left' AS ended`);
    const missing = snapshot
      ? await this.tx.sql<{
          id: string;
        }>`UPDATE person_records r SET status = 'left', status_at = ${at}, leaves_at = coalesce(r.leaves_at, ${at}), updated_at = ${at}, version = version + 1
          WHERE r.feed_id = ${feedId} AND r.status <> 'left' AND r.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM staged_people s WHERE s.key = r.key) RETURNING id`
      : [];
    // What follows joins the records that were just written: the planner must not take the table for an empty one.
    if (created.length > 1000) await this.tx.sql`ANALYZE person_records`;
    const [staged] = await this.tx.sql<{ count: number }>`SELECT count(*)::int AS count FROM staged_people`;
    const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
    return {
      created: ids(created),
      updated: ids(changed.filter(({ ended }) => !ended)),
      ended: [...ids(changed.filter(({ ended }) => ended)), ...ids(missing)],
      unchanged: staged!.count - created.length - changed.length,
    };
  }

  /** Employees of the staged file whose manager nobody is. */
  unknownManagers(feedId: string): Promise<{ key: string }[]> {
    return this.tx
      .sql`SELECT s.key FROM staged_people s JOIN person_records r ON r.feed_id = ${feedId} AND r.key = s.key
      WHERE s.manager IS NOT NULL AND r.manager_id IS NULL AND s.manager <> s.key AND lower(s.manager) <> lower(coalesce(s.email, '')) ORDER BY s.key LIMIT 1000`;
  }

  /** User names that somebody of the feed who is not in the file has already: the index would refuse the whole file. */
  takenUserNames(feedId: string): Promise<{ key: string }[]> {
    return this.tx
      .sql`SELECT s.key FROM staged_people s JOIN person_records r ON r.feed_id = ${feedId} AND lower(r.user_name) = lower(s.user_name) AND r.key <> s.key AND r.deleted_at IS NULL
      WHERE NOT EXISTS (SELECT 1 FROM staged_people o WHERE o.key = r.key) ORDER BY s.key LIMIT 1000`;
  }

  async unstage(keys: readonly string[]): Promise<void> {
    await this.tx.sql`DELETE FROM staged_people WHERE key = ANY(${keys})`;
  }

  /** What is done inside is taken back: a dry run does the very same work. */
  async takenBack<R>(work: () => Promise<R>): Promise<R> {
    await this.tx.sql`SAVEPOINT dry_run`;
    const result = await work();
    await this.tx.sql`ROLLBACK TO SAVEPOINT dry_run`;
    return result;
  }
}
