import type { FactColumn, Facts, Marks } from '../subjects/index.js';
import { sql } from '../platform/database/index.js';

/** What is known of an identity under the alias `i`, as a subject of its own and as the holder of something. */
const identityContext: Record<string, FactColumn> = {
  identityKind: { sql: 'i.kind', type: 'text' },
  identityName: { sql: 'i.display_name', type: 'text' },
  identityStatus: { sql: 'i.status', type: 'text' },
  nature: { sql: 'i.nature', type: 'text' },
  managedBy: { sql: 'i.managed_by', type: 'text' },
  custody: { sql: 'i.custody', type: 'text' },
  environment: { sql: 'i.environment', type: 'text' },
  unitId: { sql: 'i.unit_id', type: 'text' },
  account: { sql: '(SELECT sc.external_id FROM scopes sc WHERE sc.id = i.scope_id)', type: 'text' },
  aiUse: { sql: 'i.ai_use', type: 'text' },
  privilege: { sql: 'i.privilege', type: 'text' },
  outsideTrust: { sql: 'i.outside_trust', type: 'text' },
  expectedUse: { sql: 'i.expected_use', type: 'json' },
  tags: { sql: 'i.tags', type: 'json' },
  collectionId: { sql: 'i.collection_id', type: 'text' },
};

/** Last use and its span, out of the row's own usage and what its scope's reading covers. */
const use = (usage: string, reading: string): Record<string, FactColumn> => ({
  lastUsedAt: { sql: `epoch_ms(${usage}.last_used_at)`, type: 'instant' },
  useKnownSince: {
    sql: `epoch_ms(coalesce(${usage}.known_since, ${reading}.use_known_since))`,
    type: 'instant',
    ofKnownUse: true,
  },
  useKnownUntil: {
    sql: `epoch_ms(coalesce(${usage}.known_until, ${reading}.use_known_until))`,
    type: 'instant',
    ofKnownUse: true,
  },
});

const where = (alias: string): Record<string, FactColumn> => ({
  id: { sql: `${alias}.id`, type: 'text' },
  sourceId: { sql: `${alias}.source_id`, type: 'text' },
  scopeId: { sql: `${alias}.scope_id`, type: 'text' },
  resourceType: { sql: `${alias}.resource_type`, type: 'text' },
  firstSeenAt: { sql: `epoch_ms(${alias}.first_seen_at)`, type: 'instant' },
});

/** Could be used, as far as its row tells: whether it expired meanwhile is asked of the clock, so that time moves no fact. */
const LIVE = `(c.status <> 'disabled' AND NOT (c.status = 'expired' AND c.expires_at IS NULL))`;

/** What the live credentials `c` of an identity come to. How a password is used is looked up: few hold one, and the use of all others is not asked for. */
const HELD = `count(*) FILTER (WHERE ${LIVE}) AS live, count(*) FILTER (WHERE ${LIVE} AND c.tells_last_use) AS telling, count(*) FILTER (WHERE ${LIVE} AND c.kind = 'password') AS passwords,
        count(*) FILTER (WHERE ${LIVE} AND c.kind <> 'password') AS programmatic, count(*) FILTER (WHERE ${LIVE} AND c.ai_service) AS ai,
        CASE WHEN bool_or(c.expires_at IS NULL) FILTER (WHERE ${LIVE} AND c.tells_last_use) THEN NULL ELSE max(c.expires_at) FILTER (WHERE ${LIVE} AND c.tells_last_use) END AS telling_end,
        CASE WHEN bool_or(c.expires_at IS NULL) FILTER (WHERE ${LIVE} AND c.ai_service) THEN NULL ELSE max(c.expires_at) FILTER (WHERE ${LIVE} AND c.ai_service) END AS ai_end,
        max((SELECT cu.last_used_at FROM credential_usage cu WHERE cu.credential_id = c.id)) FILTER (WHERE c.kind = 'password') AS password_used,
        min(coalesce((SELECT cu.known_since FROM credential_usage cu WHERE cu.credential_id = c.id), (SELECT csr.use_known_since FROM scope_readings csr WHERE csr.scope_id = c.scope_id AND csr.resource_type = c.resource_type))) FILTER (WHERE c.kind = 'password') AS password_known`;

