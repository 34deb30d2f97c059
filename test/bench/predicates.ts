import type pg from 'pg';
import { Checks, Engine } from '../../src/checks/index.js';
import type { SubjectType } from '../../src/checks/sdk/index.js';
import { Facts } from '../../src/subjects/index.js';
import { assertSame } from './measure.js';
import type { Product } from './product.js';

const us = `i.managed_by = 'us'`;
const governed = `${us} AND i.status <> 'disabled' AND i.nature <> 'human' AND i.kind <> 'group'`;
const usable = `c.status <> 'disabled' AND i.status <> 'disabled' AND NOT (c.expires_at IS NULL AND c.status = 'expired') AND (c.expires_at IS NULL OR $1 < c.expires_at)`;
const born = `coalesce(c.rotated_at, c.issued_at)`;
const named = `(op.id IS NOT NULL AND o.state IN ('provisional', 'accepted'))`;
const answers = (alias: string): string =>
  `${alias}.status <> 'left' AND (${alias}.leaves_at IS NULL OR $1 < ${alias}.leaves_at)`;
const deputyAnswers = `EXISTS (SELECT 1 FROM persons d WHERE d.id = ANY (o.deputies) AND ${answers('d')})`;
/** What is expected of an identity, and approved until now. */
const expected = (member: string): string => `i.expected_use->>'${member}'`;
const approved = `(i.expected_use IS NOT NULL AND ${expected('approvedBy')} IS NOT NULL AND coalesce($1 < (${expected('approvedUntil')})::timestamptz, true))`;
const isFor = (...patterns: string[]): string =>
  `${expected('pattern')} IN (${patterns.map((pattern) => `'${pattern}'`).join(', ')})`;
const dueFirst = `(${expected('nextDueAt')})::timestamptz`;
const dueEvery = `((${expected('everyDays')})::int * interval '1 day')`;
const whole = (span: string): string =>
  `floor(extract(epoch FROM ${span}) / extract(epoch FROM ${dueEvery}))::int * ${dueEvery}`;
/** The last time it was due a week ago or before. */
const dueLast = `CASE WHEN $1 - interval '7 days' >= ${dueFirst} THEN ${dueFirst} + coalesce(${whole(`($1 - interval '7 days' - ${dueFirst})`)}, interval '0') END`;
const excusedNow = `coalesce(${approved} AND (${isFor('standby', 'break-glass')} OR (${isFor('scheduled', 'seasonal')} AND coalesce($1 < ${dueFirst}, true))), false)`;
const awaited = `coalesce(${approved} AND (${isFor('continuous')} OR (${isFor('scheduled', 'seasonal')} AND ${dueFirst} IS NOT NULL)), false)`;
const excusedForEmergencies = `coalesce(${approved} AND ${isFor('break-glass')}, false)`;
/** Approved to lie idle until it is due, and a week more; what comes again and again, once it was done when it was due. */
const excusedUntilDue = (used: string): string =>
  `coalesce(${approved} AND (${isFor('standby', 'break-glass')} OR (${isFor('scheduled', 'seasonal')}
    AND (${dueFirst} IS NULL OR ${dueLast} IS NULL OR (${dueEvery} IS NOT NULL AND ${used} >= ${dueLast} - interval '7 days')))), false)`;
/** The use of an identity and of all it holds together, and the span in which none could have gone unseen. */
const anyUsed = `greatest(u.last_used_at, hu.used)`;
const anyKnownUntil = `coalesce(u.known_until, sr.use_known_until, hu.used_until)`;
const anyKnownSince = `CASE WHEN coalesce(u.known_until, sr.use_known_until) IS NOT NULL THEN coalesce(u.known_since, sr.use_known_since) ELSE hu.used_since END`;
/** The first time it was due and did not run. */
const missed = `CASE WHEN ${dueEvery} IS NULL OR ${anyUsed} IS NULL OR ${anyUsed} < ${dueFirst} - interval '7 days' THEN ${dueFirst} ELSE ${dueFirst} + ${whole(`(${anyUsed} + interval '7 days' - ${dueFirst})`)} + ${dueEvery} END`;
const runsFrom = `greatest(${anyUsed}, coalesce(i.created_at, i.first_seen_at), (${expected('approvedAt')})::timestamptz)`;
const risk = `identity_risk((ARRAY['low', 'moderate', 'high', 'critical'])[serves.risk], i.privilege, i.environment, i.outside_trust)`;
const stored = `c.kind IN ('access-key', 'api-key', 'client-secret', 'personal-access-token', 'ssh-key', 'service-credential')`;
const federated = `c.scope_id IN (SELECT f.scope_id FROM resources f WHERE f.kind IN ('oidc-provider', 'trust-anchor') AND f.removed_at IS NULL)`;
const servesNothing = `coalesce(serves.approved, 0) + coalesce(serves.unapproved, 0) + coalesce(acts.agents, 0) = 0`;
/** Idle for 90 days, and the usage data `u`, `r` covers them. */
const unused = (u: string, r: string, exists: string): string =>
  `(${u}.last_used_at IS NULL OR $1 >= ${u}.last_used_at + interval '90 days') AND $1 >= ${exists} + interval '90 days'
   AND $1 < coalesce(${u}.known_until, ${r}.use_known_until) + interval '48 hours' AND $1 >= coalesce(${u}.known_since, ${r}.use_known_since) + interval '90 days'`;
