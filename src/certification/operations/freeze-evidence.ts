import { Injectable } from '@nestjs/common';
import { collectionEvidence, subjectEvidence, type PopulationSubject } from '../../catalogue/index.js';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { digestOf } from '../../platform/crypto/index.js';
import { Database, sql, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import type { Campaign } from '../campaign.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import {
  coveredMembers,
  type FrozenItem,
  keepEvidence,
  type UnfrozenItem,
  unfrozenItems,
} from '../queries/freeze-items.js';
import { recommend, recommendForCollection } from '../recommendation.js';

const CHUNK = 1000;

/**
 * Keeps with each item what its reviewer will be shown, as it is now, with a hash and a recommendation. Goes on where an
 * earlier run was killed; the campaign runs once every item has its evidence.
 */
@Injectable()
export class FreezeEvidence {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** In the background, chunk by chunk, each its own transaction. */
  async execute(campaignId: string, signal: AbortSignal): Promise<number> {
    let frozen = 0;
    for (let done = CHUNK; done === CHUNK;) {
      signal.throwIfAborted();
      done = await this.database.transaction(async (tx) => {
        const campaign = await tx.use(CampaignsRepository).forChange(campaignId);
        if (campaign?.status !== 'launching') return 0;
        const count = await this.chunk(tx, campaign);
        if (count < CHUNK) await this.begin(tx, campaignId);
        return count;
      });
      frozen += done;
    }
    return frozen;
  }

  /** All of it in the caller's transaction: for a campaign that is small enough to wait for. */
  async executeIn(tx: Tx, campaign: Campaign): Promise<void> {
    while ((await this.chunk(tx, campaign)) === CHUNK);
  }

  private async begin(tx: Tx, campaignId: string): Promise<void> {
    await tx.use(CampaignsRepository).setStatus(campaignId, 'running');
    await this.audit.record(tx, {
      type: 'certification.campaign-opened',
      actor: systemActor('certification'),
      target: { type: 'campaign', id: campaignId },
      data: {},
    });
  }

  private async chunk(tx: Tx, campaign: Campaign): Promise<number> {
    const items = await unfrozenItems(tx, campaign.id, CHUNK);
    await this.freeze(tx, campaign, items);
    return items.length;
  }

  /** Freezes some items as they are now; for items that are added while a campaign runs. */
  async freeze(tx: Tx, campaign: Campaign, items: readonly UnfrozenItem[]): Promise<void> {
    const now = this.clock.now();
    const frozen: FrozenItem[] = [];
    for (const type of ['identity', 'credential', 'grant'] as const)
      frozen.push(
        ...(await this.subjects(
          tx,
          type,
          items.filter(({ subjectType }) => subjectType === type),
          campaign,
          now,
        )),
      );
    frozen.push(
      ...(await this.collections(
        tx,
        items.filter(({ subjectType }) => subjectType === 'collection'),
        campaign,
        now,
      )),
    );
    if (frozen.length > 0) await keepEvidence(tx, campaign.id, frozen, now);
  }

  private async subjects(
    tx: Tx,
    type: PopulationSubject,
    items: readonly UnfrozenItem[],
    campaign: Campaign,
    now: Date,
  ): Promise<FrozenItem[]> {
    if (items.length === 0) return [];
    const ids = items.map(({ subjectId }) => subjectId);
    const known = new Map(
      (await subjectEvidence(tx, type, sql`SELECT unnest(${ids}::uuid[]) AS id`, now)).map(({ id, evidence }) => [
        id,
        evidence,
      ]),
    );
    return items.map(({ id, subjectId, mode, earlier }) => {
      const facts = known.get(subjectId);
      if (!facts) return gone(id, type, subjectId, now);
      const advice = recommend(facts, now.getTime(), campaign.noResponse);
      const because =
        mode === 'outlier' ? `It differs from the others of its collection. ${advice.because}` : advice.because;
      const evidence = { ...facts, earlier: told(earlier), asOf: now.toISOString() };
      return {
        id,
        evidence,
        hash: digestOf(evidence),
        advice: { ...advice, because, routine: advice.routine && mode !== 'outlier' },
        risk: facts.risk.level,
        name: facts.subject.displayName,
      };
    });
  }

  private async collections(
    tx: Tx,
    items: readonly UnfrozenItem[],
    campaign: Campaign,
    now: Date,
  ): Promise<FrozenItem[]> {
    if (items.length === 0) return [];
    const known = new Map(
      (
        await collectionEvidence(
          tx,
          items.map(({ subjectId }) => subjectId),
        )
      ).map((one) => [one.id, one]),
    );
    const members = new Map(
      (
        await coveredMembers(
          tx,
          campaign.id,
          items.map(({ id }) => id),
          campaign.scope.subject,
          now,
          campaign.noResponse,
        )
      ).map((one) => [one.itemId, one]),
    );
    return items.map(({ id, subjectId, earlier }) => {
      const collection = known.get(subjectId);
      const asked = members.get(id);
      if (!collection || !asked) return gone(id, 'collection', subjectId, now);
      const approvedBefore =
        earlier?.verdict === 'keep' ? { at: earlier.at, sameEntitlements: earlier.shape === asked.shape } : null;
      const evidence = {
        subject: { type: 'collection', id: subjectId, displayName: collection.name },
        template: collection.template,
        because: collection.because,
        source: collection.source,
        reach: collection.reach,
        members: { asked: asked.covered, outliers: asked.outliers, sampled: asked.samples, hash: asked.hash },
        entitlementDigest: asked.shape,
        approvedBefore,
        use: { seen: asked.seen, notSeen: asked.notSeen, cannotTell: asked.covered - asked.seen - asked.notSeen },
        earlier: told(earlier),
        asOf: now.toISOString(),
      };
      const advice = recommendForCollection({
        members: asked.covered,
        seen: asked.seen,
        notSeen: asked.notSeen,
        approvedBefore,
      });
      return { id, evidence, hash: digestOf(evidence), advice, risk: null, name: collection.name };
    });
  }
}

/** What was there when the population was frozen and could not be read a moment later. */
function gone(id: string, type: string, subjectId: string, now: Date): FrozenItem {
  const evidence = { subject: { type, id: subjectId, displayName: '(gone)' }, asOf: now.toISOString() };
  const because = 'Nothing is known of it any more.';
  return {
    id,
    evidence,
    hash: digestOf(evidence),
    advice: { verdict: null, because, rule: 'gone', use: 'cannot-tell', routine: false, stale: true },
    risk: null,
    name: '(gone)',
  };
}

function told(earlier: UnfrozenItem['earlier']): Omit<NonNullable<UnfrozenItem['earlier']>, 'shape'> | null {
  if (earlier === null) return null;
  const { verdict, reason, by, at, campaign } = earlier;
  return { verdict, reason, by, at, campaign };
}