/** What is known of the use of an identity's credentials together. */
const HELD_USE = `max(cu.last_used_at) AS used, max(coalesce(cu.known_since, csr.use_known_since)) FILTER (WHERE ${LIVE}) AS used_since,
        CASE WHEN bool_or(coalesce(cu.known_until, csr.use_known_until) IS NULL OR NOT c.tells_last_use) FILTER (WHERE ${LIVE}) THEN NULL ELSE min(coalesce(cu.known_until, csr.use_known_until)) FILTER (WHERE ${LIVE}) END AS used_until
      FROM credentials c LEFT JOIN credential_usage cu ON cu.credential_id = c.id LEFT JOIN scope_readings csr ON csr.scope_id = c.scope_id AND csr.resource_type = c.resource_type`;

/** What an identity may change, grant by grant, and what is told of the use of each. */
const PRIVILEGE = `g.identity_id, g.id, e.display_name AS name, e.privilege, g.first_seen_at, gu.last_used_at, coalesce(gu.known_since, gsr.use_known_since) AS since, coalesce(gu.known_until, gsr.use_known_until) AS until`;
const PRIVILEGED_GRANTS = `FROM grants g JOIN entitlements e ON e.id = g.entitlement_id LEFT JOIN grant_usage gu ON gu.grant_id = g.id LEFT JOIN scope_readings gsr ON gsr.scope_id = g.scope_id AND gsr.resource_type = g.resource_type
      WHERE g.removed_at IS NULL AND e.removed_at IS NULL AND e.privilege IN ('admin', 'privileged', 'write')`;
const PRIVILEGES = `json_agg(json_build_object('name', one.name, 'privilege', one.privilege, 'firstSeenAt', epoch_ms(one.first_seen_at), 'lastUsedAt', epoch_ms(one.last_used_at), 'useKnownSince', epoch_ms(one.since), 'useKnownUntil', epoch_ms(one.until)) ORDER BY one.name, one.id) AS privileges`;

/** Accounts of our own that may become an identity as a whole, but for the one it lies in. */
const NEAR_ACCOUNT = `t.account_id AS account, s.environment`;
const NEAR_TRUSTS = `FROM identity_trusts t JOIN scopes s ON s.external_id = t.account_id AND s.environment IS NOT NULL WHERE t.standing = 'own' AND t.principal_kind = 'account' AND NOT t.narrowed`;
const NEAR_ACCOUNTS = `json_agg(json_build_object('account', near.account, 'environment', near.environment) ORDER BY near.account, near.environment) AS accounts`;

const CONSUMERS = `json_agg(json_build_object('kind', one.kind, 'locator', one.locator) ORDER BY one.kind, one.locator, one.basis) AS consumers`;

const connector: Record<string, FactColumn> = { connector: { sql: 'src.connector', type: 'text' } };

