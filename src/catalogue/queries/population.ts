import { empty, join, raw, type Sql, sql } from '../../platform/database/index.js';

/** Kinds of subject a population can be of. */
export type PopulationSubject = 'identity' | 'credential' | 'grant';

/** Which of them: every member that is set narrows it. */
export interface PopulationFilter {
  readonly subject: PopulationSubject;
  readonly ids?: readonly string[] | undefined;
  readonly risk?: readonly string[] | undefined;
  readonly privilege?: readonly string[] | undefined;
  readonly environment?: readonly string[] | undefined;
  /** Ids of use cases; "none" = what serves none, "any" = what serves one. */
  readonly useCase?: readonly string[] | undefined;
  /** With everything below them. */
  readonly unit?: readonly string[] | undefined;
  /** Without what is below them. */
  readonly unitAlone?: readonly string[] | undefined;
  readonly source?: readonly string[] | undefined;
  /** Ids of persons; "none" = what nobody answers for. */
  readonly owner?: readonly string[] | undefined;
  /** Kinds of the identity. */
  readonly kind?: readonly string[] | undefined;
  readonly credentialKind?: readonly string[] | undefined;
  readonly nature?: readonly string[] | undefined;
  readonly aiUse?: readonly string[] | undefined;
  readonly collection?: readonly string[] | undefined;
  readonly tags?: Readonly<Record<string, string | null>> | undefined;
  /** Has an open finding: at least this severe, of one of these checks. */
  readonly findings?:
    { readonly severity?: string | undefined; readonly checks?: readonly string[] | undefined } | undefined;
}

/** What of a population is wanted beside its keys; each costs a join. */
export interface PopulationParts {
  readonly use?: boolean;
  readonly shape?: boolean;
  readonly findings?: boolean;
  /** When anything about a subject last changed: itself, its holder, what it may do, who answers, what it is for. */
  readonly changes?: boolean;
  /** Only these: a query that yields their ids in its one column. */
  readonly within?: Sql;
  /** Only what belongs to a collection, or only what belongs to none. */
  readonly collected?: boolean | undefined;
  /** They are few: every join starts from them, and what hangs on each is looked up, not joined as a whole. */
  readonly few?: boolean;
}

const RISK_OF = (rank: string) =>
  `CASE ${rank} WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'moderate' WHEN 1 THEN 'low' END`;

const HOLDER: Record<
  PopulationSubject,
  {
    from: string;
    id: string;
    source: string;
    scope: string;
    type: string;
    privilege: string;
    born: string;
    live: string;
  }
> = {
  identity: {
    from: 'FROM identities i',
    id: 'i.id',
    source: 'i.source_id',
    scope: 'i.scope_id',
    type: 'i.resource_type',
    privilege: 'i.privilege',
    born: 'i.created_at',
    live: `i.removed_at IS NULL AND i.status <> 'disabled'`,
  },
  credential: {
    from: 'FROM credentials c JOIN identities i ON i.id = c.identity_id',
    id: 'c.id',
    source: 'c.source_id',
    scope: 'c.scope_id',
    type: 'c.resource_type',
    privilege: 'i.privilege',
    born: 'c.issued_at',
    live: `c.removed_at IS NULL AND i.removed_at IS NULL AND c.status NOT IN ('disabled', 'expired')`,
  },
  grant: {
    from: 'FROM grants g JOIN identities i ON i.id = g.identity_id JOIN entitlements e ON e.id = g.entitlement_id LEFT JOIN resources r ON r.id = g.resource_id',
    id: 'g.id',
    source: 'g.source_id',
    scope: 'g.scope_id',
    type: 'g.resource_type',
    privilege: 'e.privilege',
    born: 'g.first_seen_at',
    live: `g.removed_at IS NULL AND i.removed_at IS NULL AND e.removed_at IS NULL AND i.status <> 'disabled'`,
  },
};

/** Use of an identity in one fact: everything that can authenticate as it taken together. For a few it is looked up, for many it is grouped once. */
const identityUse = (
  few: boolean,
): string => `LEFT JOIN identity_usage iu ON iu.identity_id = i.id LEFT JOIN scope_readings ir ON ir.scope_id = i.scope_id AND ir.resource_type = i.resource_type
  LEFT JOIN ${few ? 'LATERAL ' : ''}(SELECT c.identity_id, count(*) AS live, max(u.last_used_at) AS at, bool_and(c.tells_last_use) AS all_tell,
      CASE WHEN bool_or(coalesce(u.known_since, r.use_known_since) IS NULL) THEN NULL ELSE max(coalesce(u.known_since, r.use_known_since)) END AS since,
      CASE WHEN bool_or(coalesce(u.known_until, r.use_known_until) IS NULL) THEN NULL ELSE min(coalesce(u.known_until, r.use_known_until)) END AS until
    FROM credentials c LEFT JOIN credential_usage u ON u.credential_id = c.id LEFT JOIN scope_readings r ON r.scope_id = c.scope_id AND r.resource_type = c.resource_type
    WHERE c.removed_at IS NULL AND c.status NOT IN ('disabled', 'expired') ${few ? 'AND c.identity_id = i.id' : ''} GROUP BY c.identity_id) held ON held.identity_id = i.id`;