const life = `CASE WHEN ${born} < c.expires_at THEN extract(epoch FROM c.expires_at - ${born})::double precision ELSE 'infinity' END`;
const firstWarning = `c.expires_at - least(1, ${life} * 0.333 / (30 * 86400)) * interval '30 days'`;

const worksFor = `EXISTS (SELECT 1 FROM use_case_links l JOIN identities li ON li.id = l.identity_id WHERE l.use_case_id = u.id AND l.removed_at IS NULL AND li.removed_at IS NULL)`;
const atWork = `u.status NOT IN ('retired', 'rejected') AND ${worksFor}`;
const standsApproved = `u.status = 'approved' AND u.approved_digest = u.digest`;
const stays = (id: string): string => `EXISTS (SELECT 1 FROM persons p WHERE p.id = ${id} AND ${answers('p')})`;
const worksAs = `EXISTS (SELECT 1 FROM agent_identities l JOIN identities li ON li.id = l.identity_id WHERE l.agent_id = a.id AND li.removed_at IS NULL)`;
const agentServes = `EXISTS (SELECT 1 FROM agent_use_cases l JOIN use_cases u ON u.id = l.use_case_id WHERE l.agent_id = a.id AND ${standsApproved})`;
const readAt = `(SELECT max(r.last_complete_at) FROM scope_readings r JOIN scopes s ON s.id = r.scope_id WHERE s.source_id = src.id)`;
const everRead = `EXISTS (SELECT 1 FROM sync_runs r WHERE r.source_id = src.id AND r.status IN ('complete', 'partial', 'held'))`;

