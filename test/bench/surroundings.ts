import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pgCopy from 'pg-copy-streams';
import { copyLine } from '../../src/platform/database/index.js';
import { FIRST_SEEN, type Organisation, START } from './organisation.js';
import type { Product } from './product.js';

const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();
const SEEN = iso(FIRST_SEEN);

/** Ids that follow from a number, so that rows can name each other: of persons, use cases, a source, its scope, entitlements, agents. */
const space = (number: number): string => `0000000${number}-0000-7000-8000-`;
const [PERSON, USE_CASE, SOURCE, SCOPE, ENTITLEMENT, AGENT] = [1, 2, 3, 4, 5, 6].map(space) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const idIn = (prefix: string, i: number): string => `${prefix}${i.toString(16).padStart(12, '0')}`;
const sqlIdIn = (prefix: string, number: string): string => `('${prefix}' || lpad(to_hex(${number}), 12, '0'))::uuid`;
/** A number that follows from an identity and looks random. */
const H = 'abs(hashtext(i.external_id))';
const USE_CASES = 100;

/**
 * Whatever the checks look at beside identities and credentials: people and what they own, use cases, agents, grants,
 * trusts, reviews of use. 96 % of the identities have an owner, most of it is in order. Written as rows, because this is
 * what is measured, not how it came about; what was written is marked, as whoever writes it would.
 */
export async function addSurroundings(product: Product, { identities }: Organisation): Promise<void> {
  const persons = Math.max(20, Math.floor(identities / 50));
  const agents = 50 + Math.floor(identities / 1000);
  await addPersons(product, persons);
  await addUseCases(product, persons);
  await addAgents(product, agents, persons);
  await addGrants(product);
  await addTrusts(product);
  const { sql } = product;
  await sql.query(
    `INSERT INTO ownerships (id, identity_id, owner_id, deputies, state, basis, assigned_by, assigned_at, accepted_at, valid_from)
     SELECT gen_random_uuid(), i.id, CASE WHEN ${H} % 100 IN (3, 4, 5, 6, 7) THEN ${sqlIdIn(PERSON, '0')} ELSE ${sqlIdIn(PERSON, `${H} % $1`)} END,
       CASE WHEN ${H} % 2 = 0 THEN ARRAY[${sqlIdIn(PERSON, `abs(hashtext(i.external_id) + 1) % $1`)}] ELSE '{}' END,
       CASE ${H} % 100 WHEN 1 THEN 'proposed' WHEN 2 THEN 'provisional' ELSE 'accepted' END, 'assignment', 'bench', $2, $2, $2
     FROM identities i WHERE ${H} % 100 < 97`,
    [persons, SEEN],
  );
  await sql.query(
    `INSERT INTO use_reviews (id, identity_id, used_until, reason, reviewed_by, at)
     SELECT gen_random_uuid(), i.id, $1, 'an exercise', 'bench', $1 FROM identities i WHERE i.expected_use->>'pattern' = 'break-glass' AND ${H} % 2 = 0`,
    [iso(START)],
  );
  await sql.query(
    `UPDATE credentials SET known_leaked = 'measured' WHERE abs(hashtext(external_id)) % 1000 = 7 AND expires_at > $1`,
    [SEEN],
  );
  await sql.query(`INSERT INTO changed_subjects (subject_type, subject_id)
    SELECT 'person', id FROM persons UNION ALL SELECT 'use-case', id FROM use_cases UNION ALL SELECT 'agent', id FROM agents UNION ALL SELECT 'source', id FROM sources`);
  await sql.query(
    'ANALYZE persons, ownerships, use_cases, use_case_links, agents, agent_identities, grants, grant_usage, identity_trusts, use_reviews, consumers',
  );
}

/** One in a hundred has left. */
async function addPersons({ sql }: Product, persons: number): Promise<void> {
  const columns = 'id, feed, external_id, user_name, display_name, email, status, leaves_at, created_at, updated_at';
  const rows = function* (): Generator<string> {
    for (let p = 0; p < persons; p++) {
      const left = p % 100 === 99;
      const name = `sample.person.${p}`;
      yield copyLine([
        idIn(PERSON, p),
        'bench',
        String(p),
        name,
        `Sample Person ${p}`,
        `${name}@example.org`,
        left ? 'left' : 'active',
        left ? SEEN : null,
        SEEN,
        SEEN,
      ]);
    }
  };
  await pipeline(
    Readable.from(rows()),
    sql.query(pgCopy.from(`COPY persons (${columns}) FROM STDIN`) as never) as unknown as NodeJS.WritableStream,
  );
}