const USE: Record<PopulationSubject, { joins: (few: boolean) => string; at: string; since: string; until: string }> = {
  identity: {
    joins: identityUse,
    at: 'greatest(iu.last_used_at, held.at)',
    // Known only where every way in is known: one credential whose use nobody tells may be the one that works.
    since: `CASE WHEN held.live > 0 THEN CASE WHEN held.all_tell THEN held.since END ELSE coalesce(iu.known_since, ir.use_known_since) END`,
    until: `CASE WHEN held.live > 0 THEN CASE WHEN held.all_tell THEN held.until END ELSE coalesce(iu.known_until, ir.use_known_until) END`,
  },
  credential: {
    joins: () =>
      'LEFT JOIN credential_usage cu ON cu.credential_id = c.id LEFT JOIN scope_readings cr ON cr.scope_id = c.scope_id AND cr.resource_type = c.resource_type',
    at: 'cu.last_used_at',
    since: 'CASE WHEN c.tells_last_use THEN coalesce(cu.known_since, cr.use_known_since) END',
    until: 'CASE WHEN c.tells_last_use THEN coalesce(cu.known_until, cr.use_known_until) END',
  },
  grant: {
    joins: () =>
      'LEFT JOIN grant_usage gu ON gu.grant_id = g.id LEFT JOIN scope_readings gr ON gr.scope_id = g.scope_id AND gr.resource_type = g.resource_type',
    at: 'gu.last_used_at',
    since: 'coalesce(gu.known_since, gr.use_known_since)',
    until: 'coalesce(gu.known_until, gr.use_known_until)',
  },
};

/** Digest of everything an identity may do: two with the same have the same entitlements on the same resources. */
const SHAPE = `LEFT JOIN LATERAL (SELECT md5(string_agg(sg.entitlement_id::text || ':' || coalesce(sg.resource_id::text, ''), ',' ORDER BY sg.entitlement_id, sg.resource_id))::uuid AS shape
  FROM grants sg WHERE sg.identity_id = i.id AND sg.removed_at IS NULL) shaped ON i.collection_id IS NOT NULL`;

const serves = (
  few: boolean,
): string => `LEFT JOIN ${few ? 'LATERAL ' : ''}(SELECT l.identity_id, max(risk_rank(u.risk_level)) FILTER (WHERE u.status = 'approved' AND u.approved_digest = u.digest) AS rank, (array_agg(u.sponsor_id ORDER BY risk_rank(u.risk_level) DESC NULLS LAST, u.name) FILTER (WHERE u.sponsor_id IS NOT NULL))[1] AS sponsor_id
  FROM use_case_links l JOIN use_cases u ON u.id = l.use_case_id WHERE l.removed_at IS NULL AND u.status <> 'retired' ${few ? 'AND l.identity_id = i.id' : ''} GROUP BY l.identity_id) serves ON serves.identity_id = i.id`;

/**
 * The person whose own account an identity is by its name, where no owner says it; a name that fits two people fits nobody. "Fewer
 * than two", because of "exactly one" the planner expects hardly a row, and then compares every identity with every person.
 */
const self = (few: boolean): string => {
  const logins =
    'SELECT lower(user_name) AS login, id FROM persons UNION SELECT lower(email), id FROM persons WHERE email IS NOT NULL';
  return few
    ? `LEFT JOIN LATERAL (SELECT min(k.id::text)::uuid AS id FROM (SELECT id FROM persons WHERE lower(user_name) = lower(i.display_name) UNION SELECT id FROM persons WHERE lower(email) = lower(i.display_name)) k WHERE i.nature IN ('human', 'mixed') HAVING count(*) = 1) self ON true`
    : `LEFT JOIN (SELECT k.login, min(k.id::text)::uuid AS id FROM (${logins}) k GROUP BY k.login HAVING count(DISTINCT k.id) < 2) self ON self.login = CASE WHEN i.nature IN ('human', 'mixed') THEN lower(i.display_name) END`;
};

