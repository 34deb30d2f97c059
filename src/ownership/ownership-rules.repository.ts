import { raw, type Tx } from '../platform/database/index.js';
import type { Selector } from '../subjects/index.js';
import { type Answerer, headsOf, type Rule, type Standing } from './rules.js';

/** A rule as the API shows it. */
export interface RuleView extends Rule {
  readonly changedBy: string;
  readonly reason: string | null;
  readonly validFrom: string;
  readonly version: number;
  /** How many identities it gives an owner now. */
  readonly identities: number;
}

const COLUMNS = raw(
  `r.id, r.name, r.position AS "order", r.selector, r.owner, r.team_id AS team, r.sponsor, r.deputies, r.gives, r.replaces_assignments AS "replacesAssignments",
  r.remind_after_days AS "remindAfterDays", r.escalate_after_days AS "escalateAfterDays", r.changed_by AS "changedBy", r.reason, iso(r.valid_from) AS "validFrom", r.version`,
);
const COUNT = raw(
  `(SELECT count(*)::int FROM ownerships o WHERE o.rule_id = r.id AND o.state <> 'ended') AS identities`,
);

export class OwnershipRulesRepository {
  constructor(private readonly tx: Tx) {}

  /** In the order in which they decide. */
  all(): Promise<RuleView[]> {
    return this.tx
      .sql<RuleView>`SELECT ${COLUMNS}, ${COUNT} FROM ownership_rules r WHERE r.removed_at IS NULL ORDER BY r.position`;
  }
  /** The same, without what costs: for whoever applies them. */
  deciding(): Promise<RuleView[]> {
    return this.tx
      .sql<RuleView>`SELECT ${COLUMNS} FROM ownership_rules r WHERE r.removed_at IS NULL ORDER BY r.position`;
  }
  async one(id: string): Promise<RuleView | null> {
    const [row] = await this.tx
      .sql<RuleView>`SELECT ${COLUMNS}, ${COUNT} FROM ownership_rules r WHERE r.id = ${id} AND r.removed_at IS NULL`;
    return row ?? null;
  }
  async any(): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM ownership_rules WHERE removed_at IS NULL LIMIT 1`).length > 0;
  }

  /** Locks the set and tells its version: whoever writes a rule writes the set. */
  async lockSet(): Promise<number> {
    const [row] = await this.tx.sql<{ version: number }>`SELECT version FROM ownership_rule_set FOR UPDATE`;
    return row!.version;
  }
  async setVersion(): Promise<number> {
    return (await this.tx.sql<{ version: number }>`SELECT version FROM ownership_rule_set`)[0]!.version;
  }
  async raiseSet(): Promise<void> {
    await this.tx.sql`UPDATE ownership_rule_set SET version = version + 1`;
  }
  async appliedDigest(): Promise<string | null> {
    return (await this.tx.sql<{ digest: string | null }>`SELECT applied_digest AS digest FROM ownership_rule_set`)[0]!
      .digest;
  }
  async noteApplied(digest: string, at: Date): Promise<void> {
    await this.tx.sql`UPDATE ownership_rule_set SET applied_digest = ${digest}, applied_at = ${at}`;
  }

  async insert(rule: Rule, by: string, reason: string | null, at: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO ownership_rules (id, name, position, selector, owner, team_id, sponsor, deputies, gives, replaces_assignments, remind_after_days, escalate_after_days, changed_by, reason, valid_from)
      VALUES (${rule.id}, ${rule.name}, ${rule.order}, ${json(rule.selector)}, ${json(rule.owner)}, ${rule.team}, ${json(rule.sponsor)}, ${json(rule.deputies)}, ${rule.gives}, ${rule.replacesAssignments},
        ${rule.remindAfterDays}, ${rule.escalateAfterDays}, ${by}, ${reason}, ${at})`;
  }
  async save(rule: Rule, by: string, reason: string | null, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE ownership_rules SET name = ${rule.name}, position = ${rule.order}, selector = ${json(rule.selector)}, owner = ${json(rule.owner)}, team_id = ${rule.team}, sponsor = ${json(rule.sponsor)}, deputies = ${json(rule.deputies)},
      gives = ${rule.gives}, replaces_assignments = ${rule.replacesAssignments}, remind_after_days = ${rule.remindAfterDays}, escalate_after_days = ${rule.escalateAfterDays}, changed_by = ${by}, reason = ${reason}, valid_from = ${at}, version = version + 1
      WHERE id = ${rule.id}`;
  }
  async remove(id: string, by: string, reason: string | null, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE ownership_rules SET removed_at = ${at}, changed_by = ${by}, reason = ${reason}, valid_from = ${at}, version = version + 1 WHERE id = ${id}`;
  }
  async makeRoomAt(order: number): Promise<void> {
    await this.tx
      .sql`UPDATE ownership_rules SET position = position + 1 WHERE removed_at IS NULL AND position >= ${order}`;
  }

  /** For every unit the head who answers for it now. */
  async heads(now: Date): Promise<ReadonlyMap<string, string>> {
    const units = await this.tx.sql<{
      id: string;
      parentId: string | null;
      headId: string | null;
      able: boolean;
    }>`SELECT u.id, u.parent_id AS "parentId", u.head_id AS "headId", coalesce(h.status <> 'left' AND (h.leaves_at IS NULL OR h.leaves_at > ${now}), false) AS able FROM units u LEFT JOIN persons h ON h.id = u.head_id`;
    return headsOf(units, new Set(units.flatMap(({ headId, able }) => (able && headId !== null ? [headId] : []))));
  }

  /** Who of the people, positions and units that rules name can answer now. */
  async standing(rules: readonly Rule[], now: Date): Promise<Standing> {
    const answerers = rules.flatMap(({ owner, sponsor, deputies }) => [owner, sponsor, ...deputies]);
    const named = answerers.flatMap((one) => (one && 'person' in one ? [one.person] : []));
    const positions = answerers.flatMap((one) => (one && 'position' in one ? [one.position.toLowerCase()] : []));
    const units = answerers.some((one) => one && 'headOf' in one)
      ? await this.tx.sql<{
          id: string;
          parentId: string | null;
          headId: string | null;
        }>`SELECT id, parent_id AS "parentId", head_id AS "headId" FROM units`
      : [];
    const people = [...named, ...units.flatMap(({ headId }) => headId ?? [])];
    const found = await this.tx.sql<{
      id: string;
      position: string | null;
      unit: string | null;
    }>`SELECT p.id, lower(p.position) AS position, p.unit_id AS unit FROM persons p
      WHERE (p.id = ANY(${people}::uuid[]) OR lower(p.position) = ANY(${positions}::text[])) AND p.status <> 'left' AND (p.leaves_at IS NULL OR p.leaves_at > ${now}) ORDER BY p.id`;
    const able = new Set(found.map(({ id }) => id));
    const holders = new Map<string, { id: string; unit: string | null }[]>();
    for (const { id, position, unit } of found)
      if (position !== null) holders.set(position, [...(holders.get(position) ?? []), { id, unit }]);
    return { able, holders, heads: headsOf(units, able) };
  }
}

const json = (value: Selector | Answerer | readonly Answerer[] | null): string | null =>
  value === null ? null : JSON.stringify(value);
