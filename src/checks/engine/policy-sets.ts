import { Injectable } from '@nestjs/common';
import { canonicalJson, newId } from '../../platform/crypto/index.js';
import { Clock } from '../../platform/clock/index.js';
import type { Tx } from '../../platform/database/index.js';
import { checked, DomainError, type InputError, RequestInvalid } from '../../platform/http/index.js';
import { settingsOf } from '../checks.schemas.js';
import { PoliciesRepository, type PolicyContent, type PolicyRow } from '../policies.repository.js';
import type { PolicySettings } from '../policy-settings.js';
import { type PolicySet, policySet } from '../policy-set.schemas.js';
import { asRow, contentOf, inOrder, type PolicyInput } from './arrange.js';
import { PolicyRules } from './policy-rules.js';
import { PortableSelectors } from './portable-selectors.js';

/** One policy of a set that is not as it was. */
export interface SetChange {
  readonly change: 'added' | 'changed' | 'moved' | 'removed';
  readonly name: string;
  readonly id: string;
  readonly before: PolicyRow | null;
  readonly after: PolicyRow | null;
  readonly fields: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
}

/** All policies as a set would leave them. */
export interface ArrangedSet {
  readonly rows: readonly PolicyRow[];
  readonly changes: readonly SetChange[];
  readonly unchanged: number;
}

/** Reads policies that are kept as code, and says what they would change. */
@Injectable()
export class PolicySets {
  constructor(
    private readonly rules: PolicyRules,
    private readonly clock: Clock,
  ) {}

  /** Everything that is wrong with a set at once; an empty list = it can be applied. */
  async errorsIn(tx: Tx, body: unknown): Promise<{ set: PolicySet | null; errors: readonly InputError[] }> {
    try {
      const set = await checked(policySet, body);
      const { errors } = await this.inputs(tx, set);
      return { set, errors };
    } catch (error) {
      if (error instanceof RequestInvalid) return { set: null, errors: error.details.errors };
      throw error;
    }
  }

  /** What a set would leave, and how that differs from what is there. */
  async arrange(tx: Tx, set: PolicySet): Promise<ArrangedSet> {
    const { inputs, errors } = await this.inputs(tx, set);
    if (errors.length > 0) throw new RequestInvalid(errors);
    const all = await tx.use(PoliciesRepository).all();
    const at = this.clock.now();
    const rows: PolicyRow[] = [];
    for (const { input, isDefault } of inputs) {
      const before = all.find((one) => (isDefault ? one.isDefault : !one.isDefault && one.name === input.name)) ?? null;
      rows.push(asRow(before?.id ?? newId(this.clock), contentOf(input, before, all, at), before, at));
    }
    const named = new Set(rows.map(({ id }) => id));
    const others = set.prune ? [] : all.filter(({ id, isDefault }) => !isDefault && !named.has(id));
    const last = all.find(({ isDefault }) => isDefault)!;
    const sorted = renumbered(
      [...rows.filter(({ isDefault }) => !isDefault), ...others],
      new Map(all.map(({ id, order }) => [id, order])),
    );
    const after = inOrder([...sorted, rows.find(({ isDefault }) => isDefault) ?? last]);
    const changes = changesBetween(all, after);
    return { rows: after, changes, unchanged: after.length - changes.filter(({ after: row }) => row !== null).length };
  }

  /** The policies as code. What belongs to this installation alone (ids, the instant of a baseline) stays here. */
  async exported(tx: Tx, rows: readonly PolicyRow[]): Promise<PolicySet['policies']> {
    const names = await PortableSelectors.of(
      tx,
      rows.map(({ selector }) => selector),
    );
    return rows.map(({ name, isDefault, selector, mode, checks, settings }) => ({
      name,
      isDefault,
      selector: names.toNames(selector),
      mode,
      checks: checks.map((check) => ({ ...check })),
      ...portableSettings(settings),
    }));
  }

  private async inputs(
    tx: Tx,
    set: PolicySet,
  ): Promise<{ inputs: { input: PolicyInput; isDefault: boolean }[]; errors: InputError[] }> {
    const errors: InputError[] = [];
    const names = await PortableSelectors.of(
      tx,
      set.policies.map(({ selector }) => selector),
    );
    const inputs: { input: PolicyInput; isDefault: boolean }[] = [];
    for (const [at, policy] of set.policies.entries()) {
      const pointer = `/policies/${at}`;
      await this.tell(errors, () => this.rules.assertChecks(policy.checks, pointer));
      if (set.policies.findIndex(({ name }) => name === policy.name) !== at)
        errors.push({ pointer: `${pointer}/name`, detail: 'stands here twice' });
      if (policy.isDefault && at !== set.policies.length - 1)
        errors.push({ pointer: `${pointer}/isDefault`, detail: 'stands last' });
      if (policy.isDefault && Object.keys(policy.selector).length > 0)
        errors.push({ pointer: `${pointer}/selector`, detail: 'cannot be changed on the default policy' });
      inputs.push({
        isDefault: policy.isDefault,
        input: {
          name: policy.name,
          selector: names.toIds(policy.selector, `${pointer}/selector`, errors),
          mode: policy.mode,
          checks: policy.checks,
          settings: settingsOf(policy),
          reason: set.reason ?? null,
        },
      });
    }
    return { inputs, errors };
  }

  private async tell(errors: InputError[], check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      const own =
        error instanceof DomainError ? (error.details.errors as readonly InputError[] | undefined) : undefined;
      if (!own) throw error;
      errors.push(...own);
    }
  }
}

function portableSettings({ waves, ...settings }: PolicySettings): PolicySettings {
  return waves ? { ...settings, waves: { weeks: waves.weeks, newSubjects: waves.newSubjects } } : settings;
}

/** Rising places in the order given: a policy keeps its own where that is possible. */
function renumbered(rows: readonly PolicyRow[], places: ReadonlyMap<string, number>): PolicyRow[] {
  let last = 0;
  return rows.map((row) => {
    const own = places.get(row.id);
    last = own !== undefined && own > last ? own : last + 1;
    return { ...row, order: last };
  });
}

const FIELDS = [
  'name',
  'selector',
  'mode',
  'checks',
  'settings',
  'order',
] as const satisfies readonly (keyof PolicyContent)[];

function changesBetween(before: readonly PolicyRow[], after: readonly PolicyRow[]): SetChange[] {
  const changes: SetChange[] = [];
  for (const row of after) {
    const was = before.find(({ id }) => id === row.id) ?? null;
    const fields = FIELDS.filter((field) => canonicalJson(was?.[field] ?? null) !== canonicalJson(row[field])).map(
      (field) => ({ field, before: was?.[field] ?? null, after: row[field] }),
    );
    if (fields.length === 0) continue;
    const change = was === null ? 'added' : fields.every(({ field }) => field === 'order') ? 'moved' : 'changed';
    changes.push({ change, name: row.name, id: row.id, before: was, after: row, fields });
  }
  for (const was of before)
    if (!after.some(({ id }) => id === was.id))
      changes.push({ change: 'removed', name: was.name, id: was.id, before: was, after: null, fields: [] });
  return changes;
}
