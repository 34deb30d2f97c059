import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, ReferenceUnknown, RequestInvalid } from '../../platform/http/index.js';
import { DigestClocksRepository } from '../clocks.repository.js';
import { NotificationSettingsRepository } from '../settings.repository.js';

export interface SettingsInput {
  readonly iamTeam: string | null;
  readonly digestHour: number;
  readonly zone: string;
  readonly managerAfterDays: number;
  readonly headAfterDays: number;
}

/** What holds for everybody who prefers nothing else, and who the IAM team is. */
@Injectable()
export class SetSettings {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, seen: number, wanted: SettingsInput): Promise<void> {
    await this.database.transaction(async (tx) => {
      const settings = tx.use(NotificationSettingsRepository);
      assertUnchanged(await settings.forChange(), seen);
      if (wanted.iamTeam !== null && !(await settings.teamExists(wanted.iamTeam)))
        throw new ReferenceUnknown('/iamTeam', 'team');
      if (!(await settings.knowsZone(wanted.zone)))
        throw new RequestInvalid([{ pointer: '/zone', detail: 'is not a time zone (Europe/Zurich)' }]);
      const before = await settings.read();
      await settings.write(wanted);
      await tx.use(DigestClocksRepository).resetAll(this.clock.now());
      await this.audit.record(tx, {
        type: 'notifications.settings-set',
        actor,
        target: { type: 'notification-settings', id: 'all' },
        data: { before, after: wanted },
      });
    });
  }
}
