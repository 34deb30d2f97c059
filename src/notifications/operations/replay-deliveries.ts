import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { DeliveriesRepository } from '../deliveries.repository.js';
import { DeliveryUnderway, WebhookDisabled } from '../notifications.errors.js';
import { deliverWebhooks } from '../notifications.jobs.js';
import { type WebhookRow, WebhooksRepository } from '../webhooks.repository.js';

/** More than this is not replayed at once: ask again for what comes after. */
export const REPLAYED_AT_ONCE = 10_000;

/** Sends again: one delivery, all of a span, or a test that means nothing. What is sent again keeps its id. */
@Injectable()
export class ReplayDeliveries {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  async one(actor: Actor, webhookId: string, deliveryId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const webhook = await enabled(tx, webhookId);
      const deliveries = tx.use(DeliveriesRepository);
      const delivery = await deliveries.forChange(webhookId, deliveryId);
      if (!delivery) throw new NotFound('delivery');
      if (delivery.state === 'queued' || delivery.state === 'sending') throw new DeliveryUnderway();
      await deliveries.requeue(deliveryId, this.clock.now());
      await this.record(tx, actor, webhook, { delivery: deliveryId });
    });
  }

  async span(actor: Actor, webhookId: string, since: Date, until: Date | null): Promise<number> {
    return this.database.transaction(async (tx) => {
      const webhook = await enabled(tx, webhookId);
      const now = this.clock.now();
      const end = until ?? now;
      const queued = await tx.use(DeliveriesRepository).replaySpan(webhookId, since, end, now, REPLAYED_AT_ONCE);
      await this.record(tx, actor, webhook, { since: since.toISOString(), until: end.toISOString(), queued });
      return queued;
    });
  }

  async test(actor: Actor, webhookId: string): Promise<string> {
    return this.database.transaction(async (tx) => {
      const webhook = await enabled(tx, webhookId);
      const now = this.clock.now();
      const id = newId(this.clock);
      await tx.use(DeliveriesRepository).insertTest(
        id,
        webhookId,
        {
          type: 'webhook.test',
          timestamp: now.toISOString(),
          data: { webhook: webhook.name, actor: actor.id, target: { type: 'webhook', id: webhookId } },
        },
        now,
      );
      await this.record(tx, actor, webhook, { test: id });
      return id;
    });
  }

  private async record(tx: Tx, actor: Actor, webhook: WebhookRow, data: Record<string, unknown>): Promise<void> {
    await this.audit.record(tx, {
      type: 'notifications.webhook-replayed',
      actor,
      target: { type: 'webhook', id: webhook.id },
      data: { name: webhook.name, ...data },
    });
    await this.jobs.enqueue(tx, deliverWebhooks, {});
  }
}

async function enabled(tx: Tx, id: string): Promise<WebhookRow> {
  const webhook = await tx.use(WebhooksRepository).forChange(id);
  if (!webhook) throw new NotFound('webhook');
  if (webhook.status === 'disabled') throw new WebhookDisabled();
  return webhook;
}