/** What each check calls broken, by its default parameters, over the source tables: written anew, from what the checks say and not from their code. */
const BROKEN: Partial<Record<SubjectType, Record<string, string>>> = {
  credential: {
    'authentication-is-strong-enough': `${us} AND ${usable} AND c.kind <> 'password' AND NOT (${federated} AND i.nature <> 'human' AND ${stored})
      AND (c.kind = 'service-credential' OR (c.kind IN ('api-key', 'client-secret', 'personal-access-token', 'oauth-token') AND ${risk} IN ('high', 'critical')))`,
    'credential-has-one-consumer': `${us} AND ${usable} AND coalesce(acts.agents, 0) <= 1
      AND c.id IN (SELECT n.credential_id FROM consumers n WHERE n.kind IN ('agent', 'workload', 'application', 'pipeline', 'vendor') GROUP BY n.credential_id, n.kind HAVING min(n.locator) < max(n.locator))`,
    'secret-is-kept-in-an-approved-place': `${us} AND ${usable} AND ${stored}
      AND c.id IN (SELECT n.credential_id FROM consumers n WHERE n.kind IN ('repository', 'source-code', 'configuration-file', 'wiki', 'chat', 'ticket', 'spreadsheet', 'image'))`,
    'ai-credential-is-registered': `c.ai_service AND ${governed} AND ${usable} AND ${servesNothing} AND NOT ${named} AND $1 >= c.first_seen_at + interval '7 days'`,
    'credential-age-within-limit': `${us} AND c.kind IN ('access-key', 'api-key', 'client-secret', 'certificate', 'personal-access-token', 'oauth-token', 'ssh-key', 'signing-certificate', 'service-credential') AND ${usable}
      AND $1 >= ${born} + CASE WHEN c.kind IN ('certificate', 'signing-certificate', 'ssh-key') THEN interval '365 days' ELSE interval '90 days' END`,
    'credential-has-expiry': `${us} AND c.can_expire AND c.kind NOT IN ('password', 'federated-trust') AND ${usable}
      AND (c.expires_at IS NULL OR c.expires_at - coalesce(${born}, c.first_seen_at) > CASE c.kind WHEN 'certificate' THEN interval '398 days' WHEN 'signing-certificate' THEN interval '1096 days' ELSE interval '366 days' END)`,
    'credential-is-not-about-to-expire': `${us} AND ${usable} AND c.expires_at IS NOT NULL AND NOT (c.kind = 'password' AND i.nature = 'human') AND ${life} > 7 * 86400 AND $1 >= ${firstWarning}
      AND NOT coalesce(newer.issued_at >= ${firstWarning} AND c.kind NOT IN ('personal-access-token', 'oauth-token', 'ssh-key', 'password', 'federated-trust'), false)`,
    'credential-is-used': `${us} AND ${usable} AND c.tells_last_use AND NOT (c.kind = 'password' AND (i.kind = 'root' OR i.nature IN ('non-human', 'mixed'))) AND NOT ${excusedUntilDue('cu.last_used_at')} AND ${unused('cu', 'csr', `coalesce(${born}, c.first_seen_at)`)}`,
    'expired-credential-is-off': `${us} AND c.status = 'active' AND i.status <> 'disabled' AND $1 >= c.expires_at + interval '24 hours'`,
    'leaked-credential-is-off': `c.known_leaked IS NOT NULL AND c.status <> 'disabled' AND NOT (c.expires_at IS NULL AND c.status = 'expired') AND (c.expires_at IS NULL OR $1 < c.expires_at)`,
    'no-static-credential-where-federation-is-possible': `${us} AND ${usable} AND ${stored} AND i.nature IN ('non-human', 'mixed') AND ${federated} AND NOT coalesce(c.expires_at - ${born} <= interval '24 hours', false) AND NOT ${excusedForEmergencies}`,
    'root-has-no-access-key': `i.kind = 'root' AND c.kind NOT IN ('password', 'federated-trust') AND ${usable}`,
    'rotation-is-finished': `${us} AND c.kind IN ('access-key', 'api-key', 'client-secret') AND c.slots IS NULL AND ${usable} AND $1 >= newer.issued_at + interval '14 days'`,
  },
  identity: {
    'break-glass-use-is-reviewed': `i.expected_use IS NOT NULL AND ${isFor('break-glass')} AND ${anyUsed} > coalesce((${expected('approvedAt')})::timestamptz, i.first_seen_at)
      AND NOT EXISTS (SELECT 1 FROM use_reviews v WHERE v.identity_id = i.id AND v.used_until >= ${anyUsed})`,
    'environments-are-kept-apart': `${governed} AND i.kind IN ('role', 'workload') AND i.environment = 'production'
      AND EXISTS (SELECT 1 FROM identity_trusts t JOIN scopes s ON s.external_id = t.account_id AND s.id <> i.scope_id WHERE t.identity_id = i.id AND t.standing = 'own' AND t.principal_kind = 'account' AND NOT t.narrowed AND s.environment <> 'production')`,
    'expected-use-happens': `${governed} AND ${awaited} AND CASE ${expected('pattern')}
      WHEN 'continuous' THEN $1 >= ${runsFrom} + interval '14 days' AND $1 < ${anyKnownUntil} + interval '48 hours' AND $1 >= ${anyKnownSince} + interval '14 days'
      ELSE ${dueLast} IS NOT NULL AND coalesce(${anyUsed} < ${dueLast} - interval '7 days', true) AND ${anyKnownSince} <= ${missed} - interval '7 days' AND ${anyKnownUntil} + interval '48 hours' >= ${missed} + interval '7 days' END`,
    'high-risk-identity-has-deputy': `${governed} AND ${risk} IN ('high', 'critical') AND ${named} AND ${answers('op')} AND NOT ${deputyAnswers}`,
    'identity-serves-one-agent': `${governed} AND acts.agents > 1`,
    'nothing-works-for-what-was-retired': `${governed} AND ${servesNothing} AND $1 >= interval '24 hours' + greatest(serves.last_retired,
      CASE WHEN i.id IN (SELECT l.identity_id FROM agent_identities l JOIN agents a ON a.id = l.agent_id WHERE a.status = 'retired') THEN (SELECT max(a.valid_from) FROM agent_identities l JOIN agents a ON a.id = l.agent_id WHERE a.status = 'retired' AND l.identity_id = i.id) END)`,
    'ownership-is-accepted': `${governed} AND op.id IS NOT NULL AND o.state = 'provisional' AND ${answers('op')} AND $1 >= o.assigned_at + interval '14 days'`,
    'unused-privilege-is-taken-away': `${governed} AND NOT ${excusedNow} AND may.idle AND $1 >= coalesce(i.created_at, i.first_seen_at) + interval '90 days' AND $1 < greatest(u.last_used_at, may.used) + interval '90 days'`,
    'vendor-identity-has-internal-owner': `i.managed_by = 'vendor' AND i.status <> 'disabled' AND CASE WHEN ${named} THEN NOT (${answers('op')}) ELSE $1 >= i.first_seen_at + interval '7 days' END`,
    'ai-identity-serves-a-use-case': `${governed} AND i.ai_use = 'yes' AND coalesce(serves.approved, 0) = 0 AND (coalesce(serves.unapproved, 0) > 0
      OR ($1 >= i.first_seen_at + interval '7 days' AND NOT coalesce(held.ai > 0 AND coalesce(acts.agents, 0) = 0 AND NOT ${named} AND (held.ai_end IS NULL OR $1 < held.ai_end), false)))`,
    'identity-has-accountable-owner': `${governed} AND NOT ${named} AND $1 >= i.first_seen_at + interval '7 days'`,
    'identity-is-not-orphaned': `${governed} AND ${named} AND NOT (${answers('op')}) AND NOT ${deputyAnswers}`,
    'owner-is-active': `${governed} AND ${named} AND NOT (${answers('op')}) AND ${deputyAnswers}`,
    'identity-is-used': `${governed} AND i.kind <> 'root' AND NOT coalesce(held.telling > 0 AND (held.telling_end IS NULL OR $1 < held.telling_end), false) AND NOT ${awaited} AND NOT ${excusedNow} AND ${unused('u', 'sr', 'coalesce(i.created_at, i.first_seen_at)')}`,
    'privilege-fits-risk': `${governed} AND i.kind <> 'root' AND NOT ${excusedForEmergencies} AND i.privilege <> 'unknown'
      AND CASE WHEN coalesce(serves.approved, 0) > 0 THEN privilege_rank(i.privilege) > CASE serves.risk WHEN 4 THEN 5 WHEN 3 THEN 4 WHEN 1 THEN 2 ELSE 3 END ELSE i.privilege = 'admin' AND (i.ai_use = 'yes' OR i.environment IS DISTINCT FROM 'sandbox') END`,
    'service-account-is-not-used-by-people': `${governed} AND i.kind <> 'root' AND NOT ${excusedForEmergencies} AND held.passwords > 0 AND (i.nature = 'non-human' OR (i.nature = 'mixed' AND held.programmatic > 0))`,
    'trust-stays-inside': `${us} AND i.status <> 'disabled' AND i.kind IN ('role', 'workload') AND i.outside_trust <> 'none'
      AND EXISTS (SELECT 1 FROM identity_trusts t WHERE t.identity_id = i.id AND (t.standing = 'outside' OR (t.standing IN ('anyone', 'vendor') AND NOT t.narrowed)))`,
  },
  'use-case': {
    'use-case-ai-act-class-is-recorded': `(u.eu_ai_act_class = 'prohibited' AND ${worksFor}) OR (u.eu_ai_act_class IS NULL AND ${atWork})`,
    'use-case-approval-is-independent': `${atWork} AND ${standsApproved} AND (u.sponsor_id = u.approves_id OR (u.risk_level IN ('high', 'critical')
      AND (SELECT count(DISTINCT p.approver) FROM use_case_approvals p WHERE p.use_case_id = u.id AND p.verdict = 'approved' AND p.digest = u.digest) < 2))`,
    'use-case-has-active-sponsor': `${atWork} AND NOT ${stays('u.sponsor_id')}`,
    'use-case-names-its-logging-standard': `${atWork} AND u.logging_standard IS NULL`,
    'use-case-review-is-on-time': `${atWork} AND ${standsApproved} AND (u.review_due_at <= $1 OR u.review_cadence_days IS NULL)`,
    'use-case-risk-is-rated': `${atWork} AND (u.risk_level IS NULL OR $1 >= coalesce(u.approved_at, u.created_at) + CASE u.risk_level WHEN 'low' THEN interval '365 days' WHEN 'moderate' THEN interval '180 days' ELSE interval '90 days' END)`,
    'use-case-roles-are-filled': `${atWork} AND NOT (${stays('u.approves_id')} AND ${stays('u.monitors_id')} AND ${stays('u.remediates_id')})`,
    'use-case-states-its-data-scope': `${atWork} AND cardinality(u.data_scope) = 0`,
    'use-case-states-its-limits': `${atWork} AND (cardinality(u.permitted_actions) = 0 OR u.output_users IS NULL OR u.control_objective IS NULL)`,
  },
  agent: {
    'agent-has-active-owner': `NOT ${stays('a.owner_id')}`,
    'agent-has-guardrails': `a.tools <> '[]' AND a.guardrails = '[]'`,
    'agent-has-its-own-identity': `NOT ${worksAs} AND ${agentServes}`,
    'agent-parts-are-versioned': `a.model IS NULL OR a.prompt IS NULL OR EXISTS (SELECT 1 FROM jsonb_array_elements(a.tools || a.guardrails || a.model || a.prompt) AS part WHERE part->>'version' IS NULL AND part->>'digest' IS NULL)`,
    'agent-serves-a-use-case': `NOT ${worksAs} AND NOT ${agentServes}`,
  },
  person: { 'owner-can-look-after-what-they-own': `${answers('p')} AND owned.identities > 100` },
  source: {
    'source-is-fresh': `src.status IN ('failed', 'held') OR $1 >= coalesce(${readAt} + CASE WHEN src.schedule IS NULL THEN interval '35 days' ELSE interval '26 hours' END, src.created_at + interval '24 hours')`,
    'source-population-is-complete': `EXISTS (SELECT 1 FROM scopes s WHERE s.source_id = src.id AND (s.state = 'unreadable' OR EXISTS (SELECT 1 FROM gaps g WHERE g.scope_id = s.id)
      OR EXISTS (SELECT 1 FROM scope_readings r WHERE r.scope_id = s.id AND r.stated_count <> r.collected_count)))`,
    'source-tells-environments': `${everRead} AND EXISTS (SELECT 1 FROM identities i WHERE i.source_id = src.id AND i.environment IS NULL AND i.removed_at IS NULL AND ${governed})`,
  },
};

