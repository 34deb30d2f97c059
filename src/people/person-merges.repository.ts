import type { Tx } from '../platform/database/index.js';

/** A record as people look at it: what one feed says of somebody. */
export interface RecordView {
  readonly id: string;
  readonly feed: { readonly id: string; readonly name: string; readonly kind: string; readonly rank: number };
  readonly key: string;
  readonly userName: string | null;
  readonly displayName: string | null;
  readonly email: string | null;
  readonly status: 'active' | 'leave' | 'left' | null;
  readonly statusAt: string;
  readonly employeeNumber: string | null;
  readonly manager: { readonly id: string; readonly displayName: string } | null;
  readonly department: string | null;
  readonly position: string | null;
  readonly workerType: string | null;
  readonly unit: { readonly id: string; readonly name: string } | null;
  readonly joinedAt: string | null;
  readonly leavesAt: string | null;
  readonly updatedAt: string;
  readonly deletedAt: string | null;
  readonly mergedFrom: string | null;
}

export interface FieldConflict {
  readonly person: { readonly id: string; readonly displayName: string };
  readonly fields: Readonly<Record<string, readonly { readonly feed: string; readonly value: string }[]>>;
}

export interface PossibleMatch {
  readonly record: { readonly id: string; readonly feed: string; readonly key: string };
  readonly person: { readonly id: string; readonly displayName: string };
  readonly other: { readonly id: string; readonly displayName: string };
  /** The person as they were found, who may have been merged since: what the list is read on from. */
  readonly found: string;
  readonly because: string;
  readonly foundAt: string;
}

/** Several records of one person: how they lie together, and how they are put together and taken apart. */
export class PersonMergesRepository {
  constructor(private readonly tx: Tx) {}

  records(personId: string): Promise<RecordView[]> {
    return this.tx
      .sql`SELECT r.id, json_build_object('id', f.id, 'name', f.name, 'kind', f.kind, 'rank', f.rank) AS feed, r.key, r.user_name AS "userName", r.display_name AS "displayName", r.email, r.status, iso(r.status_at) AS "statusAt", r.employee_number AS "employeeNumber",
        CASE WHEN m.id IS NULL THEN NULL ELSE json_build_object('id', m.id, 'displayName', m.display_name) END AS manager, r.department, r.position, r.worker_type AS "workerType",
        CASE WHEN u.id IS NULL THEN NULL ELSE json_build_object('id', u.id, 'name', u.name) END AS unit, iso(r.joined_at) AS "joinedAt", iso(r.leaves_at) AS "leavesAt", iso(r.updated_at) AS "updatedAt", iso(r.deleted_at) AS "deletedAt", r.origin_id AS "mergedFrom"
      FROM person_records r JOIN people_feeds f ON f.id = r.feed_id LEFT JOIN persons m ON m.id = r.manager_id LEFT JOIN units u ON u.id = r.unit_id WHERE r.person_id = ${personId} ORDER BY f.rank, f.name, r.id`;
  }

  /** People of whom feeds say different things, by id: read in the order of the index, so a page costs what it shows. */
  conflicts(limit: number, after: string | null): Promise<FieldConflict[]> {
    return this.tx.sql`WITH several AS (
        SELECT person_id FROM person_records WHERE person_id > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid AND deleted_at IS NULL
        GROUP BY person_id HAVING count(*) > 1 AND (min(department) <> max(department) OR min(position) <> max(position) OR min(lower(email)) <> max(lower(email)) OR min(display_name) <> max(display_name) OR min(status) <> max(status)
          OR min(worker_type) <> max(worker_type) OR min(employee_number) <> max(employee_number) OR min(manager_id::text) <> max(manager_id::text) OR min(unit_id::text) <> max(unit_id::text)) ORDER BY person_id LIMIT ${limit})
      SELECT json_build_object('id', p.id, 'displayName', p.display_name) AS person, (
        SELECT json_object_agg(said.name, said.values) FROM (
          SELECT v.name, json_agg(json_build_object('feed', f.name, 'value', v.value) ORDER BY coalesce((f.field_ranks->>v.name)::int, f.rank), CASE WHEN v.name = 'status' THEN r.status_at END DESC, r.id) AS values
          FROM person_records r JOIN people_feeds f ON f.id = r.feed_id LEFT JOIN persons m ON m.id = r.manager_id LEFT JOIN units u ON u.id = r.unit_id
            CROSS JOIN LATERAL (VALUES ('displayName', r.display_name), ('email', lower(r.email)), ('status', r.status), ('department', r.department), ('position', r.position), ('workerType', r.worker_type), ('employeeNumber', r.employee_number), ('manager', m.display_name), ('unit', u.name)) AS v(name, value)
          WHERE r.person_id = p.id AND r.deleted_at IS NULL AND v.value IS NOT NULL GROUP BY v.name HAVING count(DISTINCT v.value) > 1) said) AS fields
      FROM several s JOIN persons p ON p.id = s.person_id ORDER BY p.id`;
  }

  possibleMatches(limit: number, after: readonly (string | number | null)[] | null): Promise<PossibleMatch[]> {
    return this.tx
      .sql`SELECT json_build_object('id', r.id, 'feed', f.name, 'key', r.key) AS record, json_build_object('id', p.id, 'displayName', p.display_name) AS person, json_build_object('id', o.id, 'displayName', o.display_name) AS other, c.person_id AS found, c.because, iso(c.found_at) AS "foundAt"
      FROM person_candidates c JOIN person_records r ON r.id = c.record_id JOIN people_feeds f ON f.id = r.feed_id JOIN persons p ON p.id = r.person_id JOIN persons was ON was.id = c.person_id JOIN persons o ON o.id = coalesce(was.merged_into, was.id)
      WHERE o.id <> p.id AND r.deleted_at IS NULL AND (${after === null} OR (c.record_id, c.person_id) > (${after?.[0] ?? null}::uuid, ${after?.[1] ?? null}::uuid)) ORDER BY c.record_id, c.person_id LIMIT ${limit}`;
  }

