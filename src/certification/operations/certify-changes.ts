import { Injectable } from '@nestjs/common';
import { population } from '../../catalogue/index.js';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, ChangedMeanwhile, systemActor } from '../../platform/http/index.js';
import { countOf } from '../queries/count-population.js';
import { type Trigger, TriggersRepository } from '../triggers.repository.js';
import { LaunchCampaign } from './launch-campaign.js';
import { blank, PrepareCampaign } from './prepare-campaign.js';

const AT_MOST = 10_000;
/** A change bears the instant at which it was begun and is seen when it is committed: only what has surely been written is looked at. */
const SETTLING_MS = 5 * 60_000;
const TITLES: Readonly<Record<Trigger['event'], string>> = {
  'new-owner': 'New owner',
  'privilege-increase': 'Privilege grew',
  'risk-increase': 'Risk grew',
  'agent-changed': 'An agent changed',
  finding: 'Something is wrong',
};

/** Asks at once about what an event touched, in a small campaign of its own. Off until somebody switches it on. */
@Injectable()
export class CertifyChanges {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly prepare: PrepareCampaign,
    private readonly launch: LaunchCampaign,
  ) {}

  /** What happened before it was switched on is not asked about. */
  async put(
    actor: Actor,
    event: Trigger['event'],
    seen: number,
    input: { enabled: boolean; parameters: Trigger['parameters'] },
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const triggers = tx.use(TriggersRepository);
      const before = await triggers.forChange(event);
      if (before) assertUnchanged(before, seen);
      else if (seen !== 0) throw new ChangedMeanwhile(0);
      const seenUntil = before?.enabled && input.enabled ? before.seenUntil : this.clock.now();
      await triggers.put({ event, ...input, seenUntil }, actor.id);
      await this.audit.record(tx, {
        type: 'certification.trigger-changed',
        actor,
        target: { type: 'campaign-trigger', id: event },
        data: { before: before && { enabled: before.enabled, parameters: before.parameters }, after: input },
      });
    });
  }

  async execute(signal: AbortSignal): Promise<{ campaigns: number }> {
    const events = (await this.database.read((tx) => tx.use(TriggersRepository).all())).filter(
      ({ enabled }) => enabled,
    );
    let campaigns = 0;
    for (const { event } of events) {
      signal.throwIfAborted();
      campaigns += await this.database.transaction((tx) => this.ask(tx, event));
    }
    return { campaigns };
  }

  private async ask(tx: Tx, event: Trigger['event']): Promise<number> {
    const triggers = tx.use(TriggersRepository);
    const trigger = await triggers.forChange(event);
    if (!trigger?.enabled) return 0;
    const now = this.clock.now();
    const until = new Date(now.getTime() - SETTLING_MS);
    if (until <= trigger.seenUntil) return 0;
    const ids = await triggers.identities(trigger, until, AT_MOST);
    await triggers.seen(event, until);
    if (ids.length === 0 || (await countOf(tx, population({ subject: 'identity', ids }, now))) === 0) return 0;
    const actor = systemActor('certification');
    const campaign = {
      ...blank(
        this.clock,
        `${TITLES[event]}: ${ids.length === 1 ? 'one identity' : `${ids.length} identities`}, ${now.toISOString().slice(0, 10)}`,
        event,
        null,
      ),
      kind: 'micro' as const,
      scope: { subject: 'identity' as const, ids },
      dueDays: trigger.parameters.dueInDays,
    };
    await this.prepare.insert(tx, actor, campaign, null);
    await this.launch.executeIn(tx, actor, campaign.id, null);
    return 1;
  }
}
