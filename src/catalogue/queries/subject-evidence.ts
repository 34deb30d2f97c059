import { raw, type Sql, sql, type Tx } from '../../platform/database/index.js';
import { lastUseJson } from './identity-view.js';
import type { PopulationSubject } from './population.js';

/** What is known of a subject, for whoever has to decide about it. Instants, never ages: an age is stale the day after. */
export interface SubjectEvidence {
  readonly subject: { readonly type: PopulationSubject; readonly id: string; readonly displayName: string };
  readonly identity: {
    readonly id: string;
    readonly displayName: string;
    readonly kind: string;
    readonly status: string;
    readonly nature: string;
    readonly source: string;
    readonly scope: string;
    readonly environment: string | null;
    readonly collection: string | null;
  };
  readonly purpose: readonly {
    readonly name: string;
    readonly purpose: string;
    readonly approved: boolean;
    readonly sponsor: string | null;
  }[];
  readonly agents: readonly string[];
  readonly owner: {
    readonly id: string;
    readonly displayName: string;
    readonly active: boolean;
    readonly accepted: boolean;
  } | null;
  readonly privilege: string;
  readonly risk: { readonly level: string | null; readonly because: readonly string[] };
  /** The strongest first; `more` were left off. */
  readonly reach: {
    readonly grants: readonly {
      readonly id: string;
      readonly can: string;
      readonly privilege: string;
      readonly unused: boolean | null;
    }[];
    readonly more: number;
  };
  readonly lastUse: {
    readonly state: 'used' | 'never' | 'unknown';
    readonly at: string | null;
    readonly knownSince: string | null;
    readonly knownUntil: string | null;
    readonly precision: string;
  };
  readonly expectedUse: { readonly pattern?: string } | null;
  readonly bornAt: string | null;
  readonly rotatedAt: string | null;
  readonly expiresAt: string | null;
  readonly canDisable: boolean | null;
  readonly knownLeaked: string | null;
  readonly consumers: readonly string[];
  readonly findings: readonly {
    readonly id: string;
    readonly check: string;
    readonly severity: string;
    readonly reason: string;
    readonly since: string;
  }[];
  readonly unreadable: boolean;
}

const RISK = `CASE serves.rank WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'moderate' WHEN 1 THEN 'low' END`;
const REACH_SHOWN = 8;

const PARTS: Record<
  PopulationSubject,
  {
    from: string;
    id: string;
    name: string;
    scope: string;
    type: string;
    privilege: string;
    use: string;
    known: string;
    born: string;
    rotated: string;
    expires: string;
    canDisable: string;
    leaked: string;
    ofGrant: string;
  }
