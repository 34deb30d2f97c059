import { empty, sql, type Tx } from '../platform/database/index.js';

/** What one feed says of one person. */
export interface PersonRecord {
  readonly id: string;
  readonly feedId: string;
  readonly personId: string | null;
  readonly key: string;
  readonly userName: string | null;
  readonly displayName: string | null;
  readonly email: string | null;
  readonly addresses: readonly string[];
  readonly status: Standing | null;
  readonly statusAt: Date;
  readonly employeeNumber: string | null;
  readonly managerRef: string | null;
  readonly managerId: string | null;
  readonly department: string | null;
  readonly position: string | null;
  readonly workerType: string | null;
  readonly unitId: string | null;
  readonly joinedAt: Date | null;
  readonly leavesAt: Date | null;
  /** Fields a null of which is a statement: "has none", not "does not say". */
  readonly stated: readonly string[];
  readonly externalId: string | null;
  readonly document: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
  readonly version: number;
}
export type Standing = 'active' | 'leave' | 'left';

/** Rules by which records of different feeds are taken for one person. */
export const MATCHING_RULES = ['employee-number', 'email', 'user-name'] as const;
export type MatchingRule = (typeof MATCHING_RULES)[number];

const COLUMNS = sql`id, feed_id AS "feedId", person_id AS "personId", key, user_name AS "userName", display_name AS "displayName", email, addresses, status, status_at AS "statusAt", employee_number AS "employeeNumber",
  manager_ref AS "managerRef", manager_id AS "managerId", department, position, worker_type AS "workerType", unit_id AS "unitId", joined_at AS "joinedAt", leaves_at AS "leavesAt", stated, external_id AS "externalId", document,
  created_at AS "createdAt", updated_at AS "updatedAt", deleted_at AS "deletedAt", version`;

/** Every address a record is known by; a user name counts where it is one. */
export const addressesOf = (...given: readonly (string | null | undefined)[]): string[] => [
  ...new Set(given.flatMap((text) => (text && /^[^\s@]+@[^\s@]+$/.test(text) ? [text.toLowerCase()] : []))),
];

/** Records of feeds, and how they are tied to persons. */
export class PersonRecordsRepository {
  constructor(private readonly tx: Tx) {}

  async forChange(id: string): Promise<PersonRecord | null> {
    const [row] = await this.tx.run<PersonRecord>(
      sql`SELECT ${COLUMNS} FROM person_records WHERE id = ${id} FOR UPDATE`,
    );
    return row ?? null;
  }

  async ofFeedForChange(feedId: string, id: string): Promise<PersonRecord | null> {
    const [row] = await this.tx.run<PersonRecord>(
      sql`SELECT ${COLUMNS} FROM person_records WHERE feed_id = ${feedId} AND id = ${id} AND deleted_at IS NULL FOR UPDATE`,
    );
    return row ?? null;
  }

  async byKeyForChange(feedId: string, key: string): Promise<PersonRecord | null> {
    const [row] = await this.tx.run<PersonRecord>(
      sql`SELECT ${COLUMNS} FROM person_records WHERE feed_id = ${feedId} AND key = ${key} FOR UPDATE`,
    );
    return row ?? null;
  }

  ofPersonForChange(personId: string): Promise<PersonRecord[]> {
    return this.tx.run<PersonRecord>(
      sql`SELECT ${COLUMNS} FROM person_records WHERE person_id = ${personId} ORDER BY id FOR UPDATE`,
    );
  }

  /** Writes a record as it now is; `version` is the caller's to count. */
  async put(row: PersonRecord): Promise<void> {
    await this.tx
      .sql`INSERT INTO person_records AS r (id, feed_id, person_id, key, user_name, display_name, email, addresses, status, status_at, employee_number, manager_ref, manager_id, department, position, worker_type, unit_id, joined_at, leaves_at, stated, external_id, document, created_at, updated_at, deleted_at, version)
      VALUES (${row.id}, ${row.feedId}, ${row.personId}, ${row.key}, ${row.userName}, ${row.displayName}, ${row.email}, ${row.addresses}, ${row.status}, ${row.statusAt}, ${row.employeeNumber}, ${row.managerRef}, ${row.managerId}, ${row.department}, ${row.position}, ${row.workerType}, ${row.unitId}, ${row.joinedAt}, ${row.leavesAt}, ${row.stated}, ${row.externalId}, ${row.document === null ? null : JSON.stringify(row.document)}, ${row.createdAt}, ${row.updatedAt}, ${row.deletedAt}, ${row.version})
      ON CONFLICT (id) DO UPDATE SET user_name = EXCLUDED.user_name, display_name = EXCLUDED.display_name, email = EXCLUDED.email, addresses = EXCLUDED.addresses, status = EXCLUDED.status, status_at = EXCLUDED.status_at, employee_number = EXCLUDED.employee_number,
        manager_ref = EXCLUDED.manager_ref, manager_id = EXCLUDED.manager_id, department = EXCLUDED.department, position = EXCLUDED.position, worker_type = EXCLUDED.worker_type, unit_id = EXCLUDED.unit_id, joined_at = EXCLUDED.joined_at, leaves_at = EXCLUDED.leaves_at,
        stated = EXCLUDED.stated, external_id = EXCLUDED.external_id, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at, deleted_at = EXCLUDED.deleted_at, version = EXCLUDED.version`;
  }