  /** Looks for whoever these records may be as well: by every rule, whether it decides by itself or not. */
  async findCandidates(ids: readonly string[], now: Date): Promise<void> {
    await this.tx.sql`DELETE FROM person_candidates WHERE record_id = ANY(${ids}::uuid[])`;
    await this.tx
      .sql`WITH fresh AS MATERIALIZED (SELECT * FROM person_records WHERE id = ANY(${ids}::uuid[]) AND deleted_at IS NULL AND person_id IS NOT NULL),
      hits AS (
        SELECT f.id AS record_id, f.person_id AS mine, o.person_id, 0 AS rule, 'employee-number' AS because FROM fresh f JOIN person_records o ON o.employee_number = f.employee_number
        UNION ALL SELECT f.id, f.person_id, o.person_id, 1, 'email' FROM fresh f CROSS JOIN LATERAL unnest(f.addresses) AS a CROSS JOIN LATERAL (SELECT * FROM person_records o WHERE o.addresses @> ARRAY[a] OFFSET 0) o WHERE o.deleted_at IS NULL AND o.person_id <> f.person_id
        UNION ALL SELECT f.id, f.person_id, p.id, 2, 'user-name' FROM fresh f JOIN persons p ON lower(p.user_name) = lower(f.user_name) AND p.merged_into IS NULL)
      INSERT INTO person_candidates (record_id, person_id, because, found_at)
      SELECT DISTINCT ON (h.record_id, h.person_id) h.record_id, h.person_id, h.because, ${now}::timestamptz FROM hits h
      WHERE h.person_id <> h.mine AND NOT EXISTS (SELECT 1 FROM person_separations s WHERE s.record_id = h.record_id AND s.person_id = h.person_id) ORDER BY h.record_id, h.person_id, h.rule ON CONFLICT DO NOTHING`;
  }

  /** Gives the records of one person to another, remembering whose they were. */
  async absorb(kept: string, absorbed: string, now: Date): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`UPDATE person_records SET person_id = ${kept}, origin_id = coalesce(origin_id, ${absorbed}::uuid) WHERE person_id = ${absorbed} RETURNING id`;
    await this.tx
      .sql`UPDATE persons SET merged_into = ${kept}, updated_at = ${now}, version = version + 1 WHERE id = ${absorbed} OR merged_into = ${absorbed}`;
    await this.tx
      .sql`DELETE FROM person_separations s USING person_records r WHERE r.id = s.record_id AND r.person_id = ${kept} AND s.person_id IN (${kept}, ${absorbed})`;
    return rows.map(({ id }) => id);
  }

  /** Records that go with one when it is taken out: all that came with the same person. */
  async goingWith(recordId: string, personId: string): Promise<{ origin: string | null; ids: string[] }> {
    const rows = await this.tx.sql<{
      id: string;
      origin: string | null;
    }>`SELECT o.id, CASE WHEN p.merged_into = ${personId} THEN r.origin_id END AS origin
      FROM person_records r LEFT JOIN persons p ON p.id = r.origin_id JOIN person_records o ON o.person_id = ${personId} AND (o.id = r.id OR (p.merged_into = ${personId} AND o.origin_id = r.origin_id)) WHERE r.id = ${recordId} ORDER BY o.id`;
    return { origin: rows[0]?.origin ?? null, ids: rows.map(({ id }) => id) };
  }

  /** Gives records back to whom they came from, or to a new person of the given id. */
  async giveBack(ids: readonly string[], origin: string | null, fresh: string, now: Date): Promise<void> {
    if (origin === null)
      await this.tx
        .sql`INSERT INTO persons (id, feed, external_id, user_name, display_name, status, created_at, updated_at, version)
        SELECT ${fresh}, f.name, r.key, coalesce(r.user_name, r.key), coalesce(r.display_name, r.user_name, r.key), 'active', ${now}, ${now}, 0 FROM person_records r JOIN people_feeds f ON f.id = r.feed_id WHERE r.id = ${ids[0]}`;
    else
      await this.tx
        .sql`UPDATE persons SET merged_into = NULL, updated_at = ${now}, version = version + 1 WHERE id = ${origin}`;
    await this.tx
      .sql`UPDATE person_records SET person_id = ${origin ?? fresh}, origin_id = NULL WHERE id = ANY(${ids}::uuid[])`;
  }

  /** These records and that person are two people, whatever a rule says. */
  async separate(ids: readonly string[], personId: string, by: string, at: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO person_separations (record_id, person_id, separated_by, separated_at) SELECT unnest(${ids}::uuid[]), ${personId}::uuid, ${by}, ${at}::timestamptz ON CONFLICT DO NOTHING`;
    await this.tx.sql`DELETE FROM person_candidates WHERE record_id = ANY(${ids}::uuid[]) AND person_id = ${personId}`;
  }

  async recordIds(personId: string): Promise<string[]> {
    const rows = await this.tx.sql<{ id: string }>`SELECT id FROM person_records WHERE person_id = ${personId}`;
    return rows.map(({ id }) => id);
  }

  /** Records that name somebody of these as manager, and whether by a name that can be looked up again. */
  async reporting(persons: readonly string[]): Promise<{ id: string; personId: string; isNamed: boolean }[]> {
    return this.tx
      .sql`SELECT id, person_id AS "personId", manager_ref IS NOT NULL AS "isNamed" FROM person_records WHERE manager_id = ANY(${persons}::uuid[]) AND person_id IS NOT NULL`;
  }
}
