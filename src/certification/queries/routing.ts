import {
  headsOfUnits,
  peopleWhoAnswer,
  everybody,
  population,
  type PopulationFilter,
  type PopulationParts,
} from '../../catalogue/index.js';
import { empty, join, raw, type Sql, sql } from '../../platform/database/index.js';
import type { ReviewerRule, Reviewers } from '../campaign.js';

type Relation = Exclude<ReviewerRule['by'], 'person' | 'team'>;

/** What has to be joined to find out who somebody is to a subject, and the person it then names. */
const RELATIONS: Record<Relation, { joins: (now: Date) => Sql; person: string }> = {
  owner: {
    joins: () => sql`LEFT JOIN able ow ON ow.id = p.owner_id`,
    // Somebody on leave answers only where no deputy does; deputies are looked up only where the owner is not there.
    person: `CASE WHEN ow.status = 'active' THEN ow.id ELSE coalesce((SELECT d.id FROM unnest(p.deputies) WITH ORDINALITY AS named(id, place) JOIN able d ON d.id = named.id AND d.status = 'active' AND d.id IS DISTINCT FROM p.own_person_id ORDER BY named.place LIMIT 1), ow.id) END`,
  },
  sponsor: { joins: () => sql`LEFT JOIN able sp ON sp.id = p.sponsor_id`, person: 'sp.id' },
  'use-case-sponsor': { joins: () => sql`LEFT JOIN able us ON us.id = p.use_case_sponsor_id`, person: 'us.id' },
  'resource-owner': {
    joins: () =>
      sql`LEFT JOIN (SELECT login, min(id::text)::uuid AS id FROM (SELECT login, id FROM able UNION SELECT email, id FROM able WHERE email IS NOT NULL) k GROUP BY login HAVING count(DISTINCT id) < 2) ro ON ro.login = p.resource_owner`,
    person: 'ro.id',
  },
  manager: {
    joins: () =>
      sql`LEFT JOIN (${everybody}) pw ON pw.id = coalesce(p.own_person_id, p.owner_id) LEFT JOIN able mg ON mg.id = pw.manager_id`,
    person: 'mg.id',
  },
  'unit-head': {
    joins: () =>
      sql`LEFT JOIN ${rowsOf('heads', 'unit_id', 'head_id')} AS hu(unit_id, head_id) ON hu.unit_id = p.unit_id LEFT JOIN able uh ON uh.id = hu.head_id`,
    person: 'uh.id',
  },
};

const named = (rule: ReviewerRule): rule is Extract<ReviewerRule, { by: 'person' | 'team' }> =>
  rule.by === 'person' || rule.by === 'team';

/** The chains that apply: what is privileged, and what is a person's own, is not certified by its owner. */
function chains(
  reviewers: Reviewers,
  stage: number,
): { plain: ReviewerRule[]; privileged: ReviewerRule[]; personal: ReviewerRule[] } {
  const rules = reviewers.stages[stage - 1]?.rules ?? [];
  const last: ReviewerRule[] = reviewers.fallback === null ? [] : [reviewers.fallback];
  const byName = rules.filter(named);
  return {
    plain: [...rules, ...last],
    privileged: [
      ...(['resource-owner', 'sponsor', 'use-case-sponsor'] as const).map((by) => ({ by })),
      ...rules.filter(({ by }) => by !== 'owner'),
      ...last,
    ],
    personal: [{ by: 'manager' }, ...byName, ...last],
  };
}

/**
 * A population with who is asked about each subject, as a query: every column of the population, and `reviewer_id` (a person or
 * a team; null = nobody), `route` (the rule that named them) and `delegated_from`. Nobody is asked about their own access.
 */