/** Joins that a predicate needs beside those of the pass: what is counted is counted in one go. */
const MORE_JOINS: Partial<Record<SubjectType, string>> = {
  identity: `LEFT JOIN (SELECT g.identity_id, max(gu.last_used_at) AS used, bool_or($1 >= g.first_seen_at + interval '30 days' AND (gu.last_used_at IS NULL OR $1 >= gu.last_used_at + interval '90 days')
      AND $1 < coalesce(gu.known_until, gsr.use_known_until) + interval '48 hours' AND $1 >= coalesce(gu.known_since, gsr.use_known_since) + interval '90 days') AS idle
    FROM grants g JOIN entitlements e ON e.id = g.entitlement_id LEFT JOIN grant_usage gu ON gu.grant_id = g.id LEFT JOIN scope_readings gsr ON gsr.scope_id = g.scope_id AND gsr.resource_type = g.resource_type
    WHERE g.removed_at IS NULL AND e.removed_at IS NULL AND e.privilege IN ('admin', 'privileged', 'write') GROUP BY g.identity_id) may ON may.identity_id = i.id`,
};

/**
 * The floor of a full pass: for each kind of subject one count with every check's predicate and the joins the pass makes
 * (those of what is stored of the outcomes apart), in the form that is best for all rows at once. Returns how many each
 * check finds broken, to be held against what the product found.
 */
