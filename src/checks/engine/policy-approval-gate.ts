import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/index.js';
import { ApprovalGate, type Objection } from '../../use-cases/index.js';
import { ExplainSubject } from '../operations/explain-subject.js';
import { PoliciesRepository } from '../policies.repository.js';

/**
 * Holds an approval back for every check that an enforced policy makes a condition of it and that does not hold. What
 * could not be seen holds it back too: it is not known to be fine. What an exception allows does not.
 */
@Injectable()
export class PolicyApprovalGate extends ApprovalGate {
  constructor(private readonly explain: ExplainSubject) {
    super();
  }

  async objections(tx: Tx, useCaseId: string): Promise<Objection[]> {
    const policies = new Map((await tx.use(PoliciesRepository).all()).map((policy) => [policy.id, policy]));
    // Evaluating costs something, and most policies hold nothing back.
    if (![...policies.values()].some(({ mode, checks }) => mode === 'enforce' && checks.some(({ blocks }) => blocks)))
      return [];
    const outcomes = (await this.explain.executeIn(tx, 'use-case', useCaseId)) ?? [];
    return outcomes.flatMap(({ check, result, because, policy: id, mode, excepted }) => {
      const policy = policies.get(id ?? '');
      const isCondition = policy?.checks.some((one) => one.id === check && one.blocks?.includes('approval'));
      if (mode !== 'enforce' || !isCondition || excepted || (result !== 'fail' && result !== 'not-evaluated'))
        return [];
      return [{ check, result, reason: because!, policy: policy!.name }];
    });
  }
}
