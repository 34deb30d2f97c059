import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { LaunchBlocked } from '../certification.errors.js';
import { CloseCampaign } from './close-campaign.js';
import { LaunchCampaign } from './launch-campaign.js';

const AT_MOST = 100;

/** Does at its time what nobody has to be asked for. What may not be launched as it is waits for a person, and says so. */
@Injectable()
export class TurnCampaigns {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly launch: LaunchCampaign,
    private readonly close: CloseCampaign,
  ) {}

  async execute(signal: AbortSignal): Promise<{ launched: number; blocked: number; closed: number }> {
    const actor = systemActor('certification');
    const [starting, ending] = await this.database.read(async (tx) => [
      await tx.use(CampaignsRepository).starting(this.clock.now(), AT_MOST),
      await tx.use(CampaignsRepository).ending(this.clock.now(), AT_MOST),
    ]);
    const done = { launched: 0, blocked: 0, closed: 0 };
    for (const { id } of starting) {
      signal.throwIfAborted();
      try {
        await this.launch.execute(actor, id, null);
        done.launched++;
      } catch (error) {
        if (!(error instanceof LaunchBlocked)) throw error;
        await this.waitForPerson(id, error);
        done.blocked++;
      }
    }
    for (const { id } of ending) {
      signal.throwIfAborted();
      await this.close.execute(actor, id, 'its time was over');
      done.closed++;
    }
    return done;
  }

  private waitForPerson(id: string, blocked: LaunchBlocked): Promise<void> {
    return this.database.transaction(async (tx) => {
      await tx.use(CampaignsRepository).putOff(id);
      await this.audit.record(tx, {
        type: 'certification.launch-blocked',
        actor: systemActor('certification'),
        target: { type: 'campaign', id },
        data: { problems: blocked.details.problems },
      });
    });
  }
}
