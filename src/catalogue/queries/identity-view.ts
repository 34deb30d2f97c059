import { empty, join, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';

/** Filters of the identity list, as the API takes them. */
export interface IdentityFilter {
  readonly kind?: string | undefined;
  readonly status?: 'active' | 'disabled' | 'unknown' | 'removed' | undefined;
  readonly nature?: string | undefined;
  readonly managedBy?: string | undefined;
  readonly aiUse?: string | undefined;
  readonly source?: string | undefined;
  readonly unit?: string | undefined;
  readonly environment?: string | undefined;
  /** A person's id, or "none". */
  readonly owner?: string | undefined;
  readonly ownership?: 'none' | 'provisional' | 'accepted' | undefined;
  readonly useCase?: string | undefined;
  readonly privilege?: string | undefined;
  readonly risk?: string | undefined;
  readonly collection?: string | undefined;
  readonly externalId?: string | undefined;
  readonly name?: string | undefined;
  readonly q?: string | undefined;
}

/** A row of a list: its keys, and the JSON that PostgreSQL made of it. */
export interface JsonRow {
  readonly k1: string;
  readonly id: string;
  readonly version: number;
  readonly json: string;
}

/** Tables as they are, or as they were at an instant. */
interface Tables {
  readonly identities: Sql;
  readonly ownerships: Sql;
  readonly links: Sql;
  readonly useCases: Sql;
  readonly live: boolean;
}
const tablesAt = (asOf: Date | null): Tables =>
  asOf === null
    ? {
        identities: sql`identities`,
        ownerships: sql`ownerships`,
        links: sql`use_case_links`,
        useCases: sql`use_cases`,
        live: true,
      }
    : {
        identities: sql`identities_as_of(${asOf})`,
        ownerships: sql`ownerships_as_of(${asOf})`,
        links: sql`use_case_links_as_of(${asOf})`,
        useCases: sql`use_cases_as_of(${asOf})`,
        live: false,
      };

const RISK_OF = (rank: string) =>
  `CASE ${rank} WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'moderate' WHEN 1 THEN 'low' END`;
const person = (alias: string) =>
  raw(
    `CASE WHEN ${alias}.id IS NULL THEN NULL ELSE json_build_object('id', ${alias}.id, 'displayName', ${alias}.display_name) END`,
  );

/** Approved use cases rate an identity; what is linked but not approved is shown and rates nothing. */
const serves = ({ links, useCases }: Tables): Sql => sql`LEFT JOIN LATERAL (
  SELECT json_agg(DISTINCT jsonb_build_object('id', u.id, 'name', u.name, 'status', u.status)) AS use_cases, max(risk_rank(u.risk_level)) FILTER (WHERE u.status = 'approved' AND u.approved_digest = u.digest) AS rank
  FROM ${links} l JOIN ${useCases} u ON u.id = l.use_case_id WHERE l.identity_id = i.id AND l.removed_at IS NULL) serves ON true`;

const riskOf = raw(`identity_risk(${RISK_OF('serves.rank')}, i.privilege, i.environment, i.outside_trust)`);

/** Last use in one fact: of the identity itself, and of whatever it holds. */
const LAST_USE = sql`LEFT JOIN LATERAL (
  SELECT greatest(iu.last_used_at, cu.at) AS at, least(coalesce(iu.known_since, sr.use_known_since), cu.since) AS since, greatest(coalesce(iu.known_until, sr.use_known_until), cu.until) AS until,
    CASE WHEN iu.last_used_at IS NOT NULL AND (cu.at IS NULL OR iu.last_used_at >= cu.at) THEN iu.precision ELSE coalesce(cu.precision, iu.precision, 'none') END AS precision,
    (coalesce(iu.known_since, sr.use_known_since) <= i.created_at OR coalesce(cu.all_known, false)) AS known_from_the_start
  FROM (SELECT 1) one LEFT JOIN identity_usage iu ON iu.identity_id = i.id LEFT JOIN scope_readings sr ON sr.scope_id = i.scope_id AND sr.resource_type = i.resource_type
  LEFT JOIN LATERAL (
    SELECT max(u.last_used_at) AS at, min(coalesce(u.known_since, r.use_known_since)) AS since, max(coalesce(u.known_until, r.use_known_until)) AS until, (array_agg(u.precision ORDER BY u.last_used_at DESC NULLS LAST))[1] AS precision,
      bool_and(coalesce(u.known_since, r.use_known_since) <= c.issued_at) AS all_known
    FROM credentials c LEFT JOIN credential_usage u ON u.credential_id = c.id LEFT JOIN scope_readings r ON r.scope_id = c.scope_id AND r.resource_type = c.resource_type
    WHERE c.identity_id = i.id AND c.removed_at IS NULL AND c.tells_last_use) cu ON true) use ON true`;
export const lastUseJson = (alias: string, knownFromTheStart: string) =>
  raw(
    `json_build_object('state', CASE WHEN ${alias}.at IS NOT NULL THEN 'used' WHEN ${knownFromTheStart} THEN 'never' ELSE 'unknown' END, 'at', iso(${alias}.at), 'knownSince', iso(${alias}.since), 'knownUntil', iso(${alias}.until), 'precision', ${alias}.precision)`,
  );

function view(tables: Tables): Sql {
  const { identities, ownerships, live } = tables;
  return sql`SELECT i.display_name AS k1, i.id, i.version, json_build_object(
      'id', i.id, 'source', json_build_object('id', src.id, 'name', src.name), 'scope', json_build_object('id', s.external_id, 'name', s.name), 'resourceType', i.resource_type, 'externalId', i.external_id, 'kind', i.kind, 'displayName', i.display_name,
      'status', CASE WHEN i.removed_at IS NOT NULL THEN 'removed' ELSE i.status END, 'nature', i.nature, 'managedBy', i.managed_by, 'custody', i.custody, 'environment', i.environment,
      'unit', CASE WHEN un.id IS NULL THEN NULL ELSE json_build_object('id', un.id, 'name', un.name) END, 'privilege', i.privilege,
      'risk', json_build_object('level', ${riskOf}, 'because', identity_risk_because(${raw(RISK_OF('serves.rank'))}, i.privilege, i.environment, i.outside_trust)), 'aiUse', i.ai_use, 'outsideTrust', i.outside_trust,
      'because', json_build_object('nature', i.nature_because, 'managedBy', i.managed_by_because, 'aiUse', i.ai_use_because, 'privilege', i.privilege_basis,
        'collection', CASE WHEN i.overrides ? 'collection' THEN 'set by a person: ' || (i.overrides->'collection'->>'reason') WHEN i.collection_id IS NOT NULL THEN coalesce(i.stated->'collection'->>'because', col.because) END,
        'expectedUse', CASE WHEN i.expected_use IS NULL THEN NULL WHEN i.overrides ? 'expectedUse' THEN 'set by a person: ' || (i.overrides->'expectedUse'->>'reason') ELSE coalesce(i.expected_use->>'because', 'its source says so') END),
      'owner', CASE WHEN o.state IN ('provisional', 'accepted') THEN ${person('op')} END, 'ownership', o.state, 'ownershipRule', CASE WHEN orule.id IS NULL THEN NULL ELSE json_build_object('id', orule.id, 'name', orule.name) END, 'team', CASE WHEN t.id IS NULL THEN NULL ELSE json_build_object('id', t.id, 'name', t.name) END, 'sponsor', ${person('sp')},
      'useCases', coalesce(serves.use_cases, '[]'::json), 'collection', CASE WHEN col.id IS NULL THEN NULL ELSE json_build_object('id', col.id, 'name', col.name) END, 'expectedUse', i.expected_use,
      'lastUse', ${live ? lastUseJson('use', 'use.known_from_the_start') : sql`json_build_object('state', 'unknown', 'at', NULL, 'knownSince', NULL, 'knownUntil', NULL, 'precision', 'none')`},
      'openFindings', ${live ? sql`(SELECT count(*) FROM findings f WHERE f.status <> 'resolved' AND ((f.subject_type = 'identity' AND f.subject_id = i.id) OR (f.subject_type = 'credential' AND f.subject_id IN (SELECT c.id FROM credentials c WHERE c.identity_id = i.id))))` : sql`NULL::integer`},
      'createdAt', iso(i.created_at), 'firstSeenAt', iso(i.first_seen_at), 'removedAt', iso(i.removed_at), 'tags', i.tags, 'version', i.version)::text AS json
    FROM ${identities} i JOIN sources src ON src.id = i.source_id JOIN scopes s ON s.id = i.scope_id LEFT JOIN units un ON un.id = i.unit_id LEFT JOIN collections col ON col.id = i.collection_id
    LEFT JOIN ${ownerships} o ON o.identity_id = i.id AND o.state <> 'ended' LEFT JOIN ownership_rules orule ON orule.id = o.rule_id LEFT JOIN persons op ON op.id = o.owner_id LEFT JOIN teams t ON t.id = o.team_id LEFT JOIN persons sp ON sp.id = o.sponsor_id
    ${serves(tables)} ${live ? LAST_USE : empty}`;
}

export function listIdentities(
  tx: Tx,
  visible: Sql,
  filter: IdentityFilter,
  asOf: Date | null,
  limit: number,
  after: readonly unknown[] | null,
): Promise<JsonRow[]> {
  return tx.run<JsonRow>(
    sql`${view(tablesAt(asOf))} WHERE ${visible} AND ${conditions(filter)} ${after === null ? empty : sql`AND (i.display_name, i.id) > (${after[0]}, ${after[1]}::uuid)`} ORDER BY i.display_name, i.id LIMIT ${limit}`,
  );
}

export async function oneIdentity(tx: Tx, visible: Sql, id: string, asOf: Date | null): Promise<JsonRow | null> {
  return (await tx.run<JsonRow>(sql`${view(tablesAt(asOf))} WHERE i.id = ${id} AND ${visible}`))[0] ?? null;
}

function conditions(filter: IdentityFilter): Sql {
  const all: Sql[] = [filter.status === 'removed' ? sql`i.removed_at IS NOT NULL` : sql`i.removed_at IS NULL`];
  if (filter.status && filter.status !== 'removed') all.push(sql`i.status = ${filter.status}`);
  const same: [string | undefined, Sql][] = [
    [filter.kind, sql`i.kind`],
    [filter.nature, sql`i.nature`],
    [filter.managedBy, sql`i.managed_by`],
    [filter.aiUse, sql`i.ai_use`],
    [filter.environment, sql`i.environment`],
    [filter.privilege, sql`i.privilege`],
    [filter.externalId, sql`i.external_id`],
    [filter.name, sql`i.display_name`],
  ];
  for (const [value, column] of same) if (value !== undefined) all.push(sql`${column} = ${value}`);
  const ids: [string | undefined, Sql][] = [
    [filter.source, sql`i.source_id`],
    [filter.unit, sql`i.unit_id`],
    [filter.collection, sql`i.collection_id`],
  ];
  for (const [value, column] of ids) if (value !== undefined) all.push(sql`${column} = ${value}::uuid`);
  if (filter.owner === 'none')
    all.push(sql`NOT coalesce(o.state IN ('provisional', 'accepted') AND o.owner_id IS NOT NULL, false)`);
  else if (filter.owner !== undefined)
    all.push(sql`o.owner_id = ${filter.owner}::uuid AND o.state IN ('provisional', 'accepted')`);
  if (filter.ownership === 'none') all.push(sql`o.state IS NULL`);
  else if (filter.ownership !== undefined) all.push(sql`o.state = ${filter.ownership}`);
  if (filter.useCase !== undefined)
    all.push(
      sql`EXISTS (SELECT 1 FROM use_case_links fl WHERE fl.identity_id = i.id AND fl.use_case_id = ${filter.useCase}::uuid AND fl.removed_at IS NULL)`,
    );
  if (filter.risk === 'unrated') all.push(sql`${riskOf} IS NULL`);
  else if (filter.risk !== undefined) all.push(sql`${riskOf} = ${filter.risk}`);
  if (filter.q !== undefined)
    all.push(
      sql`(i.display_name ILIKE ${like(filter.q)} OR i.external_id = ${filter.q} OR i.attributes->>'arn' = ${filter.q})`,
    );
  return join(all, ' AND ');
}

export const like = (text: string): string => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