  async drop(id: string): Promise<void> {
    await this.tx.sql`DELETE FROM person_records WHERE id = ${id}`;
  }

  async userNameTaken(feedId: string, userName: string, except: string | null): Promise<boolean> {
    const rows = await this.tx
      .sql`SELECT 1 FROM person_records WHERE feed_id = ${feedId} AND lower(user_name) = lower(${userName}) AND deleted_at IS NULL AND id IS DISTINCT FROM ${except}::uuid`;
    return rows.length > 0;
  }

  /** Persons of a feed that have no record of it get one: rows that an older release wrote. */
  async adopt(feedName: string): Promise<void> {
    await this.adoptWhere(sql`p.feed = ${feedName}`);
  }
  async adoptPerson(personId: string): Promise<void> {
    await this.adoptWhere(sql`p.id = ${personId}`);
  }
  private async adoptWhere(which: ReturnType<typeof sql>): Promise<void> {
    await this.tx.run(
      sql`INSERT INTO person_records (id, feed_id, person_id, key, user_name, display_name, email, addresses, status, status_at, employee_number, manager_id, department, position, worker_type, unit_id, joined_at, leaves_at, created_at, updated_at)
      SELECT gen_random_uuid(), f.id, p.id, p.external_id, p.user_name, p.display_name, p.email, ARRAY(SELECT DISTINCT lower(a) FROM unnest(ARRAY[p.email, p.user_name]) a WHERE a LIKE '%_@_%'), p.status,
        coalesce(CASE WHEN p.status = 'left' THEN p.leaves_at END, p.joined_at, p.created_at), CASE WHEN f.kind = 'hr-file' THEN p.external_id END, p.manager_id, p.department, p.position, p.worker_type, p.unit_id, p.joined_at, p.leaves_at, p.created_at, p.updated_at
      FROM persons p JOIN people_feeds f ON f.name = p.feed WHERE ${which} AND p.merged_into IS NULL AND NOT EXISTS (SELECT 1 FROM person_records r WHERE r.person_id = p.id) ON CONFLICT DO NOTHING`,
    );
  }

  /**
   * Ties records without a person to the one they match: the first rule that finds anybody decides, and only when it
   * finds exactly one. Nobody gets two records of one feed, what was taken apart stays apart, and two employee numbers
   * are never one person.
   */
  async match(ids: readonly string[], rules: readonly MatchingRule[]): Promise<number> {
    if (ids.length === 0 || rules.length === 0) return 0;
    const on = (rule: MatchingRule): boolean => rules.includes(rule);
    const rank = (rule: MatchingRule): number => rules.indexOf(rule);
    const agree = sql`(o.employee_number IS NULL OR f.employee_number IS NULL OR o.employee_number = f.employee_number)`;
    const other = sql`o.feed_id <> f.feed_id AND o.person_id IS NOT NULL`;
    const hits = sql`SELECT NULL::uuid AS record_id, NULL::uuid AS feed_id, NULL::uuid AS person_id, 0 AS rule WHERE false
      ${on('employee-number') ? sql`UNION SELECT f.id, f.feed_id, o.person_id, ${rank('employee-number')}::int FROM fresh f JOIN person_records o ON o.employee_number = f.employee_number AND ${other}` : empty}
      ${on('email') ? sql`UNION SELECT f.id, f.feed_id, o.person_id, ${rank('email')}::int FROM fresh f CROSS JOIN LATERAL unnest(f.addresses) AS a CROSS JOIN LATERAL (SELECT * FROM person_records o WHERE o.addresses @> ARRAY[a] OFFSET 0) o WHERE ${other} AND ${agree}` : empty}
      ${on('user-name') ? sql`UNION SELECT f.id, f.feed_id, o.person_id, ${rank('user-name')}::int FROM fresh f JOIN persons p ON lower(p.user_name) = lower(f.user_name) JOIN person_records o ON o.person_id = p.id AND lower(o.user_name) = lower(f.user_name) AND ${other} AND ${agree}` : empty}`;
    const rows = await this.tx
      .run(sql`WITH fresh AS MATERIALIZED (SELECT * FROM person_records WHERE id = ANY(${ids}::uuid[]) AND person_id IS NULL),
      hits AS (${hits}),
      sound AS (SELECT h.*, min(h.rule) OVER (PARTITION BY h.record_id) AS first FROM hits h
        WHERE NOT EXISTS (SELECT 1 FROM person_separations s WHERE s.record_id = h.record_id AND s.person_id = h.person_id)
          AND NOT EXISTS (SELECT 1 FROM person_records t WHERE t.person_id = h.person_id AND t.feed_id = h.feed_id AND t.deleted_at IS NULL)),
      chosen AS (SELECT record_id, feed_id, (array_agg(DISTINCT person_id))[1] AS person_id FROM sound WHERE rule = first GROUP BY record_id, feed_id HAVING count(DISTINCT person_id) = 1),
      claimed AS (SELECT chosen.*, count(*) OVER (PARTITION BY feed_id, person_id) AS claims FROM chosen)
      UPDATE person_records r SET person_id = c.person_id FROM claimed c WHERE c.record_id = r.id AND c.claims = 1 RETURNING r.id`);
    return rows.length;
  }

