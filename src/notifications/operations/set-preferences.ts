import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown, RequestInvalid } from '../../platform/http/index.js';
import { DigestClocksRepository } from '../clocks.repository.js';
import { type Preferences, PreferencesRepository } from '../preferences.repository.js';
import { NotificationSettingsRepository } from '../settings.repository.js';
import { WebhooksRepository } from '../webhooks.repository.js';

/** When, where and how somebody is told. Whether they are told what they owe is not theirs to choose. */
@Injectable()
export class SetPreferences {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, personId: string, seen: number, wanted: Preferences): Promise<void> {
    await this.database.transaction(async (tx) => {
      const preferences = tx.use(PreferencesRepository);
      if (!(await preferences.lock(personId))) throw new NotFound('person');
      const { version, ...before } = await preferences.of(personId);
      assertUnchanged({ version }, seen);
      if (wanted.zone !== null && !(await tx.use(NotificationSettingsRepository).knowsZone(wanted.zone)))
        throw new RequestInvalid([{ pointer: '/zone', detail: 'is not a time zone (Europe/Zurich)' }]);
      const chats = await tx.use(WebhooksRepository).takingDigests();
      for (const [at, id] of wanted.webhooks.entries())
        if (!chats.has(id)) throw new ReferenceUnknown(`/channels/webhooks/${at}`, 'chat that takes digests');
      await preferences.write(personId, { ...wanted, version: version + 1 });
      await tx.use(DigestClocksRepository).reset(personId, this.clock.now());
      await this.audit.record(tx, {
        type: 'notifications.preferences-set',
        actor,
        target: { type: 'person', id: personId },
        data: { before, after: wanted },
      });
    });
  }
}
