import { empty, join, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';
import { type Facts, factsOfSelectors, selectorCondition } from '../../subjects/index.js';
import type { ResolvedRule } from '../rules.js';

/** Somebody has to answer for it (alias `i`): it is ours to govern, and not a person's own account. */
export const NEEDS_OWNER = `(i.managed_by = 'us' AND i.nature <> 'human' AND i.kind <> 'group')`;

/**
 * What the rules want otherwise than it is, for some identities: one row each, with `what`:
 * `give` (nobody answers yet), `move` (somebody else does), `amend` (the same person, by another rule or with other
 * company), `end` (a rule gave it, and none does any more). The first rule that matches and names somebody decides; a
 * rule that matches but has nobody to name now takes away nothing that it gave.
 */
export function ruleDifferences(
  facts: Facts,
  rules: readonly ResolvedRule[],
  heads: ReadonlyMap<string, string>,
  identities: Sql,
  now: Date,
): Sql {
  const wanted = factsOfSelectors(rules.map(({ rule }) => rule.selector));
  const plan = facts.plan('identity', wanted);
  // Each fact is worked out once for each identity, however many rules ask for it.
  const columns = [...wanted].map((name) => `, ${plan.sqlOf(name)} AS "${name}"`).join('');
  const conditions = rules.map(({ rule }) => selectorCondition(rule.selector, (name) => `f."${name}"`, now));
  const deciding = rules.flatMap(({ named, ownerIsHead }, at) =>
    named
      ? [sql`WHEN ${conditions[at]!} ${ownerIsHead ? sql`AND head.person_id IS NOT NULL` : empty} THEN ${at}::integer`]
      : [],
  );
  const holding = rules.flatMap(({ rule, named, ownerIsHead }, at) =>
    !named || ownerIsHead ? [sql`WHEN ${rule.id}::uuid THEN ${conditions[at]!}`] : [],
  );
  const resolved = rules.map(({ rule, owner, ownerIsHead, sponsor, sponsorIsHead, deputies, deputyIsHead }, place) => ({
    place,
    rule_id: rule.id,
    owner_id: owner,
    owner_is_head: ownerIsHead,
    team_id: rule.team,
    sponsor_id: sponsor,
    sponsor_is_head: sponsorIsHead,
    deputies,
    deputy_is_head: deputyIsHead,
    gives: rule.gives,
    replaces: rule.replacesAssignments,
    remind_after_days: rule.remindAfterDays,
    escalate_after_days: rule.escalateAfterDays,
  }));
  return sql`
    SELECT x.* FROM (
      SELECT w.*, o.id AS old_id, o.owner_id AS old_owner_id, o.version AS old_version, CASE WHEN o.basis <> 'rule' THEN o.team_id END AS kept_team_id, CASE WHEN o.basis <> 'rule' THEN o.sponsor_id END AS kept_sponsor_id,
        CASE
          WHEN w.rule_id IS NULL THEN CASE WHEN o.basis = 'rule' AND NOT coalesce(w.holds, FALSE) THEN 'end' END
          WHEN w.owner_id IS NOT NULL AND EXISTS (SELECT 1 FROM ownership_declines d WHERE d.identity_id = w.identity_id AND d.person_id = w.owner_id) THEN CASE WHEN o.basis = 'rule' AND o.owner_id IS DISTINCT FROM w.owner_id THEN 'end' END
          WHEN o.id IS NULL THEN 'give'
          WHEN o.basis = 'rule' THEN CASE
            WHEN o.owner_id IS DISTINCT FROM w.owner_id THEN 'move'
            WHEN (o.rule_id, o.team_id, o.sponsor_id, o.deputies) IS DISTINCT FROM (w.rule_id, w.team_id, w.sponsor_id, w.deputies) OR (o.state = 'proposed' AND w.gives = 'provisional') THEN 'amend' END
          WHEN w.owner_id IS NULL THEN NULL
          WHEN o.owner_id IS NULL OR (o.state = 'proposed' AND w.gives = 'provisional') OR (w.replaces AND o.owner_id <> w.owner_id) THEN 'move'
        END AS what
      FROM (
        SELECT m.identity_id, m.holds, r.rule_id, r.gives, r.replaces, r.team_id, r.remind_after_days, r.escalate_after_days,
          CASE WHEN r.owner_is_head THEN m.head_id ELSE r.owner_id END AS owner_id,
          CASE WHEN r.sponsor_is_head THEN m.head_id ELSE r.sponsor_id END AS sponsor_id,
          array_remove(CASE WHEN r.deputy_is_head AND m.head_id IS NOT NULL AND NOT m.head_id = ANY(r.deputies) THEN r.deputies || m.head_id ELSE r.deputies END, CASE WHEN r.owner_is_head THEN m.head_id ELSE r.owner_id END) AS deputies
        FROM (
          SELECT f.identity_id, head.person_id AS head_id,
            ${deciding.length === 0 ? sql`NULL::integer` : sql`CASE WHEN NOT f.governed THEN NULL ${join(deciding, ' ')} END`} AS place,
            ${holding.length === 0 ? sql`FALSE` : sql`f.governed AND CASE held.rule_id ${join(holding, ' ')} END`} AS holds
          FROM (SELECT i.id AS identity_id, i.unit_id, ${raw(NEEDS_OWNER)} AS governed ${raw(columns)} ${raw(plan.from)} WHERE i.id IN (${identities}) AND i.removed_at IS NULL OFFSET 0) f
          LEFT JOIN ownerships held ON held.identity_id = f.identity_id AND held.state <> 'ended' AND held.basis = 'rule'
          LEFT JOIN unnest(${[...heads.keys()]}::uuid[], ${[...heads.values()]}::uuid[]) AS head(unit_id, person_id) ON head.unit_id = f.unit_id) m
        LEFT JOIN jsonb_to_recordset(${JSON.stringify(resolved)}::jsonb) AS r(place integer, rule_id uuid, owner_id uuid, owner_is_head boolean, team_id uuid, sponsor_id uuid, sponsor_is_head boolean, deputies uuid[], deputy_is_head boolean, gives text, replaces boolean, remind_after_days integer, escalate_after_days integer) ON r.place = m.place
      ) w LEFT JOIN ownerships o ON o.identity_id = w.identity_id AND o.state <> 'ended'
    ) x WHERE x.what IS NOT NULL`;
}

/** The rule that would take an identity from whoever is assigned by hand, if one does. */
export async function ruleThatReplaces(
  tx: Tx,
  facts: Facts,
  rules: readonly ResolvedRule[],
  heads: ReadonlyMap<string, string>,
  identityId: string,
  now: Date,
): Promise<{ name: string; owner: string } | null> {
  const plan = facts.plan('identity', factsOfSelectors(rules.map(({ rule }) => rule.selector)));
  const ways = rules.flatMap(({ rule, named, ownerIsHead }, at) =>
    named
      ? [
          sql`WHEN ${selectorCondition(rule.selector, (name) => plan.sqlOf(name), now)} ${ownerIsHead ? sql`AND i.unit_id = ANY(${[...heads.keys()]}::uuid[])` : empty} THEN ${at}::integer`,
        ]
      : [],
  );
  if (ways.length === 0) return null;
  const [row] = await tx.sql<{
    place: number | null;
    unit: string | null;
  }>`SELECT CASE ${join(ways, ' ')} END AS place, i.unit_id AS unit ${raw(plan.from)} WHERE i.id = ${identityId} AND i.removed_at IS NULL AND ${raw(NEEDS_OWNER)}`;
  const found = row?.place === null || row === undefined ? undefined : rules[row.place];
  if (!found?.rule.replacesAssignments) return null;
  const owner = found.ownerIsHead ? heads.get(row!.unit ?? '') : found.owner;
  return owner ? { name: found.rule.name, owner } : null;
}
