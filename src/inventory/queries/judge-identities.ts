import { type Sql, sql, type Tx } from '../../platform/database/index.js';

/**
 * Judges what follows from other rows for a set of identities: nature, who manages it, custody, environment, unit, AI
 * use, privilege, trust from outside, expected use. What a person set goes before what the source states, and that
 * before what we infer; each comes with its reason. Writes only rows that come out different, and returns their ids.
 */
export async function judgeIdentities(tx: Tx, ids: Sql, runId: string, at: Date): Promise<string[]> {
  await judgeTrusts(tx, ids);
  const changed = await tx.sql<{ id: string }>`
    WITH picked AS MATERIALIZED (SELECT * FROM identities WHERE id IN (${ids})), wanted AS (${judged})
    UPDATE identities i SET nature = w.nature, nature_because = w.nature_because, managed_by = w.managed_by, managed_by_because = w.managed_by_because, custody = w.custody, environment = w.environment,
      unit_id = w.unit_id, ai_use = w.ai_use, ai_use_because = w.ai_use_because, privilege = w.privilege, privilege_basis = w.privilege_basis, outside_trust = w.outside_trust, expected_use = w.expected_use, collection_id = w.collection_id,
      run_id = ${runId}, valid_from = ${at}, version = i.version + 1
    FROM wanted w WHERE w.id = i.id AND (i.nature, i.nature_because, i.managed_by, i.managed_by_because, i.custody, i.environment, i.unit_id, i.ai_use, i.ai_use_because, i.privilege, i.privilege_basis, i.outside_trust, i.expected_use, i.collection_id)
      IS DISTINCT FROM (w.nature, w.nature_because, w.managed_by, w.managed_by_because, w.custody, w.environment, w.unit_id, w.ai_use, w.ai_use_because, w.privilege, w.privilege_basis, w.outside_trust, w.expected_use, w.collection_id)
    RETURNING i.id`;
  return changed.map(({ id }) => id);
}

/** Trust is judged outside against the organisation's own list of accounts and vendors; an unknown list judges nothing. */
async function judgeTrusts(tx: Tx, ids: Sql): Promise<void> {
  await tx.sql`
    UPDATE identity_trusts t SET standing = j.standing FROM (
      SELECT t.id, CASE t.principal_kind
          WHEN 'service' THEN 'service'
          WHEN 'anyone' THEN CASE WHEN t.narrowed THEN 'outside' ELSE 'anyone' END
          WHEN 'unresolvable' THEN 'own'
          -- An issuer that signs for everybody's workloads, and no condition on whose: anybody may come. An identity provider of our own signs for our own.
          WHEN 'federation' THEN CASE WHEN t.narrowed OR t.principal ~ ':saml-provider/' OR t.principal ~ 'oidc-provider/oidc\\.eks\\.' THEN 'own' WHEN t.principal ~ '(token\\.actions\\.githubusercontent\\.com|gitlab\\.com|app\\.terraform\\.io|oidc\\.circleci\\.com|bitbucket\\.org|accounts\\.google\\.com|cognito-identity\\.amazonaws\\.com)' THEN 'anyone' ELSE 'outside' END
          ELSE CASE
            WHEN s.external_id = t.account_id THEN 'own'
            WHEN EXISTS (SELECT 1 FROM known_accounts k WHERE k.provider = t.provider AND k.account_id = t.account_id AND k.relation = 'own') THEN 'own'
            WHEN EXISTS (SELECT 1 FROM known_accounts k WHERE k.provider = t.provider AND k.account_id = t.account_id) THEN 'vendor'
            WHEN t.account_id IS NULL THEN 'unknown'
            ELSE 'outside' END END AS standing
      FROM identity_trusts t JOIN identities i ON i.id = t.identity_id JOIN scopes s ON s.id = i.scope_id WHERE t.identity_id IN (${ids})) j
    WHERE j.id = t.id AND t.standing <> j.standing`;
}

/**
 * What is to be judged is picked before anything is worked out of it: left to itself, the planner works it out for every
 * identity there is and keeps the few that were asked for.
 */
