import { Injectable } from '@nestjs/common';
import { Visibility } from '../../access-control/index.js';
import { Audit } from '../../audit/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { AT_ONCE, type Campaign } from '../campaign.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { CampaignNotInState, LaunchBlocked } from '../certification.errors.js';
import { freezeEvidenceJob } from '../certification.jobs.js';
import { frozenPopulation, launchItems } from '../queries/launch-items.js';
import { ownAccessItems } from '../queries/own-access.js';
import { type PreflightProblem, preflightSources } from '../queries/preflight-sources.js';
import { type CampaignPreview, previewCampaign } from '../queries/preview-campaign.js';
import { RemindersRepository } from '../reminders.repository.js';
import { remindersOf } from '../reminder-steps.js';
import { FreezeEvidence } from './freeze-evidence.js';

export interface Previewed extends Omit<CampaignPreview, 'problems'> {
  readonly preflight: readonly PreflightProblem[];
  readonly blocked: boolean;
}

/**
 * Freezes the population and asks. What the preflight finds is found on the very rows that were frozen; where it blocks, none of
 * them stays. A person may override that with a reason, which is recorded with their name.
 */
@Injectable()
export class LaunchCampaign {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
    private readonly evidence: FreezeEvidence,
    private readonly visibility: Visibility,
  ) {}

  /** What a launch would do now, and what silence would. Changes nothing. */
  preview(id: string): Promise<Previewed> {
    return this.database.snapshot(async (tx) => {
      const campaign = await tx.use(CampaignsRepository).one(id);
      if (!campaign) throw new NotFound('campaign');
      const now = this.clock.now();
      const { problems, ...preview } = await previewCampaign(tx, campaign, now, dueOf(campaign, now));
      const preflight = [
        ...(await preflightSources(tx, campaign, now)),
        ...ofReviewers({ ...problems, overloaded: preview.reviewers.overloaded }, campaign),
      ];
      return { ...preview, preflight, blocked: preflight.some(({ blocks }) => blocks) };
    });
  }

  async execute(actor: Actor, id: string, override: { reason: string } | null): Promise<void> {
    await this.database.transaction((tx) => this.executeIn(tx, actor, id, override));
  }

  async executeIn(tx: Tx, actor: Actor, id: string, override: { reason: string } | null): Promise<void> {
    const campaigns = tx.use(CampaignsRepository);
    const campaign = await campaigns.forChange(id);
    // As a draft it may be changed by somebody whose role reaches further, up to the moment it is locked here.
    const isReached =
      actor.kind === 'system' || (await campaigns.isWithin(id, this.visibility.reachableBy(actor, 'campaign', 'c')));
    if (!campaign || !isReached) throw new NotFound('campaign');
    if (campaign.status !== 'draft') throw new CampaignNotInState(campaign.status, 'a draft');
    const now = this.clock.now();
    const dueAt = dueOf(campaign, now);
    // A micro certification says nothing of a population: what an event touched is asked about whatever else is known.
    const sources = campaign.kind === 'micro' ? [] : await preflightSources(tx, campaign, now);
    const blockedAlready = sources.filter(({ blocks }) => blocks);
    if (blockedAlready.length > 0 && !override) throw new LaunchBlocked(blockedAlready);
    await launchItems(tx, campaign, now);
    const frozen = await frozenPopulation(tx, campaign, dueAt);
    const ownAccess = frozen.noReviewer === 0 ? 0 : await ownAccessItems(tx, campaign, now);
    const preflight = [...sources, ...ofReviewers({ ...frozen, ownAccess }, campaign)];
    const blocking = campaign.kind === 'micro' ? [] : preflight.filter(({ blocks }) => blocks);
    if (blocking.length > 0 && !override) throw new LaunchBlocked(blocking);
    const overridden =
      blocking.length > 0 && override
        ? { reason: override.reason, by: actor.id, name: actor.name, at: now.toISOString(), problems: blocking }
        : null;
    const waits = frozen.asked > AT_ONCE;
    const closesAt = new Date(dueAt.getTime() + campaign.settings.closeAfterDays * DAY_MS);
    await campaigns.launched(id, {
      status: waits ? 'launching' : 'running',
      by: actor.id,
      at: now,
      dueAt,
      closesAt,
      count: frozen.population,
      hash: frozen.hash,
      preflight,
      override: overridden,
    });
    await tx.use(RemindersRepository).plan(id, remindersOf(now, dueAt, closesAt, campaign.settings.escalation));
    if (waits) await this.jobs.enqueue(tx, freezeEvidenceJob, { campaign: id });
    else await this.evidence.executeIn(tx, campaign);
    if (overridden)
      await this.audit.record(tx, {
        type: 'certification.preflight-overridden',
        actor,
        target: { type: 'campaign', id },
        data: { reason: overridden.reason, problems: blocking },
      });
    await this.audit.record(tx, {
      type: 'certification.campaign-launched',
      actor,
      target: { type: 'campaign', id },
      data: { population: frozen.population, items: frozen.asked, hash: frozen.hash, dueAt: dueAt.toISOString() },
    });
  }
}

const dueOf = (campaign: Campaign, now: Date): Date =>
  campaign.dueAt ?? new Date(now.getTime() + campaign.dueDays * DAY_MS);

/** What is wrong with who would be asked. Without anybody to ask, a campaign cannot be trusted to cover what it froze. */
function ofReviewers(
  found: { noReviewer: number; ownAccess: number; leaver: number; overloaded: number },
  { settings }: Campaign,
): PreflightProblem[] {
  const problems: PreflightProblem[] = [];
  const say = (kind: string, blocks: boolean, count: number, detail: string): void =>
    void (count > 0 && problems.push({ kind, blocks, count, detail, source: null }));
  say('no-reviewer', true, found.noReviewer, `${found.noReviewer} items route to nobody; name a fallback`);
  say(
    'own-access',
    false,
    found.ownAccess,
    `${found.ownAccess} items are the own access of the only person who could be asked`,
  );
  say('reviewer-leaves', false, found.leaver, `${found.leaver} items route to somebody who leaves before they are due`);
  say(
    'reviewer-overloaded',
    false,
    found.overloaded,
    `${found.overloaded} reviewers have more than ${settings.load} items`,
  );
  return problems;
}