/** The worst open finding about a subject, or about the identity that holds it. */
const FINDINGS = (
  id: string,
) => `LEFT JOIN LATERAL (SELECT max(CASE f.severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END) AS worst FROM findings f
  WHERE f.status IN ('open', 'acknowledged') AND ((f.subject_type = 'identity' AND f.subject_id = i.id) OR f.subject_id = ${id})) wrong ON true`;

const OWN: Record<PopulationSubject, string> = {
  identity: 'i.valid_from',
  credential: 'c.valid_from',
  grant: 'g.valid_from',
};
const CHANGES = (
  own: string,
) => `LEFT JOIN LATERAL (SELECT greatest(i.valid_from, ${own}, (SELECT max(ho.valid_from) FROM ownerships ho WHERE ho.identity_id = i.id),
    (SELECT max(hl.valid_from) FROM use_case_links hl WHERE hl.identity_id = i.id), (SELECT greatest(max(hg.valid_from), max(he.valid_from)) FROM grants hg JOIN entitlements he ON he.id = hg.entitlement_id WHERE hg.identity_id = i.id)) AS at) changed ON true`;

/**
 * A population as a relation: one row for each subject, with what routes it and what makes it risky. Never a row twice.
 *
 * subject_id, identity_id, source_id, unit_id, collection_id, environment, kind, privilege, risk, personal (a person's own
 * access), own_person_id (whose), owner_id, deputies, sponsor_id, use_case_sponsor_id, resource_owner (a login), protected (why
 * nothing but a person may switch it off), can_disable (a grant is revoked,
 * not disabled), and by wish last_used_at, known_since, known_until, born_at; shape;
 * worst_finding (0 none to 4 critical); changed_at.
 */
export function population(filter: PopulationFilter, now: Date, parts: PopulationParts = {}): Sql {
  const subject = filter.subject;
  const holder = HOLDER[subject];
  const use = USE[subject];
  const isCredential = subject === 'credential';
  // An account that a machine uses too is a person's all the same when it bears their name.
  const personal = `(i.nature = 'human' OR (i.nature = 'mixed' AND self.id IS NOT NULL)${isCredential ? ` OR c.kind = 'personal-access-token'` : ''})`;
  return sql`SELECT ${raw(holder.id)} AS subject_id, i.id AS identity_id, ${raw(holder.source)} AS source_id, i.unit_id, i.collection_id, i.environment, i.kind, ${raw(holder.privilege)} AS privilege,
      ${raw(riskOf(subject))} AS risk, ${raw(personal)} AS personal, CASE WHEN ${raw(personal)} THEN coalesce(o.owner_id, self.id) END AS own_person_id,
      o.owner_id, o.deputies, o.sponsor_id, serves.sponsor_id AS use_case_sponsor_id,
      ${raw(subject === 'grant' ? `lower(coalesce(r.attributes->>'owner', r.attributes->'tags'->>'owner'))` : 'NULL::text')} AS resource_owner,
      CASE WHEN i.kind = 'root' THEN 'root' WHEN i.managed_by <> 'us' THEN 'run by somebody else'
        WHEN i.expected_use->>'pattern' IN ('break-glass', 'standby', 'seasonal', 'scheduled') THEN 'needed though idle: ' || (i.expected_use->>'pattern')
        WHEN i.tags ? 'mandate:protected' THEN 'tagged as protected'
        WHEN (${raw(holder.scope)}, ${raw(holder.type)}) IN (SELECT gp.scope_id, gp.resource_type FROM gaps gp WHERE gp.parent_external_id IS NULL) OR (${raw(holder.scope)}, ${raw(holder.type)}, i.external_id) IN (SELECT gp.scope_id, gp.resource_type, gp.parent_external_id FROM gaps gp WHERE gp.parent_external_id IS NOT NULL) THEN 'could not be read' END AS protected,
      ${raw(String(subject !== 'grant'))} AS can_disable
      ${parts.use ? raw(`, ${use.at} AS last_used_at, ${use.since} AS known_since, ${use.until} AS known_until, ${holder.born} AS born_at`) : empty}
      ${parts.shape ? raw(`, shaped.shape`) : empty} ${parts.findings ? raw(', coalesce(wrong.worst, 0) AS worst_finding') : empty} ${parts.changes ? raw(', changed.at AS changed_at') : empty}
    ${raw(holder.from)} LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state IN ('provisional', 'accepted') ${raw(serves(parts.few ?? false))} ${raw(self(parts.few ?? false))}
    ${parts.use ? raw(use.joins(parts.few ?? false)) : empty} ${parts.shape ? raw(SHAPE) : empty} ${parts.findings ? raw(FINDINGS(holder.id)) : empty} ${parts.changes ? raw(CHANGES(OWN[subject])) : empty}
    WHERE ${raw(holder.live)} ${isCredential ? sql`AND (c.expires_at IS NULL OR c.expires_at > ${now})` : empty} ${parts.within ? (parts.few ? sql`AND ${raw(holder.id)} = ANY(ARRAY(${parts.within}))` : sql`AND ${raw(holder.id)} IN (${parts.within})`) : empty}
      ${parts.collected === undefined ? empty : raw(`AND i.collection_id IS ${parts.collected ? 'NOT ' : ''}NULL`)} AND ${conditions(filter)}`;
}

