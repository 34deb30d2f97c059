import type pg from 'pg';
import { Engine } from '../../src/checks/index.js';
import { Facts } from '../../src/subjects/index.js';
import type { Product } from './product.js';

const us = `i.managed_by = 'us'`;
const governed = `${us} AND i.status <> 'disabled' AND i.nature <> 'human' AND i.kind <> 'group'`;
const usable = `c.status <> 'disabled' AND i.status <> 'disabled' AND NOT (c.expires_at IS NULL AND c.status = 'expired') AND (c.expires_at IS NULL OR $1 < c.expires_at)`;
const born = `coalesce(c.rotated_at, c.issued_at)`;
const named = `(op.id IS NOT NULL AND o.state IN ('provisional', 'accepted'))`;
const answers = (alias: string): string =>
  `${alias}.status <> 'left' AND (${alias}.leaves_at IS NULL OR $1 < ${alias}.leaves_at)`;
const deputyAnswers = `EXISTS (SELECT 1 FROM persons d WHERE d.id = ANY (o.deputies) AND ${answers('d')})`;
const excused = (more: string): string =>
  `coalesce(i.expected_use->>'approvedBy' IS NOT NULL AND i.expected_use->>'pattern' <> 'continuous' ${more} AND coalesce($1 < (i.expected_use->>'approvedUntil')::timestamptz, true), false)`;
const excusedIdle = excused(
  `AND coalesce(i.expected_use->>'pattern' NOT IN ('scheduled', 'seasonal') OR $1 < (i.expected_use->>'nextDueAt')::timestamptz + interval '7 days', true)`,
);
const excusedForEmergencies = excused(`AND i.expected_use->>'pattern' = 'break-glass'`);
/** Idle for 90 days, and the usage data `u`, `r` covers them. */
const unused = (u: string, r: string, exists: string): string =>
  `(${u}.last_used_at IS NULL OR $1 >= ${u}.last_used_at + interval '90 days') AND $1 >= ${exists} + interval '90 days'
   AND $1 < coalesce(${u}.known_until, ${r}.use_known_until) + interval '48 hours' AND $1 >= coalesce(${u}.known_since, ${r}.use_known_since) + interval '90 days'`;
const life = `CASE WHEN ${born} < c.expires_at THEN extract(epoch FROM c.expires_at - ${born})::double precision ELSE 'infinity' END`;
const firstWarning = `c.expires_at - least(1, ${life} * 0.333 / (30 * 86400)) * interval '30 days'`;

/** Whether what a check finds is held against a predicate. */
export const isCompared = (check: string): boolean => check in BROKEN.credential || check in BROKEN.identity;

