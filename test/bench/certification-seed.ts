import type pg from 'pg';
import { START } from './organisation.js';

/** Items a reviewer has, so that a page of fifty is a full one. */
const ITEMS_EACH = 60;
/** Of so many identities in a row the first members belong to one collection, made by one template. */
const COLLECTION_EVERY = 5_000;
const MEMBERS = 50;
const USE_CASES = 20;

const ID = {
  unit: '00000000-0000-7000-8000-000000000001',
  source: '00000000-0000-7000-8000-000000000002',
  scope: '00000000-0000-7000-8000-000000000003',
  run: '00000000-0000-7000-8000-000000000004',
};

/**
 * An organisation of n credentials, one for each identity, written straight into the tables: what is measured begins where a sync
 * has ended. One identity in 53 has no owner and goes to the unit's head, one in 50 is a person's own and goes to their manager, one in ten serves
 * a use case, one in a hundred was made by a template.
 */
export async function seedReviews(sql: pg.Client, n: number): Promise<void> {
  const people = Math.max(20, Math.ceil(n / ITEMS_EACH));
  const at = new Date(START);
  const run = (text: string, ...values: unknown[]): Promise<unknown> => sql.query(text, values);
  await run('BEGIN');
  await run(`INSERT INTO units (id, name) VALUES ($1, 'Bench')`, ID.unit);
  await run(
    `INSERT INTO persons (id, feed, external_id, user_name, display_name, status, unit_id, created_at, updated_at)
     SELECT gen_random_uuid(), 'bench', g::text, 'person.' || g, 'Sample Person ' || lpad(g::text, 2, '0'), 'active', $1, $2, $2 FROM generate_series(1, $3::int) g`,
    ID.unit,
    at,
    people,
  );
  await run(
    `UPDATE persons p SET manager_id = m.id FROM persons m WHERE m.external_id = CASE p.external_id WHEN '1' THEN '2' ELSE ((p.external_id::int + 8) / 10)::text END`,
  );
  await run(`UPDATE units SET head_id = (SELECT id FROM persons WHERE external_id = '1')`);
  await run(
    `INSERT INTO sources (id, name, connector, config, status, created_at) VALUES ($1, 'bench', 'file', '{}', 'complete', $2)`,
    ID.source,
    at,
  );
  await run(
    `INSERT INTO scopes (id, source_id, external_id, name, kind, state, first_seen_at) VALUES ($1, $2, 'bench', 'bench', 'file', 'readable', $3)`,
    ID.scope,
    ID.source,
    at,
  );
  await run(
    `INSERT INTO sync_runs (id, source_id, status, trigger, requested_by, queued_at, finished_at) VALUES ($1, $2, 'complete', 'import', 'bench', $3, $3)`,
    ID.run,
    ID.source,
    at,
  );
  await run(
    `INSERT INTO collections (id, source_id, external_id, name, template, because, first_seen_at)
     SELECT gen_random_uuid(), $1, g::text, 'template-' || g, 'template-' || g, 'bench', $2 FROM generate_series(0, $3::int) g`,
    ID.source,
    at,
    Math.floor(n / COLLECTION_EVERY),
  );
  await run(
    `INSERT INTO identities (source_id, scope_id, resource_type, external_id, kind, display_name, status, created_at, first_seen_at, nature, nature_because, managed_by, managed_by_because, custody, environment, unit_id, collection_id, ai_use, ai_use_because, privilege, privilege_basis, outside_trust, stated, tags, attributes, raw_hash, content_hash, run_id, valid_from)
     SELECT $1, $2, 'file.identity', g::text, CASE WHEN g % 50 = 25 THEN 'user' ELSE 'service-account' END, CASE WHEN g % 50 = 25 THEN 'person.' || 1 + g % $5::int ELSE 'svc-' || g END, 'active', $6::timestamptz - interval '400 days', $6,
       CASE WHEN g % 50 = 25 THEN 'human' ELSE 'non-human' END, '', 'us', '', 'self-held', CASE WHEN g % 3 = 0 THEN 'production' ELSE 'test' END, $3, c.id, CASE WHEN g % 10 = 0 THEN 'yes' ELSE 'no' END, '',
       (ARRAY['read', 'read', 'write', 'privileged', 'admin'])[1 + g % 5], '{}', 'none', '{}', '{}', '{}', gen_random_uuid(), gen_random_uuid(), $4, $6
     FROM generate_series(1, $7::int) g LEFT JOIN collections c ON g % ${COLLECTION_EVERY} < ${MEMBERS} AND g % 50 <> 25 AND c.external_id = (g / ${COLLECTION_EVERY})::text`,
    ID.source,
    ID.scope,
    ID.unit,
    ID.run,
    people,
    at,
    n,
  );
  await run(
    `INSERT INTO credentials (source_id, scope_id, resource_type, external_id, identity_id, kind, display_name, status, issued_at, rotated_basis, can_expire, can_disable, tells_last_use, ai_service, attributes, first_seen_at, raw_hash, content_hash, run_id, valid_from)
     SELECT i.source_id, i.scope_id, 'file.credential', i.external_id, i.id, 'api-key', 'key-' || i.external_id, 'active', i.created_at, 'created', false, true, true, false, '{}', $1, gen_random_uuid(), gen_random_uuid(), i.run_id, $1 FROM identities i`,
    at,
  );
  await run(
    `INSERT INTO credential_usage (credential_id, last_used_at, known_since, known_until, precision)
     SELECT id, CASE WHEN external_id::int % 4 = 0 THEN NULL ELSE $1::timestamptz - interval '3 days' END, $1::timestamptz - interval '300 days', $1, 'exact' FROM credentials`,
    at,
  );
  // Members of one collection have one owner; everybody else's owners are spread evenly.
  await run(
    `INSERT INTO ownerships (id, identity_id, owner_id, deputies, state, basis, assigned_by, assigned_at, valid_from)
     SELECT gen_random_uuid(), i.id, p.id, '{}', 'accepted', 'assignment', 'bench', $1, $1
     FROM identities i JOIN persons p ON p.external_id = (1 + CASE WHEN i.collection_id IS NULL THEN i.external_id::int ELSE i.external_id::int / ${COLLECTION_EVERY} END % $2::int)::text
     WHERE i.external_id::int % 53 <> 0 OR i.collection_id IS NOT NULL`,
    at,
    people,
  );
  await run(
    `INSERT INTO use_cases (id, name, purpose, sponsor_id, data_scope, permitted_actions, risk_level, status, approved_digest, digest, changed_by, created_at, valid_from)
     SELECT gen_random_uuid(), 'use case ' || g, 'bench', (SELECT id FROM persons WHERE external_id = (1 + g)::text), '{}', '{}', (ARRAY['low', 'moderate', 'high'])[1 + g % 3], 'approved', 'd', 'd', 'bench', $1, $1 FROM generate_series(0, ${USE_CASES - 1}) g`,
    at,
  );
  await run(
    `INSERT INTO use_case_links (id, use_case_id, identity_id, linked_by, valid_from)
     SELECT gen_random_uuid(), u.id, i.id, 'bench', $1 FROM identities i JOIN use_cases u ON u.name = 'use case ' || (i.external_id::int / 10) % ${USE_CASES} WHERE i.external_id::int % 10 = 0`,
    at,
  );
  await run('COMMIT');
  await run('VACUUM ANALYZE');
}

/**
 * Who must be asked about each credential, written from the rules' description and not from the product's queries: its holder's
 * owner; the unit's head where there is none; for what is a person's own, the manager of its owner or else of whom it is named after.
 * `$1` = the unit's head.
 */
export const EXPECTED_REVIEWERS = `SELECT c.id AS subject_id, CASE WHEN i.nature = 'human' THEN (SELECT m.manager_id FROM persons m WHERE m.id = coalesce(o.owner_id, (SELECT s.id FROM persons s WHERE s.user_name = i.display_name)))
    ELSE coalesce(o.owner_id, $1::uuid) END AS reviewer_id, i.collection_id
  FROM credentials c JOIN identities i ON i.id = c.identity_id LEFT JOIN ownerships o ON o.identity_id = i.id`;
