import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Audit } from '../../audit/index.js';
import { Clock, DAY_MS, HOUR_MS } from '../../platform/clock/index.js';
import { Config } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import type { Counts } from '../../platform/jobs/index.js';
import { AddressClosed, type OutboundAnswer, OutboundFailed, postOutside } from '../../platform/outbound/index.js';
import { chatBody, eventLine } from '../chat-text.js';
import { DeliveriesRepository, type DeliveryState, type TakenDelivery } from '../deliveries.repository.js';
import { SealedSecrets } from '../sealed-secrets.js';
import { placeOfSecret, placeOfUrl } from '../webhook-places.js';
import { WebhooksRepository } from '../webhooks.repository.js';

const AT_ONCE = 1000;
const LANES = 4;
const TIMEOUT_MS = 15_000;
/** Waits before each further attempt, as Standard Webhooks suggests: nearly three days in all. */
const WAITS_MS = [
  5000,
  5 * 60_000,
  30 * 60_000,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

interface Result {
  readonly status: number | null;
  readonly error: string | null;
  readonly excerpt: string | null;
  readonly tookMs: number;
  /** The other side may have it although it said nothing. */
  readonly isAmbiguous: boolean;
}
type Tally = Record<'fed' | DeliveryState | 'disabled', number>;

/** Hands what happened to the webhooks that asked for it: signed, again while they fail, each time with a line in the log. */
@Injectable()
export class DeliverWebhooks {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly secrets: SealedSecrets,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async execute(signal: AbortSignal): Promise<Counts> {
    const done = await this.database.exclusively('notifications.deliver-webhooks', async () => {
      const tally: Tally = { fed: 0, queued: 0, sending: 0, delivered: 0, failed: 0, unknown: 0, disabled: 0 };
      await this.database.transaction((tx) => tx.use(DeliveriesRepository).recover(this.clock.now()));
      for (let looked = AT_ONCE; looked === AT_ONCE && !signal.aborted;) {
        const fed = await this.database.transaction((tx) =>
          tx.use(DeliveriesRepository).feed(AT_ONCE, this.clock.now()),
        );
        looked = fed.entries;
        tally.fed += fed.deliveries;
      }
      const lanes = await Promise.allSettled(Array.from({ length: LANES }, () => this.lane(tally, signal)));
      for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
      return Object.fromEntries(Object.entries(tally).filter(([, count]) => count > 0));
    });
    return done === 'taken' ? {} : done;
  }

  private async lane(tally: Tally, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const claim = newId(this.clock);
      const delivery = await this.database.transaction((tx) =>
        tx.use(DeliveriesRepository).take(claim, this.clock.now()),
      );
      if (!delivery) return;
      const result = await this.post(delivery, signal);
      await this.settle(delivery, claim, result, tally);
    }
  }

  private async post(delivery: TakenDelivery, signal: AbortSignal): Promise<Result> {
    const begun = performance.now();
    const took = (): number => Math.round(performance.now() - begun);
    try {
      const { status, excerpt } = await this.request(delivery, signal);
      return { status, error: null, excerpt: excerpt.slice(0, 500), tookMs: took(), isAmbiguous: false };
    } catch (error) {
      if (!(error instanceof AddressClosed) && !(error instanceof OutboundFailed)) throw error;
      const isAmbiguous = error instanceof OutboundFailed && error.handedOver;
      return { status: null, error: error.message, excerpt: null, tookMs: took(), isAmbiguous };
    }
  }

  private request(delivery: TakenDelivery, signal: AbortSignal): Promise<OutboundAnswer> {
    const { id, webhookId, kind, payload } = delivery;
    const line = eventLine(payload);
    const body = kind === 'standard' ? JSON.stringify(payload) : chatBody(kind, line.subject, line.text);
    return postOutside({
      url: this.secrets.open(delivery.sealedUrl, placeOfUrl(webhookId)),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Mandate-Webhooks',
        ...(kind === 'standard' ? this.signature(delivery, body) : { 'x-mandate-delivery': id }),
      },
      body,
      timeoutMs: TIMEOUT_MS,
      allowPrivate: this.config.get('MANDATE_WEBHOOK_ALLOW_PRIVATE'),
      signal,
    });
  }

  /** Signed with the secret, and for a while after it was renewed with the one before as well. */
  private signature(delivery: TakenDelivery, body: string): Record<string, string> {
    const now = this.clock.now();
    const secrets = [
      delivery.sealedSecret!,
      ...(delivery.sealedSecretBefore && delivery.secretBeforeUntil! > now ? [delivery.sealedSecretBefore] : []),
    ];
    const id = `msg_${delivery.id}`;
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': secrets
        .map((sealed) => new Webhook(this.secrets.open(sealed, placeOfSecret(delivery.webhookId))).sign(id, now, body))
        .join(' '),
    };
  }

  private async settle(delivery: TakenDelivery, claim: string, result: Result, tally: Tally): Promise<void> {
    await this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const deliveries = tx.use(DeliveriesRepository);
      await deliveries.addAttempt(delivery.id, { ...result, at: now });
      const taken = result.status !== null && result.status >= 200 && result.status < 300;
      const wait = WAITS_MS[delivery.attempts - 1];
      const state: DeliveryState = taken
        ? 'delivered'
        : result.isAmbiguous && delivery.kind !== 'standard'
          ? 'unknown'
          : wait === undefined
            ? 'failed'
            : 'queued';
      const dueAt = state === 'queued' ? new Date(now.getTime() + wait!) : now;
      await deliveries.finish(delivery.id, claim, state, dueAt, taken ? now : null);
      tally[state]++;
      const webhooks = tx.use(WebhooksRepository);
      const { failingSince } = await webhooks.noteAnswer(delivery.webhookId, taken, now);
      const days = this.config.get('MANDATE_WEBHOOK_DISABLE_AFTER_DAYS');
      const because =
        result.status === 410
          ? 'The other side answered 410: it is gone for good.'
          : failingSince && now.getTime() - failingSince.getTime() >= days * DAY_MS
            ? `It failed for ${days} days without a single success.`
            : null;
      if (because === null) return;
      const webhook = await webhooks.forChange(delivery.webhookId);
      if (!webhook || webhook.status === 'disabled') return;
      await webhooks.save({
        ...webhook,
        status: 'disabled',
        disabledBecause: because,
        disabledAt: now,
        version: webhook.version + 1,
      });
      await this.audit.record(tx, {
        type: 'notifications.webhook-switched-off',
        actor: systemActor('notifications'),
        target: { type: 'webhook', id: webhook.id },
        data: { name: webhook.name, because, failingSince: failingSince?.toISOString() ?? null },
      });
      tally.disabled++;
    });
  }
}
