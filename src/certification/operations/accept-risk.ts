import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, RequestInvalid } from '../../platform/http/index.js';
import { AcceptanceSigned } from '../certification.errors.js';
import { RiskAcceptancesRepository } from '../risk-acceptances.repository.js';

const LONGEST_DAYS = 366;

/** The head of a unit, or who heads it once they have left, answers until a date for what nobody decided. */
@Injectable()
export class AcceptRisk {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, id: string, seen: number, reason: string, expiresAt: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      const acceptances = tx.use(RiskAcceptancesRepository);
      const acceptance = actor.person === null ? null : await acceptances.forChange(id, actor.person, this.clock.now());
      if (!acceptance || actor.person === null) throw new NotFound('risk acceptance');
      assertUnchanged(acceptance, seen);
      if (acceptance.status === 'signed') throw new AcceptanceSigned();
      const now = this.clock.now();
      if (expiresAt <= now || expiresAt.getTime() > now.getTime() + LONGEST_DAYS * DAY_MS)
        throw new RequestInvalid([{ pointer: '/expiresAt', detail: `must lie within the next ${LONGEST_DAYS} days` }]);
      await acceptances.sign(id, actor.person, reason, expiresAt, now);
      await this.audit.record(tx, {
        type: 'certification.risk-accepted',
        actor,
        target: { type: 'campaign', id: acceptance.campaignId },
        data: {
          acceptance: id,
          items: acceptance.items,
          hash: acceptance.itemsHash,
          reason,
          expiresAt: expiresAt.toISOString(),
        },
      });
    });
  }
}
