import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import type { Sql, Tx } from '../../platform/database/index.js';
import type { Actor } from '../../platform/http/index.js';
import { ActionsRepository } from '../actions.repository.js';

/** Takes back what was planned, as long as nothing ran: whoever asked for it asks no longer, and nobody else does. */
@Injectable()
export class WithdrawActions {
  constructor(
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** `ids` yields those, of one type, that ask no longer; `cause` is what that follows from. */
  async executeIn(
    tx: Tx,
    actor: Actor,
    cause: { type: string; id: string },
    asking: { type: string; ids: Sql },
  ): Promise<Readonly<Record<string, number>>> {
    const actions = tx.use(ActionsRepository);
    await actions.lockPlanning();
    const withdrawn = await actions.withdrawAll(asking.type, asking.ids, this.clock.now());
    if (Object.keys(withdrawn).length > 0)
      await this.audit.record(tx, {
        type: 'remediation.actions-withdrawn',
        actor,
        target: cause,
        data: { withdrawn },
      });
    return withdrawn;
  }
}
