import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { OwnershipsRepository } from '../../ownership/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound, ReferenceUnknown, RequestInvalid } from '../../platform/http/index.js';
import { WithdrawActions } from '../../remediation/index.js';
import type { Campaign } from '../campaign.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import {
  AcceptOwnershipFirst,
  ItemDecidedMeanwhile,
  ItemNotDecidable,
  OwnAccess,
  ReasonRequired,
  ReviewClosed,
} from '../certification.errors.js';
import { isAgainstAdvice, mayBe, reasonsToExplain } from '../decision-rules.js';
import { findReviewer, rulesBehind } from '../queries/find-reviewer.js';
import { grantsOf } from '../queries/grants-of.js';
import { lookAgain } from '../queries/look-again.js';
import { thisItem } from '../queries/open-items.js';
import type { Verdict } from '../recommendation.js';
import {
  type Decision,
  type ItemEvidence,
  type ReviewItem,
  ReviewItemsRepository,
} from '../review-items.repository.js';
import { AskFurther } from './ask-further.js';

/** What a reviewer says about one item. */
export interface DecisionInput {
  readonly verdict: Verdict;
  readonly reason?: string | null | undefined;
  /** Which grants to take away, for `reduce`. */
  readonly grants?: readonly string[] | undefined;
  /** Who should be asked instead, for `not-mine`. */
  readonly proposed?: string | null | undefined;
  readonly shownAt?: string | null | undefined;
  readonly channel?: string | undefined;
}

interface Deciding {
  readonly item: ReviewItem;
  readonly campaign: Campaign;
  readonly evidence: ItemEvidence | null;
  readonly risk: string | null;
  readonly person: string;
  readonly bulk: boolean;
}

/**
 * One reviewer decides one item. It can be changed until the campaign closes; every version is kept. Whoever did not know of a
 * decision loses against it.
 */
