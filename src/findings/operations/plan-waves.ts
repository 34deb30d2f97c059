import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { EvaluationsRepository, PoliciesRepository } from '../../checks/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { type WavePlanRow, WavePlansRepository } from '../wave-plans.repository.js';
import { WorkOutDue } from './work-out-due.js';

/** A plan is not made before the first run is over; but a system that is never quiet gets it after a day. */
const LONGEST_WAIT_MS = DAY_MS;

/** Turns the first run of a policy into a plan over weeks, and follows what the policy says of due dates. */
@Injectable()
export class PlanWaves {
  constructor(
    private readonly database: Database,
    private readonly workOutDue: WorkOutDue,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** A policy was written: its plan is asked for or dropped, and its due dates are worked out again. */
  async follow(policyId: string, signal?: AbortSignal): Promise<{ looked: number; moved: number }> {
    await this.database.transaction(async (tx) => {
      const policy = await tx.use(PoliciesRepository).one(policyId);
      const waves = policy?.mode === 'observe' ? undefined : policy?.settings.waves;
      const plans = tx.use(WavePlansRepository);
      if (waves?.baselineAt)
        await plans.ask(policyId, new Date(waves.baselineAt), waves.weeks, new Date(policy!.validFrom));
      else await plans.drop(policyId);
    });
    return this.workOutDue.execute(policyId, 'the policy changed', signal);
  }

  async execute(signal?: AbortSignal): Promise<{ planned: number; joined: number }> {
    const counts = { planned: 0, joined: 0 };
    for (const plan of await this.database.read((tx) => tx.use(WavePlansRepository).all())) {
      signal?.throwIfAborted();
      if (plan.settledAt === null) {
        if (await this.isReady(plan)) counts.planned += await this.make(plan, signal);
      } else counts.joined += await this.late(plan, signal);
    }
    return counts;
  }

  private async isReady({ askedAt }: WavePlanRow): Promise<boolean> {
    return (
      (await this.database.read((tx) => tx.use(EvaluationsRepository).isSettledSince(askedAt))) ||
      this.clock.now().getTime() - askedAt.getTime() > LONGEST_WAIT_MS
    );
  }

  private async make(plan: WavePlanRow, signal?: AbortSignal): Promise<number> {
    const { policyId, weeks } = plan;
    const placed = await this.database.transaction((tx) => tx.use(WavePlansRepository).spread(policyId, weeks));
    await this.workOutDue.execute(policyId, 'its week in the plan', signal);
    await this.database.transaction(async (tx) => {
      await tx.use(WavePlansRepository).settle(policyId, this.clock.now());
      await this.audit.record(tx, {
        type: 'findings.waves-planned',
        actor: systemActor('findings'),
        target: { type: 'policy', id: policyId },
        data: { findings: placed, weeks, baselineAt: plan.baselineAt.toISOString() },
      });
    });
    return placed;
  }

  private async late({ policyId, weeks, baselineAt }: WavePlanRow, signal?: AbortSignal): Promise<number> {
    const week = Math.floor((this.clock.now().getTime() - baselineAt.getTime()) / (7 * DAY_MS)) + 1;
    if (week > weeks) return 0;
    const joined = await this.database.transaction((tx) => tx.use(WavePlansRepository).join(policyId, weeks, week));
    if (joined > 0) await this.workOutDue.execute(policyId, 'its week in the plan', signal);
    return joined;
  }
}