const judged: Sql = sql`
  SELECT i.id, n.*, m.*,
    coalesce(i.overrides->'custody'->>'value', i.stated->>'custody', CASE i.kind WHEN 'user' THEN 'self-held' WHEN 'role' THEN 'assumable' WHEN 'root' THEN 'self-held' ELSE 'unknown' END) AS custody,
    coalesce(i.overrides->'environment'->>'value', i.stated->>'environment', s.environment) AS environment,
    coalesce((i.overrides->'unit'->>'value')::uuid, (SELECT u.id FROM units u WHERE u.name = i.stated->>'unit'), s.unit_id, src.unit_id) AS unit_id,
    a.*, p.*, t.outside_trust,
    -- What we find by ourselves nobody has approved: it excuses nothing, and is there to be confirmed.
    coalesce(i.overrides->'expectedUse'->'value', CASE WHEN jsonb_typeof(i.stated->'expectedUse') = 'object' THEN i.stated->'expectedUse' END, said.expected_use, i.found_use) AS expected_use,
    CASE WHEN i.overrides ? 'collection' THEN nullif(i.overrides->'collection'->>'value', 'none')::uuid
      ELSE (SELECT c.id FROM collections c WHERE c.source_id = i.source_id AND c.external_id = i.stated->'collection'->>'id') END AS collection_id
  FROM picked i
  JOIN scopes s ON s.id = i.scope_id
  JOIN sources src ON src.id = i.source_id
  LEFT JOIN LATERAL (
    SELECT CASE
        WHEN t.value IN ('continuous', 'scheduled', 'seasonal', 'standby', 'break-glass') THEN jsonb_build_object('pattern', t.value, 'approvedBy', NULL, 'because', 'the tag ' || t.key || ' says so')
        WHEN i.display_name ~* '(^|[^a-z])(break[-_ ]?glass|fire[-_ ]?call|emergency)([^a-z]|$)' THEN jsonb_build_object('pattern', 'break-glass', 'approvedBy', NULL, 'because', 'its name says so') END AS expected_use
    FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT key, lower(trim(value)) AS value FROM jsonb_each_text(i.tags) WHERE lower(key) IN ('expected-use', 'expected_use', 'expecteduse', 'mandate:expected-use') ORDER BY key LIMIT 1) t ON true) said ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(c.kind = 'password' AND c.status = 'active'), false) AS password, coalesce(bool_or(c.kind <> 'password' AND c.status = 'active'), false) AS programmatic,
      (array_agg(c.display_name ORDER BY c.display_name) FILTER (WHERE c.ai_service AND c.status <> 'disabled'))[1] AS ai_credential
    FROM credentials c WHERE c.identity_id = i.id AND c.removed_at IS NULL) c
  CROSS JOIN LATERAL (
    SELECT count(*) AS grants, max(privilege_rank(e.privilege)) AS rank, coalesce(bool_or(e.privilege = 'unknown'), false) AS has_unknown,
      (array_agg(e.display_name ORDER BY e.display_name) FILTER (WHERE e.ai_service))[1] AS ai_entitlement,
      (array_agg(e.display_name ORDER BY privilege_rank(e.privilege) DESC NULLS LAST, e.display_name))[1] AS highest
    FROM grants g JOIN entitlements e ON e.id = g.entitlement_id WHERE g.identity_id = i.id AND g.removed_at IS NULL AND e.removed_at IS NULL) g
  CROSS JOIN LATERAL (
    -- Read means: every type of the sort was once read whole, and none of them has a gap now. What cannot be seen is not absent.
    SELECT coalesce(bool_and(r.last_complete_at IS NOT NULL AND NOT r.has_gap) FILTER (WHERE r.resource_type LIKE '%.password'), false) AS passwords_read,
      coalesce(bool_and(r.last_complete_at IS NOT NULL AND NOT r.has_gap) FILTER (WHERE r.entity = 'grant'), false) AS grants_read
    FROM (SELECT sr.*, EXISTS (SELECT 1 FROM gaps g WHERE g.scope_id = sr.scope_id AND g.resource_type = sr.resource_type AND (g.parent_external_id IS NULL OR g.parent_external_id = i.external_id)) AS has_gap
      FROM scope_readings sr WHERE sr.scope_id = i.scope_id) r) r
  CROSS JOIN LATERAL (
    SELECT (array_agg(t.principal ORDER BY t.principal) FILTER (WHERE t.principal_kind = 'service' AND t.principal ~ '(bedrock|sagemaker)'))[1] AS ai_service,
      CASE WHEN count(*) = 0 THEN CASE WHEN jsonb_typeof(i.stated->'trusts') = 'array' OR i.kind NOT IN ('role', 'workload') THEN 'none' ELSE 'unknown' END
        WHEN bool_or(t.standing = 'anyone') THEN 'anyone' WHEN bool_or(t.standing = 'outside') THEN 'outside' WHEN bool_or(t.standing = 'unknown') THEN 'unknown' WHEN bool_or(t.standing = 'vendor') THEN 'vendor' ELSE 'none' END AS outside_trust
    FROM identity_trusts t WHERE t.identity_id = i.id) t
  CROSS JOIN LATERAL (
    SELECT coalesce(i.overrides->'nature'->>'value', i.stated->'nature'->>'value', CASE
        WHEN i.kind = 'root' THEN 'human'
        WHEN i.kind <> 'user' THEN 'non-human'
        WHEN c.password AND c.programmatic THEN 'mixed' WHEN c.password THEN 'human'
        WHEN c.programmatic AND r.passwords_read THEN 'non-human' ELSE 'undetermined' END) AS nature,
      coalesce('set by a person: ' || (i.overrides->'nature'->>'reason'), i.stated->'nature'->>'because', CASE
        WHEN i.kind = 'root' THEN 'the account''s root is for people'
        WHEN i.kind <> 'user' THEN 'its kind is ' || i.kind
        WHEN c.password AND c.programmatic THEN 'it can sign in with a password and holds other credentials too' WHEN c.password THEN 'it can sign in with a password and holds nothing else'
        WHEN c.programmatic AND r.passwords_read THEN 'it has no password and holds other credentials'
        WHEN r.passwords_read THEN 'it has no credential at all' ELSE 'whether it has a password could not be read' END) AS nature_because) n
  CROSS JOIN LATERAL (
    SELECT coalesce(i.overrides->'managedBy'->>'value', i.stated->'managedBy'->>'value', 'us') AS managed_by,
      coalesce('set by a person: ' || (i.overrides->'managedBy'->>'reason'), i.stated->'managedBy'->>'because', 'nothing says that somebody else runs it') AS managed_by_because) m
  CROSS JOIN LATERAL (
    SELECT coalesce(i.stated->'privilege'->>'level', CASE
        WHEN g.rank = 5 THEN 'admin' WHEN g.has_unknown THEN 'unknown' WHEN g.rank IS NOT NULL THEN privilege_of_rank(g.rank::integer) WHEN r.grants_read THEN 'none' ELSE 'unknown' END) AS privilege,
      CASE WHEN jsonb_typeof(i.stated->'privilege') = 'object'
        THEN jsonb_build_object('because', coalesce(i.stated->'privilege'->'because', '[]'), 'notConsidered', coalesce(i.stated->'privilege'->'notConsidered', '[]'), 'escalation', coalesce(i.stated->'privilege'->'escalation', '[]'))
        ELSE jsonb_build_object('because', CASE WHEN g.highest IS NULL THEN '[]'::jsonb ELSE jsonb_build_array('its highest grant is ' || g.highest) END,
          'notConsidered', CASE WHEN g.grants = 0 AND NOT coalesce(r.grants_read, false) THEN '["grants were not read"]'::jsonb ELSE '[]'::jsonb END, 'escalation', '[]'::jsonb) END AS privilege_basis) p
  CROSS JOIN LATERAL (
    SELECT coalesce(i.overrides->'aiUse'->>'value', CASE
        WHEN i.stated->'aiUse'->>'value' = 'yes' OR c.ai_credential IS NOT NULL OR g.ai_entitlement IS NOT NULL OR t.ai_service IS NOT NULL OR i.overrides ? 'claimedByAgent' THEN 'yes'
        WHEN p.privilege IN ('admin', 'unknown') THEN 'unknown' ELSE 'no' END) AS ai_use,
      CASE WHEN i.overrides ? 'aiUse' THEN 'set by a person: ' || (i.overrides->'aiUse'->>'reason')
        WHEN i.overrides ? 'claimedByAgent' THEN 'an agent authenticates as it: ' || (i.overrides->>'claimedByAgent')
        WHEN c.ai_credential IS NOT NULL THEN 'it holds a credential of an AI service: ' || c.ai_credential
        WHEN t.ai_service IS NOT NULL THEN 'an AI service may become it: ' || t.ai_service
        WHEN i.stated->'aiUse'->>'value' = 'yes' THEN i.stated->'aiUse'->>'because'
        WHEN g.ai_entitlement IS NOT NULL THEN 'it may use an AI service through ' || g.ai_entitlement
        WHEN p.privilege = 'admin' THEN 'it may do everything, AI services included; nothing shows that it does'
        WHEN p.privilege = 'unknown' THEN 'what it may do has not been read' ELSE 'nothing it may do or become names an AI service' END AS ai_use_because) a`;
