import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import {
  type Actor,
  assertUnchanged,
  checked,
  NotFound,
  RequestInvalid,
  systemActor,
} from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { CheckUnknown, DefaultPolicyIsLast, PolicyNameTaken } from '../checks.errors.js';
import { fullPass } from '../checks.jobs.js';
import type { Mode } from '../engine/decisions.js';
import { Checks } from '../engine/engine.js';
import type { Selector } from '../../subjects/index.js';
import { PoliciesRepository, type PolicyCheck } from '../policies.repository.js';

export interface PolicyInput {
  readonly name: string;
  /** Its place among the policies, from 1; left out = before the default policy. */
  readonly order?: number | undefined;
  readonly selector: Selector;
  readonly mode: Mode;
  readonly checks: readonly PolicyCheck[];
  readonly reason?: string | null | undefined;
}

const LAST = 2_147_483_647;

/** Writes policies. Saving one has everything evaluated under it. */
@Injectable()
export class PutPolicy {
  constructor(
    private readonly database: Database,
    private readonly checks: Checks,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** The policy of last resort, made at the first start: every check by its defaults, observing. */
  ensureDefault(): Promise<void> {
    return this.database.transaction(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      await policies.lock();
      if ((await policies.all()).some(({ isDefault }) => isDefault)) return;
      const id = newId(this.clock);
      await policies.insert({
        id,
        name: 'Default',
        order: LAST,
        isDefault: true,
        selector: {},
        mode: 'observe',
        checks: [],
        by: 'system:checks',
        reason: 'made at the first start',
        at: this.clock.now(),
      });
      await this.audit.record(tx, {
        type: 'checks.policy-created',
        actor: systemActor('checks'),
        target: { type: 'policy', id },
        data: { name: 'Default', mode: 'observe' },
      });
    });
  }

  async create(actor: Actor, input: PolicyInput): Promise<string> {
    await this.assertChecks(input.checks);
    const id = newId(this.clock);
    await this.database.transaction(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      await policies.lock();
      const all = await policies.all();
      if (all.some(({ name }) => name === input.name)) throw new PolicyNameTaken();
      const order =
        input.order ?? Math.max(0, ...all.filter(({ isDefault }) => !isDefault).map((policy) => policy.order)) + 1;
      if (all.some((policy) => policy.order === order)) await policies.makeRoomAt(order);
      await policies.insert({
        id,
        ...input,
        order,
        isDefault: false,
        by: actor.id,
        reason: input.reason ?? null,
        at: this.clock.now(),
      });
      await this.record(tx, actor, 'checks.policy-created', id, { after: { ...input, order } });
    });
    return id;
  }

  async replace(actor: Actor, id: string, seen: number, input: PolicyInput): Promise<void> {
    await this.assertChecks(input.checks);
    await this.database.transaction(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      await policies.lock();
      const policy = await policies.forChange(id);
      if (!policy) throw new NotFound('policy');
      assertUnchanged(policy, seen);
      if (policy.isDefault && Object.keys(input.selector).length > 0) throw new DefaultPolicyIsLast('/selector');
      if (policy.isDefault && input.order !== undefined && input.order !== policy.order)
        throw new DefaultPolicyIsLast('/order');
      const all = await policies.all();
      if (all.some((other) => other.name === input.name && other.id !== id)) throw new PolicyNameTaken();
      const order = policy.isDefault ? policy.order : (input.order ?? policy.order);
      if (all.some((other) => other.order === order && other.id !== id)) await policies.makeRoomAt(order);
      await policies.save({ id, ...input, order, by: actor.id, reason: input.reason ?? null, at: this.clock.now() });
      const before = {
        name: policy.name,
        order: policy.order,
        selector: policy.selector,
        mode: policy.mode,
        checks: policy.checks,
      };
      await this.record(tx, actor, 'checks.policy-changed', id, { before, after: { ...input, order } });
    });
  }

  async remove(actor: Actor, id: string, seen: number, reason: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      await policies.lock();
      const policy = await policies.forChange(id);
      if (!policy) throw new NotFound('policy');
      assertUnchanged(policy, seen);
      if (policy.isDefault) throw new DefaultPolicyIsLast('');
      await policies.remove(id, actor.id, reason, this.clock.now());
      await this.record(tx, actor, 'checks.policy-removed', id, {
        before: {
          name: policy.name,
          order: policy.order,
          selector: policy.selector,
          mode: policy.mode,
          checks: policy.checks,
        },
        reason,
      });
    });
  }

  private async record(
    tx: Tx,
    actor: Actor,
    type: `checks.${string}`,
    id: string,
    data: Record<string, unknown>,
  ): Promise<void> {
    await this.audit.record(tx, { type, actor, target: { type: 'policy', id }, data });
    await this.jobs.enqueue(tx, fullPass, { kind: 'full' as const });
  }

  /** Every check that is named exists, once, and takes the parameters it is given. */
  private async assertChecks(named: readonly PolicyCheck[]): Promise<void> {
    for (const [at, { id, parameters }] of named.entries()) {
      const check = this.checks.get(id);
      if (!check) throw new CheckUnknown(`/checks/${at}/id`);
      if (named.findIndex((other) => other.id === id) !== at)
        throw new RequestInvalid([{ pointer: `/checks/${at}/id`, detail: 'stands here twice' }]);
      try {
        await checked(check.parameterSchema, { ...(check.parameters as object), ...parameters });
      } catch (error) {
        if (!(error instanceof RequestInvalid)) throw error;
        throw new RequestInvalid(
          error.details.errors.map(({ pointer, detail }) => ({
            pointer: `/checks/${at}/parameters${pointer ?? ''}`,
            detail,
          })),
        );
      }
    }
  }
}
