import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import type { Campaign } from '../campaign.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { findReviewer, rulesBehind } from '../queries/find-reviewer.js';
import { type Move, openAbout, type OpenItem, openOfGone, routeAgain } from '../queries/items-to-move.js';
import { MoveItems } from './move-items.js';

/** Gives open items to whoever answers now: the owner changed, or whoever was asked has left. What was decided stays decided. */
@Injectable()
export class RerouteItems {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly move: MoveItems,
  ) {}

  /** After the owner of some identities changed. */
  ownerChanged(identities: readonly string[]): Promise<number> {
    return this.database.transaction(async (tx) => this.reroute(tx, await openAbout(tx, identities), 'owner-changed'));
  }

  /** Whoever was asked and cannot answer any more. */
  reviewersGone(): Promise<number> {
    return this.database.transaction(async (tx) =>
      this.reroute(tx, await openOfGone(tx, this.clock.now()), 'reviewer-left'),
    );
  }

  private async reroute(tx: Tx, items: readonly OpenItem[], because: string): Promise<number> {
    const moves: Move[] = [];
    const campaigns = new Map<string, Campaign>();
    for (const { campaignId } of items)
      if (!campaigns.has(campaignId)) campaigns.set(campaignId, (await tx.use(CampaignsRepository).one(campaignId))!);
    for (const campaign of campaigns.values()) {
      const theirs = items.filter(({ campaignId }) => campaignId === campaign.id);
      for (const stage of new Set(theirs.map((item) => item.stage)))
        moves.push(
          ...(await this.ofStage(
            tx,
            campaign,
            stage,
            theirs.filter((item) => item.stage === stage),
            because,
          )),
        );
    }
    return this.move.executeIn(tx, systemActor('certification'), moves);
  }

  private async ofStage(
    tx: Tx,
    campaign: Campaign,
    stage: number,
    items: readonly OpenItem[],
    because: string,
  ): Promise<Move[]> {
    const now = this.clock.now();
    const alone = items.filter(({ subjectType, mode }) => subjectType !== 'collection' && mode !== 'second-look');
    const routes = await routeAgain(
      tx,
      campaign,
      alone.map(({ subjectId }) => subjectId),
      stage,
      now,
    );
    const moves: Move[] = [];
    for (const item of items) {
      const found = routes.get(item.subjectId);
      // An owner who changed says nothing about an item whose subject is gone: it is told as gone at the close.
      if (!found && because === 'owner-changed') continue;
      const next = found?.reviewerId
        ? found
        : {
            ...(await findReviewer(
              tx,
              campaign,
              item,
              rulesBehind(campaign, stage),
              item.reviewerId ? [item.reviewerId] : [],
              now,
            )),
            delegatedFrom: null,
          };
      moves.push({ item, to: next.reviewerId, route: next.route, delegatedFrom: next.delegatedFrom, because });
    }
    return moves;
  }
}