export function routed(
  filter: PopulationFilter,
  reviewers: Reviewers,
  now: Date,
  parts: PopulationParts = {},
  stage = 1,
): Sql {
  const { plain, privileged, personal } = chains(reviewers, stage);
  const isGrant = filter.subject === 'grant';
  const relations = [
    ...new Set(
      [...plain, ...personal, ...(isGrant ? privileged : [])].filter((rule) => !named(rule)).map(({ by }) => by),
    ),
  ];
  const column = (by: Relation): string => `r_${by.replaceAll('-', '_')}`;
  const who = (rule: ReviewerRule): Sql =>
    rule.by === 'person'
      ? sql`CASE WHEN (SELECT count(*) FROM able WHERE id = ${rule.person}::uuid) > 0 AND q.own_person_id IS DISTINCT FROM ${rule.person}::uuid THEN ${rule.person}::uuid END`
      : rule.by === 'team'
        ? sql`${rule.team}::uuid`
        : raw(`q.${column(rule.by)}`);
  const pick = (rules: readonly ReviewerRule[], what: (rule: ReviewerRule) => Sql): Sql =>
    rules.length === 0
      ? sql`NULL`
      : sql`CASE ${join(
          rules.map((rule) => sql`WHEN ${who(rule)} IS NOT NULL THEN ${what(rule)}`),
          ' ',
        )} END`;
  const choose = (what: (rule: ReviewerRule) => Sql): Sql =>
    sql`CASE WHEN q.personal THEN ${pick(personal, what)} ${isGrant ? sql`WHEN privilege_rank(q.privilege) >= 4 THEN ${pick(privileged, what)}` : empty} ELSE ${pick(plain, what)} END`;
  // An offset of nothing keeps each choice from being worked out again for every place that names it. As a number it would have to
  // be converted first, and until then PostgreSQL takes it for a limit, which keeps several processes from sharing the work.
  return sql`SELECT chosen.*, coalesce(${AWAY}, chosen.routed_id) AS reviewer_id, CASE WHEN ${AWAY} IS NOT NULL THEN chosen.routed_id END AS delegated_from
    FROM (SELECT q.*, (${choose(who)})::uuid AS routed_id, (${choose((rule) => sql`${rule.by}::text`)}) AS route
      FROM (SELECT p.* ${
        relations.length === 0
          ? empty
          : sql`, ${join(
              relations.map((by) => raw(`nullif(${RELATIONS[by].person}, p.own_person_id) AS ${column(by)}`)),
              ', ',
            )}`
      }
        FROM (${population(filter, now, parts)} ${parts.few ? empty : sql`OFFSET '0'`}) p ${
          relations.length === 0
            ? empty
            : join(
                relations.map((by) => RELATIONS[by].joins(now)),
                ' ',
              )
        } OFFSET '0') q OFFSET '0') chosen LEFT JOIN ${rowsOf('away', 'person_id', 'delegate_id')} AS aw(person_id, delegate_id) ON aw.person_id = chosen.routed_id`;
}

/** Whoever is away has the one named who decides for them meanwhile; nobody decides about their own. */
const AWAY = sql`nullif(aw.delegate_id, chosen.own_person_id)`;

/** Two columns of a member of the WITH, a row each: what scans the member itself is never shared out among several processes. */
const rowsOf = (member: string, key: string, value: string): Sql =>
  raw(
    `unnest(ARRAY(SELECT ${key} FROM ${member} ORDER BY ${key}), ARRAY(SELECT ${value} FROM ${member} ORDER BY ${key}))`,
  );

/** What {@link routed} stands on: who can answer at all, who decides for whom right now, and who heads each unit. For a WITH clause. */
export const routingGround = (now: Date): Sql => sql`able AS NOT MATERIALIZED (${peopleWhoAnswer(now)}),
  away AS MATERIALIZED (SELECT DISTINCT ON (d.person_id) d.person_id, d.delegate_id FROM delegations d JOIN able a ON a.id = d.delegate_id WHERE d.ended_at IS NULL AND d.starts_at <= ${now} AND d.ends_at > ${now} ORDER BY d.person_id, d.created_at DESC),
  heads AS MATERIALIZED (${headsOfUnits})`;
