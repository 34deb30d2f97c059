import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { mayBecome } from '../campaign.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { CampaignNotInState } from '../certification.errors.js';
import { WithdrawActions } from '../../remediation/index.js';
import { itemsOf, openItems } from '../queries/open-items.js';

/**
 * Calls a campaign off. Nobody is asked any more; every item stays as it stood, as the record of what was decided and what never
 * was. No action follows from it, and what a signature planned is withdrawn unless it ran; silence has no consequence, nothing is
 * attested, and what recurs ends with it.
 */
@Injectable()
export class CancelCampaign {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly withdraw: WithdrawActions,
  ) {}

  async execute(actor: Actor, id: string, reason: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const campaigns = tx.use(CampaignsRepository);
      const campaign = await campaigns.forChange(id);
      if (!campaign) throw new NotFound('campaign');
      if (!mayBecome(campaign.status, 'cancelled'))
        throw new CampaignNotInState(campaign.status, 'a draft, launching or running');
      const { items, open } = await openItems(tx, id);
      await this.withdraw.executeIn(tx, actor, { type: 'campaign', id }, { type: 'review-item', ids: itemsOf(id) });
      await campaigns.cancelled(id, actor.id, reason, this.clock.now());
      await this.audit.record(tx, {
        type: 'certification.campaign-cancelled',
        actor,
        target: { type: 'campaign', id },
        data: { reason, before: campaign.status, items, open },
      });
    });
  }
}