@Injectable()
export class DecideItem {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly further: AskFurther,
    private readonly withdraw: WithdrawActions,
  ) {}

  async execute(actor: Actor, itemId: string, seen: number, input: DecisionInput): Promise<void> {
    await this.database.transaction((tx) => this.executeIn(tx, actor, itemId, seen, input));
  }

  async executeIn(
    tx: Tx,
    actor: Actor,
    itemId: string,
    seen: number,
    input: DecisionInput,
    bulk = false,
  ): Promise<void> {
    const items = tx.use(ReviewItemsRepository);
    const person = actor.person;
    const campaignId = person === null ? null : await items.campaignOf(itemId);
    const campaign = campaignId === null ? null : await tx.use(CampaignsRepository).forDecision(campaignId);
    const item = campaign === null || person === null ? null : await items.forDecision(itemId, person);
    if (!item || !campaign || person === null) throw new NotFound('review item');
    if (campaign.status !== 'running') throw new ReviewClosed();
    if (item.version !== seen) throw await this.decidedMeanwhile(tx, item);
    if (!mayBe(input.verdict, item.subjectType))
      throw new RequestInvalid([{ pointer: '/verdict', detail: `cannot be said of a ${item.subjectType}` }]);
    const risk = await this.riskNow(tx, item, campaign, person, input.verdict);
    const evidence = await items.evidence(campaign.id, item.id);
    const decision = await this.decision(tx, actor, { item, campaign, evidence, risk, person, bulk }, input);
    await items.addDecision(decision);
    if (input.verdict === 'not-mine') await this.routeOn(tx, actor, item, campaign, input.proposed ?? null);
    else await items.decided(item, decision);
    // Planned at a signature that stood for another verdict: it takes another one to plan it again.
    if (campaign.settings.disableOnSigning && item.verdict === 'revoke' && input.verdict !== 'revoke')
      await this.withdraw.executeIn(
        tx,
        actor,
        { type: 'review-item', id: item.id },
        { type: 'review-item', ids: thisItem(item.id) },
      );
    await this.audit.record(tx, {
      type: 'certification.item-decided',
      actor,
      target: { type: 'review-item', id: item.id },
      data: {
        campaign: campaign.id,
        subject: { type: item.subjectType, id: item.subjectId },
        verdict: decision.verdict,
        before: item.verdict,
        reason: decision.reason,
        ...decision.detail,
        evidence: decision.evidenceHash,
        authentication: decision.authentication,
        channel: decision.channel,
        bulk,
        haste: decision.haste,
      },
    });
    await this.further.after(tx, actor, campaign, item, decision);
  }

  private async decision(
    tx: Tx,
    actor: Actor,
    { item, campaign, evidence, risk, person, bulk }: Deciding,
    input: DecisionInput,
  ): Promise<Decision> {
    const now = this.clock.now();
    const reason = input.reason?.trim() || null;
    const said = {
      verdict: input.verdict,
      risk: evidence?.risk ?? null,
      recommended: evidence?.recommended ?? null,
      stale: evidence?.stale ?? false,
    };
    const missing = reason === null ? reasonsToExplain(said) : [];
    const haste = input.verdict === 'keep' ? await this.hasteOf(tx, person, item.id, campaign, now) : null;
    if (haste !== null && campaign.settings.haste.consequence === 'require-reasons' && reason === null)
      missing.push(haste);
    if (missing.length > 0) throw new ReasonRequired(missing);
    return {
      id: newId(this.clock),
      itemId: item.id,
      campaignId: campaign.id,
      stage: item.stage,
      verdict: input.verdict,
      reason,
      detail: { ...(await this.detailOf(tx, item, input)), ...(risk === null ? {} : { risk }) },
      decidedBy: person,
      actor: actor.id,
      authentication: actor.authentication
        ? {
            acr: actor.authentication.acr,
            amr: actor.authentication.amr,
            at: actor.authentication.at.toISOString(),
            by: actor.kind,
          }
        : { acr: null, amr: [], at: null, by: actor.kind },
      channel: bulk ? 'bulk' : (input.channel ?? 'api'),
      shownAt: shown(input.shownAt, now),
      decidedAt: now,
      evidenceHash: evidence?.hash ?? null,
      bulk,
      againstAdvice: isAgainstAdvice(said),
      haste:
        haste === null
          ? null
          : { flag: 'flagged', 'require-reasons': 'reason-required', 'second-reviewer': 'second-reviewer' }[
              campaign.settings.haste.consequence
            ],
    };
  }

  /** Says so when this would be one keep too many in too short a time. */
  private async hasteOf(tx: Tx, person: string, itemId: string, campaign: Campaign, now: Date): Promise<string | null> {
    const { keeps, seconds } = campaign.settings.haste;
    const kept = await tx
      .use(ReviewItemsRepository)
      .keptSince(person, campaign.id, new Date(now.getTime() - seconds * 1000));
    const others = kept.filter((one) => one.itemId !== itemId).length;
    return others >= keeps ? `you kept ${others} items within ${seconds} seconds` : null;
  }

  private async detailOf(tx: Tx, item: ReviewItem, input: DecisionInput): Promise<Record<string, unknown>> {
    if (input.verdict === 'reduce') {
      const wanted = [...new Set(input.grants ?? [])];
      if (wanted.length === 0)
        throw new RequestInvalid([{ pointer: '/grants', detail: 'name the grants to take away' }]);
      const known = await grantsOf(tx, item.identityId!, wanted);
      const unknown = wanted.findIndex((id) => !known.has(id));
      if (unknown >= 0) throw new ReferenceUnknown(`/grants/${unknown}`, 'grant of this identity');
      return { grants: wanted };
    }
    if (input.verdict === 'not-mine' && input.proposed) {
      if (!(await tx.use(PeopleRepository).exists(input.proposed))) throw new ReferenceUnknown('/proposed', 'person');
      return { proposed: input.proposed };
    }
    return {};
  }

  /** "Not mine" never decides: somebody else is asked, first whom the reviewer names, then whoever the rules name next. */
  private async routeOn(
    tx: Tx,
    actor: Actor,
    item: ReviewItem,
    campaign: Campaign,
    proposed: string | null,
  ): Promise<void> {
    const items = tx.use(ReviewItemsRepository);
    const now = this.clock.now();
    const asked = [
      actor.person!,
      ...(item.reviewerId ? [item.reviewerId] : []),
      ...(await items.moves(item.id)).flatMap(({ fromId }) => fromId ?? []),
    ];
    const next = await findReviewer(
      tx,
      campaign,
      item,
      [...(proposed ? [{ by: 'person' as const, person: proposed }] : []), ...rulesBehind(campaign, item.stage)],
      asked,
      now,
    );
    await items.reopen(item);
    await items.move(item, next.reviewerId, next.route, 'not-mine', actor.id, now);
  }

  /** How risky the subject is now; refused where the reviewer must not decide, or not yet. */
  private async riskNow(
    tx: Tx,
    item: ReviewItem,
    campaign: Campaign,
    person: string,
    verdict: Verdict,
  ): Promise<string | null> {
    if (item.subjectType === 'collection') return null;
    const [current] = await lookAgain(tx, campaign.scope.subject, [item.subjectId], this.clock.now());
    if (!current)
      throw new ItemNotDecidable('What this item is about is gone or switched off; there is nothing left to decide.');
    if (verdict === 'not-mine') return current.risk;
    if (current.ownPersonId === person) throw new OwnAccess();
    const moves = item.route === 'owner' ? await tx.use(ReviewItemsRepository).moves(item.id) : [];
    if (moves.some(({ because }) => because === 'owner-changed')) {
      const ownerships = tx.use(OwnershipsRepository);
      const ownership = await ownerships.view(current.identityId, this.clock.now());
      // Who said yes once is asked again when more is reached; that question is this very review's.
      if (
        ownership?.owner?.id === person &&
        ownership.state === 'provisional' &&
        !(await ownerships.everAccepted(current.identityId, person))
      )
        throw new AcceptOwnershipFirst();
    }
    return current.risk;
  }

  private async decidedMeanwhile(tx: Tx, item: ReviewItem): Promise<ItemDecidedMeanwhile> {
    const decision = item.decisionId === null ? null : await tx.use(ReviewItemsRepository).decision(item.decisionId);
    const by =
      decision === null
        ? null
        : ((await tx.use(PeopleRepository).one(decision.decidedBy, this.clock.now()))?.displayName ?? null);
    return new ItemDecidedMeanwhile(
      item.version,
      decision && {
        verdict: decision.verdict,
        reason: decision.reason,
        decidedBy: { id: decision.decidedBy, displayName: by },
        decidedAt: decision.decidedAt.toISOString(),
      },
      by,
    );
  }
}

/** When the item was on the reviewer's screen, as the client tells it; what lies in the future is not believed. */
function shown(given: string | null | undefined, now: Date): Date | null {
  if (!given) return null;
  const at = new Date(given);
  if (at > now) throw new RequestInvalid([{ pointer: '/shownAt', detail: 'lies in the future' }]);
  return at;
}