/** Use cases of every state; what uses AI serves one, and so does one in a hundred of the rest. */
async function addUseCases({ sql }: Product, persons: number): Promise<void> {
  const person = (number: string): string => sqlIdIn(PERSON, `(${number}) % ${persons}`);
  await sql.query(
    `INSERT INTO use_cases (id, name, purpose, sponsor_id, approves_id, monitors_id, remediates_id, control_objective, data_scope, output_users, permitted_actions, risk_level, eu_ai_act_class,
       logging_standard, review_cadence_days, review_due_at, status, approved_digest, digest, approved_at, changed_by, created_at, valid_from)
     SELECT ${sqlIdIn(USE_CASE, 'u')}, 'Use case ' || u, 'measured', CASE WHEN u % 10 <> 9 THEN ${person('u')} END, CASE WHEN u % 10 = 8 THEN ${person('u')} WHEN u % 25 <> 0 THEN ${person('u + 1')} END,
       ${person('u + 2')}, ${person('u + 3')}, CASE WHEN u % 6 <> 0 THEN 'measured' END, CASE WHEN u % 7 = 0 THEN '{}' ELSE '{customers}' END::text[], CASE WHEN u % 8 <> 0 THEN 'staff' END,
       CASE WHEN u % 9 = 0 THEN '{}' ELSE '{read}' END::text[], (ARRAY['low', 'moderate', 'high', 'critical'])[u % 5], CASE WHEN u % 13 = 0 THEN 'prohibited' WHEN u % 11 <> 0 THEN 'minimal' END,
       CASE WHEN u % 6 <> 1 THEN 'ours' END, CASE WHEN u % 12 <> 0 THEN 90 END, $1::timestamptz + CASE WHEN u % 14 = 0 THEN interval '-5 days' ELSE interval '30 days' END, s.status,
       CASE WHEN s.status = 'approved' THEN 'd' END, CASE WHEN u % 20 = 4 THEN 'e' ELSE 'd' END, CASE WHEN s.status = 'approved' THEN $2::timestamptz END, 'bench', $2, $2
     FROM generate_series(1, ${USE_CASES}) u CROSS JOIN LATERAL (SELECT CASE u % 20 WHEN 1 THEN 'retired' WHEN 2 THEN 'draft' WHEN 3 THEN 'rejected' ELSE 'approved' END AS status) s`,
    [iso(START), SEEN],
  );
  await sql.query(
    `INSERT INTO use_case_approvals (id, use_case_id, approver, verdict, digest, at)
     SELECT gen_random_uuid(), u.id, 'approver ' || n, 'approved', 'd', $1 FROM use_cases u, generate_series(1, 2) n WHERE u.status = 'approved' AND n <= 1 + abs(hashtext(u.name)) % 2`,
    [SEEN],
  );
  await sql.query(
    `INSERT INTO use_case_links (id, identity_id, use_case_id, linked_by, valid_from)
     SELECT gen_random_uuid(), i.id, ${sqlIdIn(USE_CASE, `1 + ${H} / 100 % ${USE_CASES}`)}, 'bench', $1 FROM identities i WHERE (i.ai_use = 'yes' AND ${H} % 10 > 0) OR ${H} % 100 = 50`,
    [SEEN],
  );
}

/** Agents behind a third of what uses AI; some share an identity, some lack an owner, guardrails or versions, some are retired. */
async function addAgents({ sql }: Product, agents: number, persons: number): Promise<void> {
  const part = (name: string): string =>
    `jsonb_build_object('name', '${name}', 'version', CASE WHEN a % 5 <> 0 THEN '1' END)`;
  await sql.query(
    `INSERT INTO agents (id, name, owner_id, model, prompt, tools, guardrails, digest, status, created_at, valid_from)
     SELECT ${sqlIdIn(AGENT, 'a')}, 'Agent ' || a, CASE WHEN a % 10 <> 9 THEN ${sqlIdIn(PERSON, `a % ${persons}`)} END, CASE WHEN a % 11 <> 0 THEN ${part('model')} END, ${part('prompt')},
       CASE WHEN a % 3 = 0 THEN '[]' ELSE jsonb_build_array(${part('tool')}) END, CASE WHEN a % 4 = 0 THEN '[]' ELSE jsonb_build_array(${part('guardrail')}) END,
       'd', CASE WHEN a % 13 = 0 THEN 'retired' ELSE 'active' END, $1, $1
     FROM generate_series(0, ${agents - 1}) a`,
    [SEEN],
  );
  await sql.query(
    `INSERT INTO agent_identities (agent_id, identity_id)
     SELECT ${sqlIdIn(AGENT, `(${H} / 3 + n) % ${agents}`)}, i.id FROM identities i, generate_series(0, 1) n WHERE i.ai_use = 'yes' AND ${H} % 3 = 0 AND (n = 0 OR ${H} % 30 = 0)`,
  );
  await sql.query(
    `INSERT INTO agent_use_cases (agent_id, use_case_id) SELECT ${sqlIdIn(AGENT, 'a')}, ${sqlIdIn(USE_CASE, `1 + a % ${USE_CASES}`)} FROM generate_series(0, ${agents - 1}) a WHERE a % 4 <> 3`,
  );
}

