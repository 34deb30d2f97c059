import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import type { Sql, Tx } from '../../platform/database/index.js';
import type { Actor } from '../../platform/http/index.js';
import { ActionsRepository } from '../actions.repository.js';

/** Writes down what is to be changed at sources, as a set. Nothing is touched by that: a plan waits for approval. */
@Injectable()
export class PlanActions {
  constructor(
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** `rows` yields the actions (see {@link ActionsRepository.plan}); `cause` is what they follow from. */
  async executeIn(
    tx: Tx,
    actor: Actor,
    cause: { type: string; id: string },
    rows: Sql,
  ): Promise<Readonly<Record<string, number>>> {
    const { planned, byPerson } = await tx.use(ActionsRepository).plan(rows, actor.id, this.clock.now());
    if (Object.keys(planned).length > 0)
      await this.audit.record(tx, {
        type: 'remediation.actions-planned',
        actor,
        target: cause,
        data: { planned, byPerson },
      });
    return planned;
  }
}