const riskOf = (subject: PopulationSubject): string =>
  `identity_risk(${RISK_OF('serves.rank')}, ${HOLDER[subject].privilege}, i.environment, i.outside_trust)`;

const SEVERITIES = ['low', 'medium', 'high', 'critical'];

function conditions(filter: PopulationFilter): Sql {
  const { subject } = filter;
  const all: Sql[] = [sql`TRUE`];
  const among = (values: readonly string[] | undefined, column: string, cast = ''): void => {
    if (values !== undefined) all.push(sql`${raw(column)} = ANY(${values}${raw(cast)})`);
  };
  among(filter.ids, HOLDER[subject].id, '::uuid[]');
  // What somebody else runs is listed, never asked about; groups are seen through what they give to others.
  all.push(sql`i.managed_by = 'us'`);
  if (filter.kind === undefined) all.push(sql`i.kind <> 'group'`);
  among(filter.kind, 'i.kind');
  if (subject === 'credential') among(filter.credentialKind, 'c.kind');
  among(filter.privilege, HOLDER[subject].privilege);
  among(filter.environment, 'i.environment');
  among(filter.source, HOLDER[subject].source, '::uuid[]');
  among(filter.nature, 'i.nature');
  among(filter.aiUse, 'i.ai_use');
  among(filter.collection, 'i.collection_id', '::uuid[]');
  if (filter.risk !== undefined) {
    const risk = raw(riskOf(subject));
    all.push(sql`coalesce(${risk}, 'unrated') = ANY(${filter.risk})`);
  }
  if (filter.unit !== undefined)
    all.push(
      sql`i.unit_id IN (WITH RECURSIVE below AS (SELECT id FROM units WHERE id = ANY(${filter.unit}::uuid[]) UNION SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id) SELECT id FROM below)`,
    );
  among(filter.unitAlone, 'i.unit_id', '::uuid[]');
  if (filter.owner !== undefined) {
    const ids = filter.owner.filter((one) => one !== 'none');
    all.push(
      sql`(o.owner_id = ANY(${ids}::uuid[]) ${filter.owner.includes('none') ? sql`OR o.owner_id IS NULL` : empty})`,
    );
  }
  if (filter.useCase !== undefined) {
    const ids = filter.useCase.filter((one) => one !== 'none' && one !== 'any');
    const servesOne = (which: Sql) =>
      sql`EXISTS (SELECT 1 FROM use_case_links fl WHERE fl.identity_id = i.id AND fl.removed_at IS NULL ${which})`;
    const ways = [servesOne(sql`AND fl.use_case_id = ANY(${ids}::uuid[])`)];
    if (filter.useCase.includes('none')) ways.push(sql`NOT ${servesOne(empty)}`);
    if (filter.useCase.includes('any')) ways.push(servesOne(empty));
    all.push(sql`(${join(ways, ' OR ')})`);
  }
  for (const [key, value] of Object.entries(filter.tags ?? {}))
    all.push(value === null ? sql`i.tags ? ${key}` : sql`i.tags->>${key} = ${value}`);
  if (filter.findings !== undefined) {
    const severities = SEVERITIES.slice(SEVERITIES.indexOf(filter.findings.severity ?? 'low'));
    all.push(
      sql`EXISTS (SELECT 1 FROM findings ff WHERE ff.status IN ('open', 'acknowledged') AND ff.severity = ANY(${severities}) ${filter.findings.checks === undefined ? empty : sql`AND ff.check_id = ANY(${filter.findings.checks})`} AND ((ff.subject_type = 'identity' AND ff.subject_id = i.id) OR ff.subject_id = ${raw(HOLDER[subject].id)}))`,
    );
  }
  return join(all, ' AND ');
}

/** People who can answer for something at an instant: id, status, manager_id, unit_id, leaves_at, display_name. */
export const peopleWhoAnswer = (now: Date): Sql =>
  sql`SELECT id, status, manager_id, unit_id, leaves_at, display_name, lower(email) AS email, lower(user_name) AS login FROM persons WHERE status <> 'left' AND (leaves_at IS NULL OR leaves_at > ${now})`;

