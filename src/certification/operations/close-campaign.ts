import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound, systemActor } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { PlanActions } from '../../remediation/index.js';
import { AT_ONCE, type Campaign } from '../campaign.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { CampaignNotInState, CampaignStillOpen } from '../certification.errors.js';
import { closeCampaignJob } from '../certification.jobs.js';
import { actionsToPlan, askForAcceptance, attest, markItems, settle } from '../queries/close-items.js';
import { openItems } from '../queries/open-items.js';
import { PrepareCampaign } from './prepare-campaign.js';

/**
 * Ends a campaign: what was decided becomes planned actions, silence has the consequence that was configured and previewed, the
 * rest goes to who has to accept the risk, and every subject keeps the word about it for the next time.
 */
@Injectable()
export class CloseCampaign {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
    private readonly plan: PlanActions,
    private readonly prepare: PrepareCampaign,
  ) {}

  async execute(actor: Actor, id: string, reason: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const campaigns = tx.use(CampaignsRepository);
      const campaign = await campaigns.forChange(id);
      if (!campaign) throw new NotFound('campaign');
      if (campaign.status !== 'running') throw new CampaignNotInState(campaign.status, 'running');
      const { items, open } = await openItems(tx, id);
      const isDue = campaign.dueAt !== null && campaign.dueAt <= this.clock.now();
      if (open > 0 && !isDue && reason === null) throw new CampaignStillOpen(open);
      if (items <= AT_ONCE) return this.finish(tx, actor, campaign, reason);
      await campaigns.closed(id, 'closing', actor.id, reason, this.clock.now());
      await this.jobs.enqueue(tx, closeCampaignJob, { campaign: id });
    });
  }

  /** In the background, for campaigns that are too many for a caller to wait. A second run finds it closed. */
  async finishLarge(id: string): Promise<number> {
    return this.database.transaction(async (tx) => {
      const campaign = await tx.use(CampaignsRepository).forChange(id);
      if (campaign?.status !== 'closing') return 0;
      await this.finish(tx, systemActor('certification'), campaign, null);
      return 1;
    });
  }

  private async finish(tx: Tx, actor: Actor, campaign: Campaign, reason: string | null): Promise<void> {
    const now = this.clock.now();
    await settle(tx, campaign, now);
    const target = { type: 'campaign', id: campaign.id };
    const planned = await this.plan.executeIn(tx, actor, target, actionsToPlan(campaign, now));
    const attested = await attest(tx, campaign);
    const acceptances = await askForAcceptance(tx, campaign, now);
    const silent = await markItems(tx, campaign.id);
    await tx.use(CampaignsRepository).closed(campaign.id, 'closed', actor.id, reason, now);
    for (const { personId, items } of acceptances)
      await this.audit.record(tx, {
        type: 'certification.risk-acceptance-requested',
        actor,
        target,
        data: { person: personId, items },
      });
    await this.audit.record(tx, {
      type: 'certification.campaign-closed',
      actor,
      target,
      data: { reason, silence: silent, planned, attested },
    });
    if (campaign.recurrenceDays !== null) await this.repeat(tx, actor, campaign);
  }

  /** The next one starts as many days after the last one as was asked for; when that is past, at once. */
  private async repeat(tx: Tx, actor: Actor, campaign: Campaign): Promise<void> {
    const next = new Date((campaign.launchedAt ?? this.clock.now()).getTime() + campaign.recurrenceDays! * 86_400_000);
    const startsAt = next > this.clock.now() ? next : this.clock.now();
    await this.prepare.cloneIn(tx, actor, campaign, { startsAt: startsAt.toISOString() });
  }
}
