import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound, systemActor } from '../../platform/http/index.js';
import { SummonDigests } from '../../notifications/index.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { CampaignNotInState } from '../certification.errors.js';
import { type Owed, RemindersRepository } from '../reminders.repository.js';

/**
 * Records at each step who owes what, one entry for each person however many campaigns ask them, and for nobody who owes nothing.
 * Digests tell it: they follow the same steps, on the day of each and within everything else their reader owes.
 */
@Injectable()
export class RemindReviewers {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly summon: SummonDigests,
  ) {}

  /** The steps whose time has come. Of several that were missed, the last is told. */
  execute(): Promise<{ reminded: number; escalated: number }> {
    return this.database.transaction(async (tx) => {
      const reminders = tx.use(RemindersRepository);
      const due = await reminders.due(this.clock.now());
      if (due.length === 0) return { reminded: 0, escalated: 0 };
      const toReviewers = new Map(
        due.filter(({ step }) => !step.startsWith('escalate')).map(({ campaignId, step }) => [campaignId, step]),
      );
      const ofManagers = due.filter(({ step }) => step === 'escalate-manager').map(({ campaignId }) => campaignId);
      const ofCampaigns = due
        .filter(({ step }) => step === 'escalate-campaign-manager')
        .map(({ campaignId }) => campaignId);
      const actor = systemActor('certification');
      const reminded = await this.remind(tx, actor, await reminders.owed([...toReviewers.keys()]), (campaign) =>
        toReviewers.get(campaign)!,
      );
      const managers = new Map((await reminders.running()).map(({ id, managerId }) => [id, managerId]));
      const escalated =
        (await this.escalate(tx, actor, 'manager', await reminders.owed(ofManagers), ({ managerId }) => managerId)) +
        (await this.escalate(
          tx,
          actor,
          'campaign-manager',
          await reminders.owed(ofCampaigns),
          ({ campaignId }) => managers.get(campaignId) ?? null,
        ));
      await reminders.sent(due, reminded + escalated, this.clock.now());
      return { reminded, escalated };
    });
  }

  /** Because a campaign manager asks for it: everybody who owes, or one of them, and now instead of with the next digest. */
  byHand(actor: Actor, campaignId: string, person: string | null): Promise<number> {
    return this.database.transaction(async (tx) => {
      const campaign = await tx.use(CampaignsRepository).forDecision(campaignId);
      if (!campaign) throw new NotFound('campaign');
      if (campaign.status !== 'running') throw new CampaignNotInState(campaign.status, 'running');
      const reminders = tx.use(RemindersRepository);
      const owed = await reminders.owed([campaignId], person);
      const people = [...new Set(owed.map(({ personId }) => personId))];
      await reminders.called(campaignId, people, this.clock.now());
      await this.summon.executeIn(tx, people);
      return this.remind(tx, actor, owed, () => 'by-hand');
    });
  }

  private async remind(
    tx: Tx,
    actor: Actor,
    owed: readonly Owed[],
    stepOf: (campaign: string) => string,
  ): Promise<number> {
    const people = group(owed, ({ personId }) => personId);
    for (const [person, theirs] of people)
      await this.audit.record(tx, {
        type: 'certification.reminder-due',
        actor,
        target: { type: 'person', id: person },
        data: { items: sum(theirs), campaigns: theirs.map((one) => ({ ...told(one), step: stepOf(one.campaignId) })) },
      });
    return people.size;
  }

  private async escalate(
    tx: Tx,
    actor: Actor,
    to: string,
    owed: readonly Owed[],
    who: (one: Owed) => string | null,
  ): Promise<number> {
    const people = group(owed, who);
    for (const [person, theirs] of people)
      await this.audit.record(tx, {
        type: 'certification.reminder-escalated',
        actor,
        target: { type: 'person', id: person },
        data: { to, items: sum(theirs), owed: theirs.map((one) => ({ ...told(one), person: one.personId })) },
      });
    return people.size;
  }
}

const told = ({ campaignId, campaign, dueAt, items, grave }: Owed) => ({
  campaign: campaignId,
  name: campaign,
  dueAt,
  items,
  grave,
});
const sum = (all: readonly Owed[]): number => all.reduce((total, { items }) => total + items, 0);

function group(owed: readonly Owed[], who: (one: Owed) => string | null): Map<string, Owed[]> {
  const groups = new Map<string, Owed[]>();
  for (const one of owed) {
    const key = who(one);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return groups;
}
