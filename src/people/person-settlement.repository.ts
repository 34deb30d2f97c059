import { raw, type Sql, sql, type Tx } from '../platform/database/index.js';
import type { Standing } from './person-records.repository.js';

/** What of a person moves facts: before and after the feeds were weighed again. */
export interface PersonState {
  readonly status: Standing;
  readonly joinedAt: string | null;
  readonly leavesAt: string | null;
  readonly manager: string | null;
  readonly department: string | null;
  readonly position: string | null;
  readonly unit: string | null;
}
export interface PersonChange {
  readonly id: string;
  readonly isNew: boolean;
  readonly before: PersonState;
  readonly after: PersonState;
}

/** Fields a feed may be given a rank of its own for: the name the API uses, and the column. */
export const RANKED_FIELDS = {
  userName: 'user_name',
  displayName: 'display_name',
  email: 'email',
  manager: 'manager_id',
  department: 'department',
  position: 'position',
  workerType: 'worker_type',
  unit: 'unit_id',
  joinedAt: 'joined_at',
} as const;
export const FIELDS_OF_PEOPLE = [...Object.keys(RANKED_FIELDS), 'status', 'leavesAt'] as const;

const rankOf = (field: string): string => `coalesce((field_ranks->>'${field}')::int, rank)`;
/** Who still works here speaks before who has left; then rank, then the older record. */
const leading = ([field, column]: readonly [string, string]): Sql =>
  raw(
    `(array_agg(${column} ORDER BY standing IS NOT DISTINCT FROM 'left', ${rankOf(field)}, id) FILTER (WHERE ${column} IS NOT NULL OR '${field}' = ANY(stated)))[1] AS ${column}`,
  );
const stateOf = (alias: string): Sql =>
  raw(
    `json_build_object('status', ${alias}.status, 'joinedAt', iso(${alias}.joined_at), 'leavesAt', iso(${alias}.leaves_at), 'manager', ${alias}.manager_id, 'department', ${alias}.department, 'position', ${alias}.position, 'unit', ${alias}.unit_id)`,
  );
const COLUMNS =
  'user_name, display_name, email, status, manager_id, department, position, worker_type, unit_id, joined_at, leaves_at';
const of = (alias: string): string =>
  COLUMNS.split(', ')
    .map((column) => `${alias}.${column}`)
    .join(', ');

/** Makes a person what the feeds together say. */
export class PersonSettlementRepository {
  constructor(private readonly tx: Tx) {}

  /**
   * Weighs the records of these persons again and writes what differs. A last day that has passed counts as having left,
   * so the same statement, run when the day has come, ends whoever was to leave.
   */
  async settle(ids: readonly string[], now: Date): Promise<PersonChange[]> {
    const fields = (Object.entries(RANKED_FIELDS) as [string, string][]).map(leading);
    const status = raw(`ORDER BY ${rankOf('status')}, standing_at DESC, standing <> 'left', id`);
    const changes = await this.tx.run<PersonChange>(sql`WITH said AS (
        SELECT r.id, r.person_id, r.user_name, r.display_name, r.email, coalesce(m.merged_into, r.manager_id) AS manager_id, r.department, r.position, r.worker_type, r.unit_id, r.joined_at, r.leaves_at, r.stated, f.rank, f.field_ranks,
          CASE WHEN r.deleted_at IS NOT NULL OR r.leaves_at <= ${now} THEN 'left' ELSE r.status END AS standing,
          CASE WHEN r.status IS DISTINCT FROM 'left' AND r.leaves_at <= ${now} THEN r.leaves_at ELSE r.status_at END AS standing_at
        FROM person_records r JOIN people_feeds f ON f.id = r.feed_id LEFT JOIN persons m ON m.id = r.manager_id WHERE r.person_id = ANY(${ids}::uuid[])),
      weighed AS (SELECT person_id, ${fields[0]}, ${fields[1]}, ${fields[2]}, ${fields[3]}, ${fields[4]}, ${fields[5]}, ${fields[6]}, ${fields[7]}, ${fields[8]},
          (array_agg(standing ${status}) FILTER (WHERE standing IS NOT NULL))[1] AS status,
          (array_agg(coalesce(leaves_at, standing_at) ${status}) FILTER (WHERE standing IS NOT NULL))[1] AS left_at,
          (array_agg(leaves_at ORDER BY ${raw(rankOf('leavesAt'))}, id) FILTER (WHERE standing IS DISTINCT FROM 'left' AND (leaves_at IS NOT NULL OR 'leavesAt' = ANY(stated))))[1] AS leaves_at
        FROM said GROUP BY person_id),
      -- One row for each person, what was beside what is to be: joined to persons once, by key, whatever the planner expects.
      wanted AS (SELECT p.id, p.version = 0 AS is_new, ${stateOf('p')} AS before, coalesce(w.user_name, p.user_name) AS user_name, coalesce(w.display_name, p.display_name) AS display_name, w.email, coalesce(w.status, 'active') AS status, CASE WHEN w.manager_id <> p.id THEN w.manager_id END AS manager_id,
          w.department, w.position, w.worker_type, w.unit_id, w.joined_at, CASE WHEN w.status = 'left' THEN w.left_at ELSE w.leaves_at END AS leaves_at
        FROM weighed w JOIN persons p ON p.id = w.person_id)
      UPDATE persons p SET (${raw(COLUMNS)}) = (SELECT ${raw(of('w'))}), updated_at = ${now}, version = p.version + 1
      FROM wanted w WHERE w.id = p.id AND (w.is_new OR (${raw(of('p'))}) IS DISTINCT FROM (${raw(of('w'))}))
      RETURNING p.id, w.is_new AS "isNew", w.before, ${stateOf('p')} AS after`);
    // Who was merged into somebody stands as they do: what still points at them must not outlive their leaving.
    await this.tx
      .run(sql`UPDATE persons o SET (${raw(COLUMNS)}) = (SELECT ${raw(of('p'))}), updated_at = ${now}, version = o.version + 1
        FROM persons p WHERE p.id = o.merged_into AND p.id = ANY(${ids}::uuid[]) AND (${raw(of('o'))}) IS DISTINCT FROM (${raw(of('p'))})`);
    return changes;
  }

  /** Those merged into these, who stand as they do and so are touched by the same changes. */
  async mergedInto(ids: readonly string[]): Promise<string[]> {
    const rows = await this.tx.sql<{ id: string }>`SELECT id FROM persons WHERE merged_into = ANY(${ids}::uuid[])`;
    return rows.map(({ id }) => id);
  }
}