export async function predicateCounts(
  product: Product,
): Promise<{ run(sql: pg.Client, now: Date): Promise<Record<string, number>> }> {
  const facts = product.get(Facts);
  const evaluators = await product.app.database.read((tx) => product.get(Engine).evaluators(tx));
  const subjects = Object.entries(BROKEN) as [SubjectType, Record<string, string>][];
  // A check that was added without a predicate would cost the pass something and the floor nothing, and be held against nothing.
  assertSame(
    'checks that have a predicate',
    subjects.flatMap(([, checks]) => Object.keys(checks)).sort(),
    product
      .get(Checks)
      .all.map(({ id }) => id)
      .sort(),
  );
  const statements = subjects.map(([subject, checks]) => {
    const { relation, joins } = facts.plan(subject, evaluators.get(subject)!.wanted, 'all');
    const counts = Object.entries(checks).map(
      ([check, predicate]) => `count(*) FILTER (WHERE ${predicate})::int AS "${check}"`,
    );
    return `SELECT ${counts.join(',\n')} ${relation.from} ${joins} ${MORE_JOINS[subject] ?? ''} WHERE ${relation.live}`;
  });
  return {
    async run(sql, now) {
      const found: Record<string, number> = {};
      // The room for joins that the pass gives itself.
      await sql.query(`SET work_mem = '64MB'`);
      for (const statement of statements) {
        const { rows } = await sql.query<Record<string, number>>(statement, statement.includes('$1') ? [now] : []);
        Object.assign(found, rows[0]);
      }
      await sql.query('RESET work_mem');
      return Object.fromEntries(
        Object.entries(found)
          .filter(([, count]) => count > 0)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
  };
}
