import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import type { Tx } from '../../platform/database/index.js';
import { type Actor, systemActor } from '../../platform/http/index.js';
import type { Campaign } from '../campaign.js';
import { findReviewer, rulesBehind } from '../queries/find-reviewer.js';
import { type Decision, type ReviewItem, ReviewItemsRepository } from '../review-items.repository.js';

/** What follows from a decision at once: the next stage is asked, or no longer; a set kept in haste gets a second pair of eyes. */
@Injectable()
export class AskFurther {
  constructor(
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async after(tx: Tx, actor: Actor, campaign: Campaign, item: ReviewItem, decision: Decision): Promise<void> {
    if (item.mode !== 'second-look') await this.nextStage(tx, campaign, item, decision);
    if (decision.haste === 'second-reviewer') await this.secondLook(tx, actor, campaign, decision);
  }

  private async nextStage(tx: Tx, campaign: Campaign, item: ReviewItem, decision: Decision): Promise<void> {
    const { stages, outcome } = campaign.reviewers;
    if (item.stage >= stages.length) return;
    const items = tx.use(ReviewItemsRepository);
    const next = (await items.childrenOf(item)).find(({ mode }) => mode !== 'second-look');
    const wanted = decision.verdict === 'keep' || (outcome === 'one-may-revoke' && decision.verdict !== 'not-mine');
    if (!wanted && next?.state === 'open') await items.setState(next, 'withdrawn');
    else if (wanted && next?.state === 'withdrawn') await items.setState(next, 'open');
    else if (wanted && !next) await this.ask(tx, campaign, item, item.stage + 1, item.mode, [decision.decidedBy]);
  }

  private async secondLook(tx: Tx, actor: Actor, campaign: Campaign, decision: Decision): Promise<void> {
    const items = tx.use(ReviewItemsRepository);
    const since = new Date(decision.decidedAt.getTime() - campaign.settings.haste.seconds * 1000);
    let asked = 0;
    for (const item of await items.keptWithoutSecondLook(decision.decidedBy, campaign.id, since)) {
      await this.ask(tx, campaign, item, item.stage, 'second-look', [decision.decidedBy]);
      asked++;
    }
    if (asked > 0)
      await this.audit.record(tx, {
        type: 'certification.second-look-asked',
        actor: systemActor('certification'),
        target: { type: 'campaign', id: campaign.id },
        data: { because: 'haste', reviewer: actor.person, items: asked },
      });
  }

  private async ask(
    tx: Tx,
    campaign: Campaign,
    item: ReviewItem,
    stage: number,
    mode: string,
    excluded: readonly string[],
  ): Promise<void> {
    const rules =
      mode === 'second-look'
        ? [
            { by: 'sponsor' } as const,
            { by: 'use-case-sponsor' } as const,
            { by: 'manager' } as const,
            ...rulesBehind(campaign, 1),
          ]
        : rulesBehind(campaign, stage);
    const found = await findReviewer(tx, campaign, item, rules, excluded, this.clock.now());
    await tx.use(ReviewItemsRepository).askAlso(item, { id: newId(this.clock), ...found, mode, stage });
  }
}