> = {
  identity: {
    from: 'FROM identities i',
    id: 'i.id',
    name: 'i.display_name',
    scope: 'i.scope_id',
    type: 'i.resource_type',
    privilege: 'i.privilege',
    use: `LEFT JOIN LATERAL (SELECT greatest(iu.last_used_at, cu.at) AS at, CASE WHEN cu.live > 0 THEN CASE WHEN cu.all_tell THEN cu.since END ELSE coalesce(iu.known_since, sr.use_known_since) END AS since,
        CASE WHEN cu.live > 0 THEN CASE WHEN cu.all_tell THEN cu.until END ELSE coalesce(iu.known_until, sr.use_known_until) END AS until, coalesce(iu.precision, cu.precision, 'none') AS precision
      FROM (SELECT 1) one LEFT JOIN identity_usage iu ON iu.identity_id = i.id LEFT JOIN scope_readings sr ON sr.scope_id = i.scope_id AND sr.resource_type = i.resource_type
      LEFT JOIN LATERAL (SELECT count(*) AS live, max(u.last_used_at) AS at, bool_and(k.tells_last_use) AS all_tell, CASE WHEN bool_or(coalesce(u.known_since, r.use_known_since) IS NULL) THEN NULL ELSE max(coalesce(u.known_since, r.use_known_since)) END AS since,
          CASE WHEN bool_or(coalesce(u.known_until, r.use_known_until) IS NULL) THEN NULL ELSE min(coalesce(u.known_until, r.use_known_until)) END AS until, max(u.precision) AS precision
        FROM credentials k LEFT JOIN credential_usage u ON u.credential_id = k.id LEFT JOIN scope_readings r ON r.scope_id = k.scope_id AND r.resource_type = k.resource_type
        WHERE k.identity_id = i.id AND k.removed_at IS NULL AND k.status NOT IN ('disabled', 'expired')) cu ON true) use ON true`,
    known: 'use.since <= i.created_at',
    born: 'i.created_at',
    rotated: 'NULL::timestamptz',
    expires: 'NULL::timestamptz',
    canDisable: 'NULL::boolean',
    leaked: `(SELECT min(k.known_leaked) FROM credentials k WHERE k.identity_id = i.id AND k.removed_at IS NULL AND k.status NOT IN ('disabled', 'expired'))`,
    ofGrant: '',
  },
  credential: {
    from: 'FROM credentials c JOIN identities i ON i.id = c.identity_id',
    id: 'c.id',
    name: 'c.display_name',
    scope: 'c.scope_id',
    type: 'c.resource_type',
    privilege: 'i.privilege',
    use: `LEFT JOIN LATERAL (SELECT u.last_used_at AS at, CASE WHEN c.tells_last_use THEN coalesce(u.known_since, r.use_known_since) END AS since, CASE WHEN c.tells_last_use THEN coalesce(u.known_until, r.use_known_until) END AS until, coalesce(u.precision, 'none') AS precision
      FROM (SELECT 1) one LEFT JOIN credential_usage u ON u.credential_id = c.id LEFT JOIN scope_readings r ON r.scope_id = c.scope_id AND r.resource_type = c.resource_type) use ON true`,
    known: 'use.since <= c.issued_at',
    born: 'c.issued_at',
    rotated: 'c.rotated_at',
    expires: 'c.expires_at',
    canDisable: 'c.can_disable',
    leaked: 'c.known_leaked',
    ofGrant: '',
  },
  grant: {
    from: 'FROM grants g JOIN identities i ON i.id = g.identity_id JOIN entitlements e ON e.id = g.entitlement_id LEFT JOIN resources res ON res.id = g.resource_id',
    id: 'g.id',
    name: `e.display_name || coalesce(' on ' || res.display_name, '')`,
    scope: 'g.scope_id',
    type: 'g.resource_type',
    privilege: 'e.privilege',
    use: `LEFT JOIN LATERAL (SELECT u.last_used_at AS at, coalesce(u.known_since, r.use_known_since) AS since, coalesce(u.known_until, r.use_known_until) AS until, coalesce(u.precision, 'none') AS precision
      FROM (SELECT 1) one LEFT JOIN grant_usage u ON u.grant_id = g.id LEFT JOIN scope_readings r ON r.scope_id = g.scope_id AND r.resource_type = g.resource_type) use ON true`,
    known: 'false',
    born: 'g.first_seen_at',
    rotated: 'NULL::timestamptz',
    expires: 'NULL::timestamptz',
    canDisable: 'NULL::boolean',
    leaked: 'NULL::text',
    ofGrant: 'AND rg.id = g.id',
  },
};

/**
 * Evidence about some subjects of one kind, those that are gone among them. `ids` yields their ids in a column `id`. They are taken as
 * an array, which every join then starts from: of `IN` the planner makes one join among a dozen, and may make it the last.
 */
