import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId, sha256Hex } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { PlanActions } from '../../remediation/index.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { NothingToSign, ReviewClosed } from '../certification.errors.js';
import { actionsToPlan } from '../queries/close-items.js';
import { ReviewItemsRepository } from '../review-items.repository.js';
import { SignaturesRepository, type SignatureView } from '../signatures.repository.js';

export const STATEMENT =
  'I looked at the evidence shown for each of these items and decided to the best of my knowledge. I may change a decision until the campaign closes; then I sign again.';

/** A reviewer signs what they decided in one campaign, once nothing of theirs is open. */
@Injectable()
export class SignDecisions {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly plan: PlanActions,
  ) {}

  execute(actor: Actor, campaignId: string): Promise<SignatureView> {
    return this.database.transaction(async (tx) => {
      const person = actor.person;
      const campaign = person === null ? null : await tx.use(CampaignsRepository).forDecision(campaignId);
      if (!campaign || person === null) throw new NotFound('campaign');
      const { decided, open } = await tx.use(ReviewItemsRepository).setOf(person, campaignId);
      if (decided.length === 0 && open === 0) throw new NotFound('campaign');
      if (campaign.status !== 'running') throw new ReviewClosed();
      if (open > 0) throw new NothingToSign(`${open} of your items are still open. Decide them, then sign.`);
      const counts = Object.fromEntries(
        (['keep', 'reduce', 'rotate', 'revoke'] as const).map((verdict) => [
          verdict,
          decided.filter((one) => one.verdict === verdict).length,
        ]),
      );
      const lines = decided.map(
        ({ itemId, decisionId, verdict, hash }) => `${itemId} ${decisionId} ${verdict} ${hash ?? '-'}`,
      );
      const signature = {
        id: newId(this.clock),
        campaignId,
        personId: person,
        actor: actor.id,
        authentication: {
          acr: actor.authentication?.acr ?? null,
          amr: actor.authentication?.amr ?? [],
          by: actor.kind,
        },
        statement: STATEMENT,
        decisions: decided.length,
        decisionsHash: `sha256:${sha256Hex(lines.join('\n'))}`,
        counts,
        signedAt: this.clock.now(),
      };
      await tx.use(SignaturesRepository).add(signature);
      await this.audit.record(tx, {
        type: 'certification.decisions-signed',
        actor,
        target: { type: 'campaign', id: campaignId },
        data: {
          decisions: decided.length,
          hash: signature.decisionsHash,
          counts,
          authentication: signature.authentication,
        },
      });
      if (campaign.settings.disableOnSigning)
        await this.plan.executeIn(
          tx,
          actor,
          { type: 'campaign', id: campaignId },
          actionsToPlan(campaign, this.clock.now(), person),
        );
      return {
        id: signature.id,
        campaign: campaignId,
        statement: STATEMENT,
        decisions: decided.length,
        decisionsHash: signature.decisionsHash,
        counts,
        signedAt: signature.signedAt.toISOString(),
      };
    });
  }
}