/** Everybody who is or was here: id, manager_id, unit_id, display_name, leaves_at. */
export const everybody: Sql = sql`SELECT id, status, manager_id, unit_id, leaves_at, display_name FROM persons`;

/** Who is in which team: team_id, person_id. */
export const membersOfTeams: Sql = sql`SELECT team_id, person_id FROM team_members`;

/** Teams by name: id, name. */
export const allTeams: Sql = sql`SELECT id, name FROM teams`;

/** Units by name: id, parent_id, name. */
export const allUnits: Sql = sql`SELECT id, parent_id, name FROM units`;

/** The nearest head above each unit: unit_id, head_id. */
export const headsOfUnits: Sql = sql`WITH RECURSIVE up AS (
  SELECT id AS unit_id, parent_id, head_id, 0 AS far FROM units
  UNION ALL SELECT up.unit_id, p.parent_id, p.head_id, up.far + 1 FROM up JOIN units p ON p.id = up.parent_id WHERE up.head_id IS NULL AND up.far < 50)
  SELECT unit_id, head_id FROM up WHERE head_id IS NOT NULL`;

/**
 * How well each source is known: id, name, status, scheduled, read_at (last complete or partial reading), unreadable (scopes that
 * could not be read), gaps, strangers (trusts and grants whose holder nobody can name), lost and had (rows removed by readings since
 * an instant, and how many there were; what waits for confirmation counts as lost).
 */
export const sourcesAsKnown = (
  since: Date,
): Sql => sql`SELECT s.id, s.name, s.status, s.schedule IS NOT NULL AS scheduled,
    (SELECT max(r.finished_at) FROM sync_runs r WHERE r.source_id = s.id AND r.status IN ('complete', 'partial')) AS read_at,
    (SELECT count(*)::int FROM scopes sc WHERE sc.source_id = s.id AND sc.state = 'unreadable') AS unreadable,
    (SELECT count(*)::int FROM gaps gp JOIN scopes sc ON sc.id = gp.scope_id WHERE sc.source_id = s.id) AS gaps,
    (SELECT count(*)::int FROM identity_trusts tr JOIN identities ti ON ti.id = tr.identity_id WHERE ti.source_id = s.id AND ti.removed_at IS NULL AND tr.principal_kind = 'unresolvable')
      + (SELECT count(*)::int FROM grants gg JOIN identities gi ON gi.id = gg.identity_id WHERE gg.source_id = s.id AND gg.removed_at IS NULL AND gi.removed_at IS NOT NULL) AS strangers,
    coalesce(shrunk.kind, held.kind) AS shrunk_kind, greatest(coalesce(shrunk.lost, 0), coalesce(held.lost, 0))::int AS lost, CASE WHEN coalesce(held.lost, 0) > coalesce(shrunk.lost, 0) THEN held.had ELSE coalesce(shrunk.had, 0) END::int AS had
  FROM sources s
  LEFT JOIN LATERAL (
    SELECT k.key AS kind, (k.value->>'removed')::int AS lost, (k.value->>'removed')::int + (k.value->>'updated')::int + (k.value->>'unchanged')::int AS had
    FROM sync_runs r CROSS JOIN LATERAL jsonb_each(r.counts) k WHERE r.source_id = s.id AND r.finished_at >= ${since} AND r.status IN ('complete', 'partial') AND (k.value->>'removed')::int > 0
    ORDER BY (k.value->>'removed')::float / greatest(1, (k.value->>'removed')::int + (k.value->>'updated')::int + (k.value->>'unchanged')::int) DESC LIMIT 1) shrunk ON true
  LEFT JOIN LATERAL (
    SELECT h.kind, h.lost, CASE h.kind WHEN 'credentials' THEN (SELECT count(*) FROM credentials x WHERE x.source_id = s.id AND x.removed_at IS NULL) WHEN 'grants' THEN (SELECT count(*) FROM grants x WHERE x.source_id = s.id AND x.removed_at IS NULL)
        ELSE (SELECT count(*) FROM identities x WHERE x.source_id = s.id AND x.removed_at IS NULL) END AS had
    FROM (SELECT hr.kind, count(*) AS lost FROM sync_runs r JOIN held_removals hr ON hr.run_id = r.id WHERE r.source_id = s.id AND r.status = 'held' AND s.status = 'held' GROUP BY hr.kind, r.id ORDER BY r.id DESC, count(*) DESC LIMIT 1) h) held ON true`;
