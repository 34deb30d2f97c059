import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';
import { AddressClosed, OutboundFailed, postOutside } from '../platform/outbound/index.js';
import { chatBody } from './chat-text.js';
import { SealedSecrets } from './sealed-secrets.js';
import type { Handing } from './smtp.js';
import { placeOfUrl } from './webhook-places.js';
import { WebhooksRepository } from './webhooks.repository.js';

const TIMEOUT_MS = 15_000;

/** Posts a message of the outbox into a chat. */
@Injectable()
export class ChatPoster {
  constructor(
    private readonly database: Database,
    private readonly secrets: SealedSecrets,
    private readonly config: Config,
  ) {}

  /** `handOver` runs before anything leaves: from then on the chat may have it. */
  async post(
    webhookId: string,
    message: { readonly subject: string; readonly text: string },
    handOver: () => Promise<void>,
  ): Promise<Handing> {
    const webhook = await this.database.read((tx) => tx.use(WebhooksRepository).one(webhookId));
    if (!webhook || webhook.kind === 'standard') return { outcome: 'refused', why: 'There is no such chat any more.' };
    if (webhook.status === 'disabled') return { outcome: 'refused', why: 'This chat is disabled.' };
    const url = this.secrets.open(webhook.sealedUrl, placeOfUrl(webhookId));
    await handOver();
    try {
      const { status, excerpt } = await postOutside({
        url,
        headers: { 'content-type': 'application/json' },
        body: chatBody(webhook.kind, message.subject, message.text),
        timeoutMs: TIMEOUT_MS,
        allowPrivate: this.config.get('MANDATE_WEBHOOK_ALLOW_PRIVATE'),
      });
      if (status >= 200 && status < 300) return { outcome: 'accepted' };
      const why = `the chat answered ${status}: ${excerpt.slice(0, 200)}`;
      return { outcome: status === 429 || status >= 500 ? 'later' : 'refused', why };
    } catch (error) {
      if (error instanceof AddressClosed) return { outcome: 'refused', why: error.message };
      if (error instanceof OutboundFailed)
        return { outcome: error.handedOver ? 'unknown' : 'unreachable', why: error.message };
      throw error;
    }
  }
}
