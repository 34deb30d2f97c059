import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, systemActor } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { DefaultPolicyIsLast } from '../checks.errors.js';
import { fullPass } from '../checks.jobs.js';
import { contentOf, type PolicyInput } from '../engine/arrange.js';
import { PolicyRules } from '../engine/policy-rules.js';
import { type Change, PoliciesRepository, type PolicyContent, type PolicyRow } from '../policies.repository.js';

const LAST = 2_147_483_647;

/** Writes policies. Saving one has everything evaluated under it. */
@Injectable()
export class PutPolicy {
  constructor(
    private readonly database: Database,
    private readonly rules: PolicyRules,
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
      await policies.insert(
        { id, name: 'Default', order: LAST, isDefault: true, selector: {}, mode: 'observe', checks: [], settings: {} },
        { by: 'system:checks', reason: 'made at the first start', at: this.clock.now() },
      );
      await this.audit.record(tx, {
        // Not an event anybody follows: the queue is not open yet.
        type: 'checks.default-policy-created',
        actor: systemActor('checks'),
        target: { type: 'policy', id },
        data: { name: 'Default', mode: 'observe' },
      });
    });
  }

  async create(actor: Actor, input: PolicyInput): Promise<string> {
    await this.rules.assertChecks(input.checks);
    const id = newId(this.clock);
    await this.database.transaction(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      await policies.lock();
      const all = await policies.all();
      this.rules.assertPlace(input, null, all);
      const change = this.change(actor, input);
      const content = contentOf(input, null, all, change.at);
      if (all.some(({ order }) => order === content.order)) await policies.makeRoomAt(content.order);
      await policies.insert({ id, ...content, isDefault: false }, change);
      await this.record(tx, actor, 'checks.policy-created', id, { after: content, reason: change.reason });
    });
    return id;
  }

  async replace(actor: Actor, id: string, seen: number, input: PolicyInput): Promise<void> {
    await this.rules.assertChecks(input.checks);
    await this.database.transaction(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      await policies.lock();
      const policy = await policies.forChange(id);
      if (!policy) throw new NotFound('policy');
      assertUnchanged(policy, seen);
      const all = await policies.all();
      this.rules.assertPlace(input, policy, all);
      const change = this.change(actor, input);
      const content = contentOf(input, policy, all, change.at);
      if (all.some((other) => other.order === content.order && other.id !== id))
        await policies.makeRoomAt(content.order);
      await policies.save({ id, ...content }, change);
      await this.record(tx, actor, 'checks.policy-changed', id, {
        before: plain(policy),
        after: content,
        reason: change.reason,
      });
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
      await policies.remove(id, this.change(actor, { reason }));
      await this.record(tx, actor, 'checks.policy-removed', id, { before: plain(policy), reason });
    });
  }

  private readonly change = (actor: Actor, { reason }: { reason?: string | null | undefined }): Change => ({
    by: actor.id,
    reason: reason ?? null,
    at: this.clock.now(),
  });

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
}

/** What a policy says, for the log: without who said it. */
export const plain = ({ name, order, selector, mode, checks, settings }: PolicyRow): PolicyContent => ({
  name,
  order,
  selector,
  mode,
  checks,
  settings,
});