export function subjectEvidence(
  tx: Tx,
  subject: PopulationSubject,
  ids: Sql,
  now: Date,
): Promise<{ id: string; evidence: SubjectEvidence }[]> {
  const p = PARTS[subject];
  return tx.run(sql`SELECT ${raw(p.id)} AS id, json_build_object(
      'subject', json_build_object('type', ${subject}::text, 'id', ${raw(p.id)}, 'displayName', ${raw(p.name)}),
      'identity', json_build_object('id', i.id, 'displayName', i.display_name, 'kind', i.kind, 'status', CASE WHEN i.removed_at IS NOT NULL THEN 'removed' ELSE i.status END, 'nature', i.nature, 'source', src.name, 'scope', sc.name, 'environment', i.environment, 'collection', col.name),
      'purpose', coalesce(serves.uses, '[]'::json), 'agents', coalesce((SELECT json_agg(a.name ORDER BY a.name) FROM agent_identities ai JOIN agents a ON a.id = ai.agent_id WHERE ai.identity_id = i.id AND a.status = 'active'), '[]'::json),
      'owner', CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name, 'active', p.status <> 'left' AND (p.leaves_at IS NULL OR p.leaves_at > ${now}), 'accepted', o.state = 'accepted') END,
      'privilege', ${raw(p.privilege)}, 'risk', json_build_object('level', identity_risk(${raw(RISK)}, ${raw(p.privilege)}, i.environment, i.outside_trust), 'because', identity_risk_because(${raw(RISK)}, ${raw(p.privilege)}, i.environment, i.outside_trust)),
      'reach', json_build_object('grants', coalesce(reach.grants, '[]'::json), 'more', greatest(0, coalesce(reach.total, 0) - ${REACH_SHOWN}::int)),
      'lastUse', ${lastUseJson('use', p.known)}, 'expectedUse', i.expected_use, 'bornAt', iso(${raw(p.born)}), 'rotatedAt', iso(${raw(p.rotated)}), 'expiresAt', iso(${raw(p.expires)}), 'canDisable', ${raw(p.canDisable)}, 'knownLeaked', ${raw(p.leaked)},
      'consumers', coalesce((SELECT json_agg(k.kind || ' ' || k.locator ORDER BY k.kind, k.locator) FROM (SELECT DISTINCT kind, locator FROM consumers WHERE credential_id ${raw(subject === 'credential' ? '= c.id' : 'IN (SELECT kc.id FROM credentials kc WHERE kc.identity_id = i.id AND kc.removed_at IS NULL)')} LIMIT 10) k), '[]'::json),
      'findings', coalesce((SELECT json_agg(json_build_object('id', f.id, 'check', f.check_id, 'severity', f.severity, 'reason', f.reason, 'since', iso(f.since)) ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low'], f.severity), f.check_id, f.id)
        FROM (SELECT * FROM findings WHERE status IN ('open', 'acknowledged') AND subject_id IN (${raw(subject === 'identity' ? 'i.id' : `i.id, ${p.id}`)}) ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low'], severity), check_id, id LIMIT 10) f), '[]'::json),
      'unreadable', EXISTS (SELECT 1 FROM gaps gp WHERE gp.scope_id = ${raw(p.scope)} AND gp.resource_type = ${raw(p.type)} AND (gp.parent_external_id IS NULL OR gp.parent_external_id = i.external_id))) AS evidence
    ${raw(p.from)}
    JOIN sources src ON src.id = i.source_id JOIN scopes sc ON sc.id = i.scope_id LEFT JOIN collections col ON col.id = i.collection_id
    LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state IN ('provisional', 'accepted') LEFT JOIN persons p ON p.id = o.owner_id
    LEFT JOIN LATERAL (SELECT json_agg(json_build_object('name', u.name, 'purpose', u.purpose, 'approved', u.status = 'approved' AND u.approved_digest = u.digest, 'sponsor', sp.display_name) ORDER BY u.name) AS uses, max(risk_rank(u.risk_level)) FILTER (WHERE u.status = 'approved' AND u.approved_digest = u.digest) AS rank
      FROM (SELECT DISTINCT use_case_id FROM use_case_links WHERE identity_id = i.id AND removed_at IS NULL) l JOIN use_cases u ON u.id = l.use_case_id AND u.status <> 'retired' LEFT JOIN persons sp ON sp.id = u.sponsor_id) serves ON true
    LEFT JOIN LATERAL (SELECT json_agg(json_build_object('id', x.id, 'can', x.can, 'privilege', x.privilege, 'unused', x.unused) ORDER BY x.rank DESC, x.can, x.id) FILTER (WHERE x.place <= ${REACH_SHOWN}) AS grants, max(x.total)::int AS total
      FROM (SELECT rg.id, re.privilege, coalesce(privilege_rank(re.privilege), 6) AS rank, re.display_name || coalesce(' on ' || rr.display_name, '') || coalesce(', through ' || rv.display_name, '') AS can,
          CASE WHEN gu.last_used_at > ${now}::timestamptz - interval '90 days' THEN false WHEN gu.known_since <= ${now}::timestamptz - interval '90 days' AND rg.first_seen_at <= ${now}::timestamptz - interval '90 days' THEN true END AS unused,
          row_number() OVER (ORDER BY coalesce(privilege_rank(re.privilege), 6) DESC, re.display_name, rg.id) AS place, count(*) OVER () AS total
        FROM grants rg JOIN entitlements re ON re.id = rg.entitlement_id LEFT JOIN resources rr ON rr.id = rg.resource_id LEFT JOIN identities rv ON rv.id = rg.via_identity_id LEFT JOIN grant_usage gu ON gu.grant_id = rg.id
        WHERE rg.identity_id = i.id AND rg.removed_at IS NULL AND re.removed_at IS NULL ${raw(p.ofGrant)}) x) reach ON true
    ${raw(p.use)} WHERE ${raw(p.id)} = ANY(ARRAY(SELECT wanted.id FROM (${ids}) AS wanted))`);
}

/** What is known of collections as a whole: their name, template and how many live members they have. */
export function collectionEvidence(
  tx: Tx,
  ids: readonly string[],
): Promise<
  {
    id: string;
    name: string;
    template: string;
    because: string;
    source: string;
    reach: readonly { can: string; privilege: string; members: number }[];
  }[]
> {
  return tx.sql`SELECT c.id, c.name, c.template, c.because, s.name AS source, coalesce((SELECT json_agg(json_build_object('can', t.can, 'privilege', t.privilege, 'members', t.members) ORDER BY t.members DESC, t.can) FROM (
      SELECT e.display_name AS can, e.privilege, count(DISTINCT i.id)::int AS members FROM identities i JOIN grants g ON g.identity_id = i.id AND g.removed_at IS NULL JOIN entitlements e ON e.id = g.entitlement_id AND e.removed_at IS NULL
      WHERE i.collection_id = c.id AND i.removed_at IS NULL GROUP BY e.id, e.display_name, e.privilege ORDER BY 3 DESC, 1 LIMIT 20) t), '[]'::json) AS reach
    FROM collections c JOIN sources s ON s.id = c.source_id WHERE c.id = ANY(${ids}::uuid[])`;
}
