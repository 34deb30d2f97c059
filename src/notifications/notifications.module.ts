import { Global, Module } from '@nestjs/common';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { ChatPoster } from './chat-poster.js';
import { Contributions } from './contributions.js';
import { MessagesController, NotificationSettingsController } from './messages.controller.js';
import { MessagesRepository } from './messages.repository.js';
import { deliverWebhooks, forgetTold, planDigests, sendMessages } from './notifications.jobs.js';
import { contributeOwnNews } from './notifications.news.js';
import { ComposeDigests } from './operations/compose-digests.js';
import { DeliverWebhooks } from './operations/deliver-webhooks.js';
import { PlanDigests } from './operations/plan-digests.js';
import { PutWebhook } from './operations/put-webhook.js';
import { ReplayDeliveries } from './operations/replay-deliveries.js';
import { ResendMessage } from './operations/resend-message.js';
import { SendMessages } from './operations/send-messages.js';
import { SetPreferences } from './operations/set-preferences.js';
import { SetSettings } from './operations/set-settings.js';
import { SummonDigests } from './operations/summon-digests.js';
import { PreferencesController } from './preferences.controller.js';
import { SealedSecrets } from './sealed-secrets.js';
import { SiemController } from './siem.controller.js';
import { contributeAuditLog } from './siem.js';
import { WebhooksController } from './webhooks.controller.js';

@Global()
@Module({
  controllers: [
    MessagesController,
    NotificationSettingsController,
    PreferencesController,
    WebhooksController,
    SiemController,
  ],
  providers: [
    Contributions,
    SealedSecrets,
    ChatPoster,
    ComposeDigests,
    PlanDigests,
    SendMessages,
    DeliverWebhooks,
    PutWebhook,
    ReplayDeliveries,
    ResendMessage,
    SetPreferences,
    SetSettings,
    SummonDigests,
  ],
  exports: [Contributions, SummonDigests],
})
export class NotificationsModule {
  constructor(
    registry: JobRegistry,
    plan: PlanDigests,
    send: SendMessages,
    deliver: DeliverWebhooks,
    database: Database,
    clock: Clock,
    contributions: Contributions,
    metrics: Metrics,
  ) {
    registry.bind(planDigests, { plan });
    registry.bind(sendMessages, { send });
    registry.bind(deliverWebhooks, { deliver });
    registry.bind(forgetTold, { database, clock });
    contributeOwnNews(contributions);
    contributeAuditLog(contributions);
    metrics.addGauge({
      name: 'mandate_messages',
      help: 'Messages that wait, failed, or of which nobody knows whether they arrived, by state.',
      labels: ['state'],
      read: async () =>
        (await database.read((tx) => tx.use(MessagesRepository).countByState())).map(({ state, count }) => ({
          labels: { state },
          value: count,
        })),
    });
  }
}