/** Relations and facts over the inventory's own tables. */
export function contributeInventory(facts: Facts, marks: Marks): void {
  facts.describe({
    subject: 'identity',
    table: 'identities',
    from: 'FROM identities i',
    id: 'i.id',
    live: 'i.removed_at IS NULL',
    name: 'i.display_name',
    scopeId: 'i.scope_id',
    resourceType: 'i.resource_type',
    parentExternalId: 'i.external_id',
    holderId: null,
    sourceId: 'i.source_id',
  });
  facts.contribute({
    subject: 'identity',
    name: 'inventory',
    joins: '',
    columns: { ...where('i'), ...identityContext, createdAt: { sql: 'epoch_ms(i.created_at)', type: 'instant' } },
  });
  facts.contribute({
    subject: 'identity',
    name: 'source',
    joins: 'JOIN sources src ON src.id = i.source_id',
    columns: connector,
  });
  facts.contribute({
    subject: 'identity',
    name: 'use',
    columns: use('u', 'sr'),
    joins:
      'LEFT JOIN identity_usage u ON u.identity_id = i.id LEFT JOIN scope_readings sr ON sr.scope_id = i.scope_id AND sr.resource_type = i.resource_type',
  });
  facts.contribute({
    subject: 'identity',
    name: 'credentials',
    joins: `LEFT JOIN LATERAL (SELECT ${HELD} FROM credentials c WHERE c.identity_id = i.id AND c.removed_at IS NULL) held ON true`,
    joinsOfAll: `LEFT JOIN (SELECT c.identity_id, ${HELD} FROM credentials c WHERE c.removed_at IS NULL GROUP BY c.identity_id) held ON held.identity_id = i.id`,
    columns: {
      liveCredentials: { sql: 'coalesce(held.live, 0)', type: 'number' },
      liveCredentialsTellingUse: { sql: 'coalesce(held.telling, 0)', type: 'number' },
      livePasswords: { sql: 'coalesce(held.passwords, 0)', type: 'number' },
      liveProgrammaticCredentials: { sql: 'coalesce(held.programmatic, 0)', type: 'number' },
      credentialsTellingUseEndAt: { sql: 'epoch_ms(held.telling_end)', type: 'instant' },
      liveAiCredentials: { sql: 'coalesce(held.ai, 0)', type: 'number' },
      aiCredentialsEndAt: { sql: 'epoch_ms(held.ai_end)', type: 'instant' },
      passwordLastUsedAt: { sql: 'epoch_ms(held.password_used)', type: 'instant' },
      passwordUseKnownSince: { sql: 'epoch_ms(held.password_known)', type: 'instant', ofKnownUse: true },
    },
  });
  facts.contribute({
    subject: 'identity',
    name: 'any-use',
    after: ['use'],
    joins: `LEFT JOIN LATERAL (SELECT ${HELD_USE} WHERE c.identity_id = i.id AND c.removed_at IS NULL) hu ON true`,
    joinsOfAll: `LEFT JOIN (SELECT c.identity_id, ${HELD_USE} WHERE c.removed_at IS NULL GROUP BY c.identity_id) hu ON hu.identity_id = i.id`,
    columns: {
      anyUsedAt: { sql: 'epoch_ms(greatest(u.last_used_at, hu.used))', type: 'instant' },
      anyUseKnownSince: {
        sql: 'epoch_ms(CASE WHEN coalesce(u.known_until, sr.use_known_until) IS NOT NULL THEN coalesce(u.known_since, sr.use_known_since) WHEN hu.used_until IS NOT NULL THEN hu.used_since END)',
        type: 'instant',
        ofKnownUse: true,
      },
      // What the identity itself tells covers whatever it holds; else every credential has to tell.
      anyUseKnownUntil: {
        sql: 'epoch_ms(coalesce(u.known_until, sr.use_known_until, hu.used_until))',
        type: 'instant',
        ofKnownUse: true,
      },
    },
  });
  facts.contribute({
    subject: 'identity',
    name: 'use reviews',
    joins:
      'LEFT JOIN LATERAL (SELECT max(v.used_until) AS used_until FROM use_reviews v WHERE v.identity_id = i.id) reviewed ON true',
    joinsOfAll:
      'LEFT JOIN (SELECT v.identity_id, max(v.used_until) AS used_until FROM use_reviews v GROUP BY v.identity_id) reviewed ON reviewed.identity_id = i.id',
    columns: { useReviewedUntil: { sql: 'epoch_ms(reviewed.used_until)', type: 'instant' } },
  });
  facts.contribute({
    subject: 'identity',
    name: 'held privileges',
    joins: `LEFT JOIN LATERAL (SELECT ${PRIVILEGES} FROM (SELECT ${PRIVILEGE} ${PRIVILEGED_GRANTS} AND g.identity_id = i.id ORDER BY e.display_name, g.id LIMIT 100) one) mighty ON true`,
    joinsOfAll: `LEFT JOIN (SELECT one.identity_id, ${PRIVILEGES} FROM (SELECT ${PRIVILEGE}, row_number() OVER (PARTITION BY g.identity_id ORDER BY e.display_name, g.id) AS place ${PRIVILEGED_GRANTS}) one
      WHERE one.place <= 100 GROUP BY one.identity_id) mighty ON mighty.identity_id = i.id`,
    columns: { heldPrivileges: { sql: `coalesce(mighty.privileges, '[]')`, type: 'json', ofKnownUse: true } },
  });
  facts.contribute({
    subject: 'identity',
    name: 'trusted accounts',
    joins: `LEFT JOIN LATERAL (SELECT ${NEAR_ACCOUNTS} FROM (SELECT DISTINCT ${NEAR_ACCOUNT} ${NEAR_TRUSTS} AND t.identity_id = i.id AND s.id <> i.scope_id) near) trusting ON i.kind IN ('role', 'workload')`,
    joinsOfAll: `LEFT JOIN (SELECT near.identity_id, ${NEAR_ACCOUNTS} FROM (SELECT DISTINCT t.identity_id, ${NEAR_ACCOUNT} ${NEAR_TRUSTS} AND s.id <> (SELECT own.scope_id FROM identities own WHERE own.id = t.identity_id)) near
      GROUP BY near.identity_id) trusting ON trusting.identity_id = i.id AND i.kind IN ('role', 'workload')`,
    columns: { trustedAccounts: { sql: `coalesce(trusting.accounts, '[]')`, type: 'json' } },
  });
  facts.contribute({
    subject: 'identity',
    name: 'reach',
    joins: '',
    columns: {
      privilegeBecause: { sql: `coalesce(i.privilege_basis->'because', '[]')`, type: 'json' },
      escalation: { sql: `coalesce(i.privilege_basis->'escalation', '[]')`, type: 'json' },
      hasTrusts: { sql: `i.kind IN ('role', 'workload')`, type: 'boolean' },
      outsideTrusts: {
        sql: `CASE WHEN i.outside_trust = 'none' THEN '[]'::json ELSE (SELECT coalesce(json_agg(json_build_object('principal', t.principal, 'standing', t.standing, 'narrowed', t.narrowed, 'account', t.account_id) ORDER BY t.principal), '[]')
          FROM identity_trusts t WHERE t.identity_id = i.id AND t.standing IN ('vendor', 'outside', 'anyone', 'unknown')) END`,
        type: 'json',
      },
    },
  });

  facts.describe({
    subject: 'credential',
    table: 'credentials',
    from: 'FROM credentials c JOIN identities i ON i.id = c.identity_id',
    id: 'c.id',
    live: 'c.removed_at IS NULL AND i.removed_at IS NULL',
    name: 'c.display_name',
    scopeId: 'c.scope_id',
    resourceType: 'c.resource_type',
    parentExternalId: 'i.external_id',
    holderId: 'c.identity_id',
    sourceId: 'c.source_id',
  });
  facts.contribute({
    subject: 'credential',
    name: 'inventory',
    joins: '',
    columns: {
      ...where('c'),
      ...identityContext,
      identityId: { sql: 'c.identity_id', type: 'text' },
      kind: { sql: 'c.kind', type: 'text' },
      name: { sql: 'c.display_name', type: 'text' },
      status: { sql: 'c.status', type: 'text' },
      issuedAt: { sql: 'epoch_ms(c.issued_at)', type: 'instant' },
      expiresAt: { sql: 'epoch_ms(c.expires_at)', type: 'instant' },
      rotatedAt: { sql: 'epoch_ms(c.rotated_at)', type: 'instant' },
      rotatedBasis: { sql: 'c.rotated_basis', type: 'text' },
      canExpire: { sql: 'c.can_expire', type: 'boolean' },
      canDisable: { sql: 'c.can_disable', type: 'boolean' },
      tellsLastUse: { sql: 'c.tells_last_use', type: 'boolean' },
      slots: { sql: 'c.slots', type: 'number' },
      aiService: { sql: 'c.ai_service', type: 'boolean' },
      knownLeaked: { sql: 'c.known_leaked', type: 'text' },
      isRoot: { sql: `i.kind = 'root'`, type: 'boolean' },
      federationAvailable: {
        sql: `c.scope_id IN (SELECT f.scope_id FROM resources f WHERE f.kind IN ('oidc-provider', 'trust-anchor') AND f.removed_at IS NULL)`,
        type: 'boolean',
      },
    },
  });
  facts.contribute({
    subject: 'credential',
    name: 'consumers',
    joins: `LEFT JOIN LATERAL (SELECT ${CONSUMERS} FROM (SELECT n.kind, n.locator, n.basis FROM consumers n WHERE n.credential_id = c.id ORDER BY n.kind, n.locator, n.basis LIMIT 50) one) known ON true`,
    joinsOfAll: `LEFT JOIN (SELECT one.credential_id, ${CONSUMERS} FROM (SELECT n.*, row_number() OVER (PARTITION BY n.credential_id ORDER BY n.kind, n.locator, n.basis) AS place FROM consumers n) one
      WHERE one.place <= 50 GROUP BY one.credential_id) known ON known.credential_id = c.id`,
    columns: { consumers: { sql: `coalesce(known.consumers, '[]')`, type: 'json' } },
  });
  facts.contribute({
    subject: 'credential',
    name: 'source',
    joins: 'JOIN sources src ON src.id = c.source_id',
    columns: connector,
  });
  facts.contribute({
    subject: 'credential',
    name: 'use',
    columns: use('cu', 'csr'),
    joins:
      'LEFT JOIN credential_usage cu ON cu.credential_id = c.id LEFT JOIN scope_readings csr ON csr.scope_id = c.scope_id AND csr.resource_type = c.resource_type',
  });
  facts.contribute({
    subject: 'credential',
    name: 'rotation',
    columns: { replacedAt: { sql: 'epoch_ms(newer.issued_at)', type: 'instant' } },
    joins: `LEFT JOIN LATERAL (SELECT max(n.issued_at) AS issued_at FROM credentials n WHERE n.identity_id = c.identity_id AND n.kind = c.kind AND n.resource_type = c.resource_type AND n.id <> c.id
      AND n.removed_at IS NULL AND n.status = 'active' AND n.issued_at > c.issued_at) newer ON c.slots IS NULL`,
    // The newest of a kind is newer than every other of that kind; where there is one alone, nothing is.
    joinsOfAll: `LEFT JOIN (SELECT n.identity_id, n.kind, n.resource_type, max(n.issued_at) AS issued_at FROM credentials n WHERE n.removed_at IS NULL AND n.status = 'active'
      GROUP BY n.identity_id, n.kind, n.resource_type) newer ON newer.identity_id = c.identity_id AND newer.kind = c.kind AND newer.resource_type = c.resource_type AND newer.issued_at > c.issued_at AND c.slots IS NULL`,
  });

  facts.describe({
    subject: 'grant',
    table: 'grants',
    from: 'FROM grants g JOIN identities i ON i.id = g.identity_id JOIN entitlements e ON e.id = g.entitlement_id',
    id: 'g.id',
    live: 'g.removed_at IS NULL AND i.removed_at IS NULL AND e.removed_at IS NULL',
    name: `e.display_name || ' of ' || i.display_name`,
    scopeId: 'g.scope_id',
    resourceType: 'g.resource_type',
    parentExternalId: 'i.external_id',
    holderId: 'g.identity_id',
    sourceId: 'g.source_id',
  });
  facts.contribute({
    subject: 'grant',
    name: 'inventory',
    joins: 'LEFT JOIN identities via ON via.id = g.via_identity_id',
    columns: {
      ...where('g'),
      ...identityContext,
      identityId: { sql: 'g.identity_id', type: 'text' },
      entitlement: { sql: 'e.display_name', type: 'text' },
      grantPrivilege: { sql: 'e.privilege', type: 'text' },
      grantAiService: { sql: 'e.ai_service', type: 'boolean' },
      via: { sql: 'via.display_name', type: 'text' },
    },
  });
  facts.contribute({
    subject: 'grant',
    name: 'source',
    joins: 'JOIN sources src ON src.id = g.source_id',
    columns: connector,
  });
  facts.contribute({
    subject: 'grant',
    name: 'use',
    columns: {
      ...use('gu', 'gsr'),
      unusedServices: { sql: `coalesce(gu.detail->'unusedServices', '[]')`, type: 'json' },
    },
    joins:
      'LEFT JOIN grant_usage gu ON gu.grant_id = g.id LEFT JOIN scope_readings gsr ON gsr.scope_id = g.scope_id AND gsr.resource_type = g.resource_type',
  });

  facts.describe({
    subject: 'source',
    table: 'sources',
    from: 'FROM sources src',
    id: 'src.id',
    live: 'TRUE',
    name: 'src.name',
    scopeId: null,
    resourceType: null,
    parentExternalId: null,
    holderId: null,
    sourceId: 'src.id',
  });
  facts.contribute({
    subject: 'source',
    name: 'inventory',
    joins: '',
    columns: {
      id: { sql: 'src.id', type: 'text' },
      name: { sql: 'src.name', type: 'text' },
      connector: { sql: 'src.connector', type: 'text' },
      status: { sql: 'src.status', type: 'text' },
      createdAt: { sql: 'epoch_ms(src.created_at)', type: 'instant' },
      scheduled: { sql: 'src.schedule IS NOT NULL', type: 'boolean' },
      unitId: { sql: 'src.unit_id', type: 'text' },
      lastCompleteAt: {
        sql: 'epoch_ms((SELECT max(r.last_complete_at) FROM scope_readings r JOIN scopes s ON s.id = r.scope_id WHERE s.source_id = src.id))',
        type: 'instant',
      },
      gaps: {
        sql: `(SELECT coalesce(json_agg(json_build_object('scope', s.external_id, 'resourceType', g.resource_type, 'reason', g.reason, 'permission', g.permission, 'since', iso(g.since)) ORDER BY s.external_id, g.resource_type, g.parent_external_id), '[]') FROM gaps g JOIN scopes s ON s.id = g.scope_id WHERE s.source_id = src.id AND s.state = 'readable')`,
        type: 'json',
      },
      unreadableScopes: {
        sql: `(SELECT coalesce(json_agg(json_build_object('scope', s.external_id, 'name', s.name, 'since', iso(s.first_seen_at)) ORDER BY s.external_id), '[]') FROM scopes s WHERE s.source_id = src.id AND s.state = 'unreadable')`,
        type: 'json',
      },
      withoutEnvironment: {
        sql: `(SELECT count(*) FROM identities i WHERE i.source_id = src.id AND i.environment IS NULL AND i.removed_at IS NULL AND i.managed_by = 'us' AND i.status <> 'disabled' AND i.nature <> 'human' AND i.kind <> 'group')`,
        type: 'number',
      },
      countMismatches: {
        sql: `(SELECT coalesce(json_agg(json_build_object('scope', s.external_id, 'resourceType', r.resource_type, 'stated', r.stated_count, 'collected', r.collected_count) ORDER BY s.external_id, r.resource_type), '[]') FROM scope_readings r JOIN scopes s ON s.id = r.scope_id WHERE s.source_id = src.id AND r.stated_count <> r.collected_count)`,
        type: 'json',
      },
    },
  });

  facts.describeGaps('SELECT scope_id, resource_type, parent_external_id FROM gaps');

  marks.contribute({
    from: 'identity',
    to: 'source',
    alone: true,
    query: (marked) => sql`SELECT DISTINCT source_id AS id FROM identities WHERE id IN (${marked})`,
  });
  marks.contribute({
    from: 'identity',
    to: 'credential',
    query: (marked) => sql`SELECT id FROM credentials WHERE identity_id IN (${marked}) AND removed_at IS NULL`,
  });
  marks.contribute({
    from: 'identity',
    to: 'grant',
    query: (marked) => sql`SELECT id FROM grants WHERE identity_id IN (${marked}) AND removed_at IS NULL`,
  });
}
