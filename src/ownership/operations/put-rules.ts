import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Clock } from '../../platform/clock/index.js';
import { canonicalJson, newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown, RequestInvalid } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { OwnerCannotAnswer, RuleNameTaken } from '../ownership.errors.js';
import { applyRulesJob } from '../ownership.jobs.js';
import { OwnershipRulesRepository, type RuleView } from '../ownership-rules.repository.js';
import { OwnershipsRepository } from '../ownerships.repository.js';
import type { Answerer, Rule, RuleInput } from '../rules.js';

/** One of a whole set: `id` keeps the rule there was; without one, the name does. */
export type RuleOfSet = RuleInput & { readonly id?: string | undefined };

/** Writes ownership rules. What changes is given to the identities in the background, as one run. */
@Injectable()
export class PutRules {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Replaces the whole set: the order of the list is the order in which they decide; what is not in it goes. */
  async replaceAll(actor: Actor, seen: number, wanted: readonly RuleOfSet[], reason: string | null): Promise<void> {
    assertDistinct(wanted);
    await this.database.transaction(async (tx) => {
      const rules = tx.use(OwnershipRulesRepository);
      assertUnchanged({ version: await rules.lockSet() }, seen);
      const before = await rules.deciding();
      const matched = wanted.map((rule, at) => {
        const known = before.find(({ id, name }) => (rule.id ? id === rule.id : name === rule.name));
        if (rule.id && !known) throw new ReferenceUnknown(`/rules/${at}/id`, 'ownership rule');
        return { rule: { ...rule, id: known?.id ?? newId(this.clock), order: at + 1 }, known };
      });
      const kept = new Set(matched.map(({ rule }) => rule.id));
      const gone = before.filter(({ id }) => !kept.has(id));
      const changed = matched.filter(({ rule, known }) => !known || differs(known, rule));
      for (const { rule, known } of changed)
        await this.assertKnown(tx, rule, known ?? null, `/rules/${rule.order - 1}`);
      const at = this.clock.now();
      for (const { id } of gone) await rules.remove(id, actor.id, reason, at);
      for (const { rule, known } of changed)
        await (known ? rules.save(rule, actor.id, reason, at) : rules.insert(rule, actor.id, reason, at));
      if (gone.length + changed.length === 0) return;
      for (const rule of gone)
        await this.record(tx, actor, 'ownership.rule-removed', rule.id, { before: said(rule), reason });
      for (const { rule, known } of changed)
        await this.record(tx, actor, known ? 'ownership.rule-changed' : 'ownership.rule-created', rule.id, {
          ...(known ? { before: said(known) } : {}),
          after: said(rule),
          reason,
        });
      await this.applied(tx);
    });
  }

  async create(actor: Actor, input: RuleInput, order: number | undefined, reason: string | null): Promise<string> {
    const id = newId(this.clock);
    await this.database.transaction(async (tx) => {
      const rules = tx.use(OwnershipRulesRepository);
      await rules.lockSet();
      const all = await rules.deciding();
      if (all.some(({ name }) => name === input.name)) throw new RuleNameTaken();
      const rule: Rule = { ...input, id, order: order ?? Math.max(0, ...all.map((one) => one.order)) + 1 };
      await this.assertKnown(tx, rule, null, '');
      if (all.some((one) => one.order === rule.order)) await rules.makeRoomAt(rule.order);
      await rules.insert(rule, actor.id, reason, this.clock.now());
      await this.record(tx, actor, 'ownership.rule-created', id, { after: said(rule), reason });
      await this.applied(tx);
    });
    return id;
  }

