import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { actionsOn, Checks } from '../../checks/index.js';
import { type AskedAction, askedActions, enforcedFindings } from '../../findings/index.js';
import { type TargetAtSource, targetsAtSources } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { ActionsRepository } from '../actions.repository.js';
import { type RowToPlan, rowsToPlan } from '../queries/rows-to-plan.js';
import { PlanActions } from './plan-actions.js';

const AT_ONCE = 500;

interface Cause {
  readonly type: string;
  readonly id: string;
}
type Asking = AskedAction & { readonly action: NonNullable<AskedAction['action']> };
type Refusal = 'target-gone' | 'not-possible-for-this';

/**
 * Makes the planned actions what findings ask for now, whatever was planned before: asked for and not on its way is
 * planned, asked for no longer is withdrawn as long as nothing ran. Run twice it changes nothing the second time.
 */
@Injectable()
export class FollowFindings {
  constructor(
    private readonly database: Database,
    private readonly plan: PlanActions,
    private readonly checks: Checks,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  execute(findingIds: readonly string[], cause: Cause): Promise<{ planned: number; withdrawn: number }> {
    return this.database.transaction(async (tx) => {
      const actions = tx.use(ActionsRepository);
      // Before the findings are read: whoever resolves one later is followed later.
      await actions.lockPlanning();
      const all = await askedActions(tx, findingIds);
      const withdrawn = await this.withdraw(tx, all, cause);
      const settled = new Set(
        (await actions.settledOf(findingIds)).map(({ finding, kind, episode }) => `${finding} ${kind} ${episode}`),
      );
      const asking = all.filter(
        (one): one is Asking => one.action !== null && !settled.has(`${one.finding} ${one.action} ${one.timesOpened}`),
      );
      return { planned: await this.planWhatIsPossible(tx, asking, cause), withdrawn };
    });
  }

  /** After a change of a policy, which need not turn any finding: those it decided on, and those that wait for an action. */
  async ofPolicy(policyId: string, signal: AbortSignal): Promise<{ planned: number; withdrawn: number }> {
    const totals = { planned: 0, withdrawn: 0 };
    const cause = { type: 'policy', id: policyId };
    const pages = [
      (tx: Tx, after: string | null) => enforcedFindings(tx, policyId, after, AT_ONCE),
      (tx: Tx, after: string | null) => tx.use(ActionsRepository).askingFindings(after, AT_ONCE),
    ];
    for (const page of pages) {
      for (let after: string | null = null; ;) {
        signal.throwIfAborted();
        const from: string | null = after;
        const ids: readonly string[] = await this.database.read((tx) => page(tx, from));
        if (ids.length === 0) break;
        const { planned, withdrawn } = await this.execute(ids, cause);
        totals.planned += planned;
        totals.withdrawn += withdrawn;
        after = ids.at(-1)!;
      }
    }
    return totals;
  }

  private async withdraw(tx: Tx, all: readonly AskedAction[], cause: Cause): Promise<number> {
    const withdrawn = await tx.use(ActionsRepository).withdraw(
      all.map(({ finding, because, action }) => ({
        id: finding,
        because: because === 'asked' ? 'not-asked' : because,
        stillAsks: action,
      })),
      this.clock.now(),
    );
    if (Object.keys(withdrawn).length > 0)
      await this.audit.record(tx, {
        type: 'remediation.actions-withdrawn',
        actor: systemActor('remediation'),
        target: cause,
        data: { withdrawn },
      });
    return total(withdrawn);
  }

  /** What cannot be done to its subject is not planned, and that it was asked for is told. */
  private async planWhatIsPossible(tx: Tx, asking: readonly Asking[], cause: Cause): Promise<number> {
    if (asking.length === 0) return 0;
    const targets = await targetsAtSources(
      tx,
      asking.map(({ subjectType: type, subjectId: id }) => ({ type, id })),
    );
    const judged = asking.map((one) => {
      const target = targets.get(`${one.subjectType} ${one.subjectId}`);
      return { one, target, refusal: this.refusal(one, target) };
    });
    const rows = judged.flatMap(({ one, target, refusal }) =>
      refusal === null && target ? [this.row(one, target)] : [],
    );
    const planned =
      rows.length === 0 ? {} : await this.plan.executeIn(tx, systemActor('remediation'), cause, rowsToPlan(rows));
    const refused = judged.flatMap(({ one: { finding, action }, refusal }) =>
      refusal === null ? [] : [{ finding, action, because: refusal }],
    );
    if (refused.length > 0)
      await this.audit.record(tx, {
        type: 'remediation.actions-refused',
        actor: systemActor('remediation'),
        target: cause,
        data: { refused },
      });
    return total(planned);
  }

  private refusal(one: Asking, target: TargetAtSource | undefined): Refusal | null {
    if (!actionsOn(one.subjectType).includes(one.action)) return 'not-possible-for-this';
    return target ? null : 'target-gone';
  }

  private row(one: Asking, target: TargetAtSource): RowToPlan {
    return {
      kind: one.action,
      targetType: target.type,
      targetId: target.id,
      identityId: target.identityId,
      sourceId: target.sourceId,
      finding: one.finding,
      reason: `The policy "${one.policy?.name ?? 'removed'}" enforces it: ${this.checks.get(one.check)?.title ?? one.check} (${one.reason}).`,
      evidence: {
        finding: one.finding,
        check: one.check,
        reason: one.reason,
        severity: one.severity,
        timesOpened: one.timesOpened,
        policy: one.policy?.id ?? null,
        policyVersion: one.policy?.version ?? null,
      },
    };
  }
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