/** What identities may change: one or two grants for each that writes or more, from a source of their own. */
async function addGrants({ sql }: Product): Promise<void> {
  const [source, scope] = [idIn(SOURCE, 1), idIn(SCOPE, 1)];
  const hashes = `gen_random_uuid(), gen_random_uuid(), gen_random_uuid()`;
  await sql.query(
    `INSERT INTO sources (id, name, connector, config, status, created_at) VALUES ($1, 'grants', 'bench', '{}', 'complete', $2)`,
    [source, SEEN],
  );
  await sql.query(
    `INSERT INTO scopes (id, source_id, external_id, name, kind, environment, state, first_seen_at) VALUES ($1, $2, 'far', 'far', 'account', 'development', 'readable', $3)`,
    [scope, source, SEEN],
  );
  await sql.query(
    `INSERT INTO scope_readings (scope_id, resource_type, entity, last_complete_at, use_known_since, use_known_until) VALUES ($1, 'file.grant', 'grant', $2, $3, $2)`,
    [scope, iso(START), iso(START - 400 * DAY)],
  );
  await sql.query(
    `INSERT INTO entitlements (id, source_id, scope_id, resource_type, external_id, kind, display_name, privilege, privilege_basis, managed_by, ai_service, attributes, first_seen_at, raw_hash, content_hash, run_id, valid_from)
     SELECT ${sqlIdIn(ENTITLEMENT, 'e')}, '${source}', '${scope}', 'file.entitlement', 'entitlement-' || e, 'role', 'Role ' || e, (ARRAY['write', 'read', 'write', 'privileged'])[1 + e % 4], '{}', 'us', false, '{}', $1, ${hashes}, $1
     FROM generate_series(0, 59) e`,
    [SEEN],
  );
  await sql.query(
    `INSERT INTO grants (source_id, scope_id, resource_type, external_id, identity_id, entitlement_id, first_seen_at, raw_hash, content_hash, run_id, valid_from)
     SELECT '${source}', '${scope}', 'file.grant', i.external_id || '-' || n, i.id, ${sqlIdIn(ENTITLEMENT, `(${H} + n) % 60`)}, $1, ${hashes}, $1
     FROM identities i, generate_series(0, 1) n WHERE i.privilege IN ('write', 'privileged', 'admin') AND n <= ${H} % 2`,
    [SEEN],
  );
  // One in ten shows a use that is too long ago.
  await sql.query(
    `INSERT INTO grant_usage (grant_id, last_used_at, precision)
     SELECT g.id, $1::timestamptz - (CASE WHEN abs(hashtext(g.external_id)) % 10 = 0 THEN 100 ELSE 1 + abs(hashtext(g.external_id)) % 60 END) * interval '1 day', 'exact' FROM grants g`,
    [iso(START)],
  );
}

/** Who may become a workload: for most one identity of ours, for some an account, a vendor, an outsider. */
async function addTrusts({ sql }: Product): Promise<void> {
  await sql.query(
    `INSERT INTO identity_trusts (identity_id, principal, principal_kind, account_id, provider, conditions, narrowed, standing)
     SELECT i.id, 'principal-' || h, CASE WHEN h < 40 THEN 'account' ELSE 'identity' END, CASE WHEN h < 20 THEN 'account-' || h ELSE 'far' END, 'file', '{}', h BETWEEN 5 AND 9,
       CASE WHEN h < 5 THEN 'outside' WHEN h < 12 THEN 'vendor' WHEN h < 15 THEN 'unknown' ELSE 'own' END
     FROM identities i CROSS JOIN LATERAL (SELECT ${H} % 200 AS h) s WHERE i.kind = 'workload'`,
  );
  await sql.query(
    `UPDATE identities i SET outside_trust = t.standing FROM identity_trusts t WHERE t.identity_id = i.id AND t.standing <> 'own'`,
  );
}