  /** A person for each record that still has none; settled afterwards, which gives it its values and version 1. */
  async makePersons(ids: readonly string[], at: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO persons (id, feed, external_id, user_name, display_name, status, created_at, updated_at, version)
      SELECT r.id, f.name, r.key, coalesce(r.user_name, r.key), coalesce(r.display_name, r.user_name, r.key), 'active', ${at}, ${at}, 0
      FROM person_records r JOIN people_feeds f ON f.id = r.feed_id WHERE r.id = ANY(${ids}::uuid[]) AND r.person_id IS NULL`;
    await this.tx.sql`UPDATE person_records SET person_id = id WHERE id = ANY(${ids}::uuid[]) AND person_id IS NULL`;
  }

  /**
   * Finds the persons behind the managers that records name: these records, and those of the same feeds that named
   * somebody nobody was yet. Returns the persons whose manager is another now.
   */
  async resolveManagers(ids: readonly string[]): Promise<string[]> {
    const rows = await this.tx.sql<{ personId: string }>`WITH wanted AS MATERIALIZED (
        SELECT id, feed_id, person_id, manager_ref FROM person_records WHERE id = ANY(${ids}::uuid[]) AND manager_ref IS NOT NULL
        UNION SELECT r.id, r.feed_id, r.person_id, r.manager_ref FROM person_records r JOIN (SELECT DISTINCT feed_id FROM person_records WHERE id = ANY(${ids}::uuid[])) f ON f.feed_id = r.feed_id WHERE r.manager_ref IS NOT NULL AND r.manager_id IS NULL),
      found AS (SELECT w.id, w.person_id, coalesce(
          (SELECT m.person_id FROM person_records m WHERE m.feed_id = w.feed_id AND m.key = w.manager_ref),
          (SELECT min(m.person_id::text)::uuid FROM person_records m WHERE m.feed_id = w.feed_id AND m.deleted_at IS NULL AND m.addresses @> ARRAY[lower(w.manager_ref)] HAVING count(DISTINCT m.person_id) = 1),
          (SELECT min(m.person_id::text)::uuid FROM person_records m WHERE m.employee_number = w.manager_ref HAVING count(DISTINCT m.person_id) = 1),
          (SELECT min(m.person_id::text)::uuid FROM person_records m WHERE m.addresses @> ARRAY[lower(w.manager_ref)] HAVING count(DISTINCT m.person_id) = 1)) AS manager_id FROM wanted w)
      UPDATE person_records r SET manager_id = CASE WHEN f.manager_id = f.person_id THEN NULL ELSE f.manager_id END FROM found f
      WHERE f.id = r.id AND r.manager_id IS DISTINCT FROM CASE WHEN f.manager_id = f.person_id THEN NULL ELSE f.manager_id END RETURNING r.person_id AS "personId"`;
    return [...new Set(rows.map(({ personId }) => personId))];
  }

  async personsOf(ids: readonly string[]): Promise<string[]> {
    const rows = await this.tx.sql<{
      personId: string;
    }>`SELECT DISTINCT person_id AS "personId" FROM person_records WHERE id = ANY(${ids}::uuid[]) AND person_id IS NOT NULL`;
    return rows.map(({ personId }) => personId);
  }
}
