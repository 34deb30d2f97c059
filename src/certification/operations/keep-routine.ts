import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound, RequestInvalid } from '../../platform/http/index.js';
import type { Campaign } from '../campaign.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { BulkNotAllowed, ReviewClosed } from '../certification.errors.js';
import { changesSince, lookAgain } from '../queries/look-again.js';
import { type ItemEvidence, type ReviewItem, ReviewItemsRepository } from '../review-items.repository.js';
import { DecideItem } from './decide-item.js';

/** Keeps several items at once, where policy allows it for every one of them; otherwise none is decided. */
@Injectable()
export class KeepRoutine {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly decide: DecideItem,
  ) {}

  async execute(
    actor: Actor,
    given: readonly { id: string; version: number }[],
    shownAt: string | null,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const items = tx.use(ReviewItemsRepository);
      const campaignId = actor.person === null ? null : await items.campaignOf(given[0]!.id);
      const campaign = campaignId === null ? null : await tx.use(CampaignsRepository).forDecision(campaignId);
      if (!campaign) throw new NotFound('review item');
      if (campaign.status !== 'running') throw new ReviewClosed();
      if (given.length > campaign.settings.bulk.maximum)
        throw new RequestInvalid([
          {
            pointer: '/items',
            detail: `holds more than the ${campaign.settings.bulk.maximum} this campaign allows at once`,
          },
        ]);
      const found: ReviewItem[] = [];
      for (const { id } of given) {
        const item = await items.forDecision(id, actor.person!);
        if (!item || item.campaignId !== campaign.id) throw new NotFound('review item');
        found.push(item);
      }
      const current = new Map(
        (
          await lookAgain(
            tx,
            campaign.scope.subject,
            found.map(({ subjectId }) => subjectId),
            this.clock.now(),
          )
        ).map((one) => [one.subjectId, one]),
      );
      const refused: { id: string; because: string }[] = [];
      for (const item of found) {
        const evidence = await items.evidence(campaign.id, item.id);
        const because =
          whyNot(campaign, item, evidence) ??
          changesSince(
            { at: evidence!.frozenAt, risk: evidence!.risk, lastUsedAt: LATER },
            current.get(item.subjectId),
          )[0];
        if (because !== undefined) refused.push({ id: item.id, because });
      }
      if (refused.length > 0) throw new BulkNotAllowed(refused);
      for (const { id, version } of given)
        await this.decide.executeIn(tx, actor, id, version, { verdict: 'keep', shownAt }, true);
    });
  }
}

/** That it was used again speaks for keeping it: only what else changed matters here. */
const LATER = '9999';

function whyNot({ settings }: Campaign, item: ReviewItem, evidence: ItemEvidence | null): string | undefined {
  if (!settings.bulk.allowed) return 'this campaign allows no bulk decisions';
  if (item.state !== 'open') return 'it is decided';
  if (item.mode === 'collection' || item.mode === 'outlier' || item.mode === 'second-look')
    return `it is asked as ${item.mode}`;
  if (!evidence?.routine) return 'keep is not recommended';
  if (!settings.bulk.risks.includes(evidence.risk ?? 'unrated')) return `its risk is ${evidence.risk ?? 'unrated'}`;
  return undefined;
}