  async replace(
    actor: Actor,
    id: string,
    seen: number,
    input: RuleInput,
    order: number | undefined,
    reason: string | null,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const rules = tx.use(OwnershipRulesRepository);
      await rules.lockSet();
      const all = await rules.deciding();
      const known = all.find((one) => one.id === id);
      if (!known) throw new NotFound('ownership rule');
      assertUnchanged(known, seen);
      if (all.some((one) => one.name === input.name && one.id !== id)) throw new RuleNameTaken();
      const rule: Rule = { ...input, id, order: order ?? known.order };
      await this.assertKnown(tx, rule, known, '');
      if (all.some((one) => one.order === rule.order && one.id !== id)) await rules.makeRoomAt(rule.order);
      await rules.save(rule, actor.id, reason, this.clock.now());
      await this.record(tx, actor, 'ownership.rule-changed', id, { before: said(known), after: said(rule), reason });
      await this.applied(tx);
    });
  }

  async remove(actor: Actor, id: string, seen: number, reason: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const rules = tx.use(OwnershipRulesRepository);
      await rules.lockSet();
      const known = (await rules.deciding()).find((one) => one.id === id);
      if (!known) throw new NotFound('ownership rule');
      assertUnchanged(known, seen);
      await rules.remove(id, actor.id, reason, this.clock.now());
      await this.record(tx, actor, 'ownership.rule-removed', id, { before: said(known), reason });
      await this.applied(tx);
    });
  }

  private record(
    tx: Tx,
    actor: Actor,
    type: `ownership.${string}`,
    id: string,
    data: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record(tx, { type, actor, target: { type: 'ownership-rule', id }, data });
  }

  private async applied(tx: Tx): Promise<void> {
    await tx.use(OwnershipRulesRepository).raiseSet();
    await this.jobs.enqueue(tx, applyRulesJob, {});
  }

  /** Everybody a rule names is known; whoever it names anew can answer. */
  private async assertKnown(tx: Tx, rule: Rule, before: Rule | null, at: string): Promise<void> {
    if (!rule.owner && !rule.team && !rule.sponsor)
      throw new RequestInvalid([
        { pointer: `${at}/owner`, detail: 'is needed: a rule names an owner, a team or a sponsor' },
      ]);
    const places: [string, Answerer | null, Answerer | null | undefined][] = [
      [`${at}/owner`, rule.owner, before?.owner],
      [`${at}/sponsor`, rule.sponsor, before?.sponsor],
      ...rule.deputies.map((one, n): [string, Answerer, undefined] => [`${at}/deputies/${n}`, one, undefined]),
    ];
    const units = new Set((await tx.use(PeopleRepository).unitsByName()).map(({ id }) => id));
    for (const [pointer, answerer, was] of places) {
      if (answerer === null) continue;
      if ('position' in answerer && answerer.unit !== undefined && !units.has(answerer.unit))
        throw new ReferenceUnknown(`${pointer}/unit`, 'unit');
      if (!('person' in answerer)) continue;
      if (!(await tx.use(PeopleRepository).exists(answerer.person)))
        throw new ReferenceUnknown(`${pointer}/person`, 'person');
      if (canonicalJson(was ?? null) === canonicalJson(answerer)) continue;
      if ((await tx.use(OwnershipsRepository).able([answerer.person], this.clock.now())).size === 0)
        throw new OwnerCannotAnswer(`${pointer}/person`);
    }
    if (rule.team && !(await tx.use(OwnershipsRepository).teamExists(rule.team)))
      throw new ReferenceUnknown(`${at}/team`, 'team');
  }
}

/** What a rule says, without what we keep about it. */
const said = (rule: Rule): Record<string, unknown> => ({
  name: rule.name,
  order: rule.order,
  selector: rule.selector,
  owner: rule.owner,
  team: rule.team,
  sponsor: rule.sponsor,
  deputies: rule.deputies,
  gives: rule.gives,
  replacesAssignments: rule.replacesAssignments,
  remindAfterDays: rule.remindAfterDays,
  escalateAfterDays: rule.escalateAfterDays,
});
const differs = (known: RuleView, rule: Rule): boolean => canonicalJson(said(known)) !== canonicalJson(said(rule));

function assertDistinct(wanted: readonly RuleOfSet[]): void {
  for (const member of ['name', 'id'] as const) {
    const values = wanted.map((rule) => rule[member]);
    const twice = values.findIndex((value, at) => value !== undefined && values.indexOf(value) !== at);
    if (twice >= 0) throw new RequestInvalid([{ pointer: `/rules/${twice}/${member}`, detail: 'stands here twice' }]);
  }
}