/** What each check calls broken, by its default parameters, over the source tables: written anew, from what the checks say and not from their code. */
const BROKEN: Record<'credential' | 'identity', Record<string, string>> = {
  credential: {
    'ai-credential-is-registered': `c.ai_service AND ${governed} AND ${usable} AND coalesce(serves.approved, 0) + coalesce(serves.unapproved, 0) + coalesce(acts.agents, 0) = 0 AND NOT ${named} AND $1 >= c.first_seen_at + interval '7 days'`,
    'credential-age-within-limit': `${us} AND c.kind IN ('access-key', 'api-key', 'client-secret', 'certificate', 'personal-access-token', 'oauth-token', 'ssh-key', 'signing-certificate', 'service-credential') AND ${usable}
      AND $1 >= ${born} + CASE WHEN c.kind IN ('certificate', 'signing-certificate', 'ssh-key') THEN interval '365 days' ELSE interval '90 days' END`,
    'credential-has-expiry': `${us} AND c.can_expire AND c.kind NOT IN ('password', 'federated-trust') AND ${usable}
      AND (c.expires_at IS NULL OR c.expires_at - coalesce(${born}, c.first_seen_at) > CASE c.kind WHEN 'certificate' THEN interval '398 days' WHEN 'signing-certificate' THEN interval '1096 days' ELSE interval '366 days' END)`,
    'credential-is-not-about-to-expire': `${us} AND ${usable} AND c.expires_at IS NOT NULL AND NOT (c.kind = 'password' AND i.nature = 'human') AND ${life} > 7 * 86400 AND $1 >= ${firstWarning}
      AND NOT coalesce(newer.issued_at >= ${firstWarning} AND c.kind NOT IN ('personal-access-token', 'oauth-token', 'ssh-key', 'password', 'federated-trust'), false)`,
    'credential-is-used': `${us} AND ${usable} AND c.tells_last_use AND NOT (c.kind = 'password' AND (i.kind = 'root' OR i.nature IN ('non-human', 'mixed'))) AND NOT ${excusedIdle} AND ${unused('cu', 'csr', `coalesce(${born}, c.first_seen_at)`)}`,
    'expired-credential-is-off': `${us} AND c.status = 'active' AND i.status <> 'disabled' AND $1 >= c.expires_at + interval '24 hours'`,
    'leaked-credential-is-off': `c.known_leaked IS NOT NULL AND c.status <> 'disabled' AND NOT (c.expires_at IS NULL AND c.status = 'expired') AND (c.expires_at IS NULL OR $1 < c.expires_at)`,
    'no-static-credential-where-federation-is-possible': `${us} AND ${usable} AND c.kind IN ('access-key', 'api-key', 'client-secret', 'personal-access-token', 'ssh-key', 'service-credential') AND i.nature IN ('non-human', 'mixed')
      AND c.scope_id IN (SELECT f.scope_id FROM resources f WHERE f.kind IN ('oidc-provider', 'trust-anchor') AND f.removed_at IS NULL) AND NOT coalesce(c.expires_at - ${born} <= interval '24 hours', false) AND NOT ${excusedForEmergencies}`,
    'root-has-no-access-key': `i.kind = 'root' AND c.kind NOT IN ('password', 'federated-trust') AND ${usable}`,
    'rotation-is-finished': `${us} AND c.kind IN ('access-key', 'api-key', 'client-secret') AND c.slots IS NULL AND ${usable} AND $1 >= newer.issued_at + interval '14 days'`,
  },
  identity: {
    'ai-identity-serves-a-use-case': `${governed} AND i.ai_use = 'yes' AND coalesce(serves.approved, 0) = 0 AND (coalesce(serves.unapproved, 0) > 0
      OR ($1 >= i.first_seen_at + interval '7 days' AND NOT coalesce(held.ai > 0 AND coalesce(acts.agents, 0) = 0 AND NOT ${named} AND (held.ai_end IS NULL OR $1 < held.ai_end), false)))`,
    'identity-has-accountable-owner': `${governed} AND NOT ${named} AND $1 >= i.first_seen_at + interval '7 days'`,
    'identity-is-not-orphaned': `${governed} AND ${named} AND NOT (${answers('op')}) AND NOT ${deputyAnswers}`,
    'owner-is-active': `${governed} AND ${named} AND NOT (${answers('op')}) AND ${deputyAnswers}`,
    'identity-is-used': `${governed} AND i.kind <> 'root' AND NOT coalesce(held.telling > 0 AND (held.telling_end IS NULL OR $1 < held.telling_end), false) AND NOT ${excusedIdle} AND ${unused('u', 'sr', 'coalesce(i.created_at, i.first_seen_at)')}`,
    'privilege-fits-risk': `${governed} AND i.kind <> 'root' AND NOT ${excusedForEmergencies} AND i.privilege <> 'unknown'
      AND CASE WHEN coalesce(serves.approved, 0) > 0 THEN privilege_rank(i.privilege) > CASE serves.risk WHEN 4 THEN 5 WHEN 3 THEN 4 WHEN 1 THEN 2 ELSE 3 END ELSE i.privilege = 'admin' AND (i.ai_use = 'yes' OR i.environment IS DISTINCT FROM 'sandbox') END`,
    'service-account-is-not-used-by-people': `${governed} AND i.kind <> 'root' AND NOT ${excusedForEmergencies} AND held.passwords > 0 AND (i.nature = 'non-human' OR (i.nature = 'mixed' AND held.programmatic > 0))`,
    'trust-stays-inside': `${us} AND i.status <> 'disabled' AND i.kind IN ('role', 'workload') AND i.outside_trust <> 'none'
      AND EXISTS (SELECT 1 FROM identity_trusts t WHERE t.identity_id = i.id AND (t.standing = 'outside' OR (t.standing IN ('anyone', 'vendor') AND NOT t.narrowed)))`,
  },
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
  const statements = (['credential', 'identity'] as const).map((subject) => {
    const { relation, joins } = facts.plan(subject, evaluators.get(subject)!.wanted, 'all');
    const counts = Object.entries(BROKEN[subject]).map(
      ([check, predicate]) => `count(*) FILTER (WHERE ${predicate})::int AS "${check}"`,
    );
    return `SELECT ${counts.join(',\n')} ${relation.from} ${joins} WHERE ${relation.live}`;
  });
  return {
    async run(sql, now) {
      const found: Record<string, number> = {};
      for (const statement of statements) {
        const { rows } = await sql.query<Record<string, number>>(statement, [now]);
        Object.assign(found, rows[0]);
      }
      return Object.fromEntries(
        Object.entries(found)
          .filter(([, count]) => count > 0)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
  };
}
