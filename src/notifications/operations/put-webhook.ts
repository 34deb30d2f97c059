import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { Config } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound } from '../../platform/http/index.js';
import { closedBecause } from '../../platform/outbound/index.js';
import { DeliveriesRepository } from '../deliveries.repository.js';
import { WebhookAddressClosed, WebhookHasNoSecret, WebhookNameTaken } from '../notifications.errors.js';
import { SealedSecrets } from '../sealed-secrets.js';
import { placeOfSecret, placeOfUrl } from '../webhook-places.js';
import { type WebhookKind, type WebhookRow, WebhooksRepository } from '../webhooks.repository.js';

export interface WebhookInput {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly takesDigests: boolean;
  readonly takesNews: boolean;
  readonly enabled: boolean;
}

/** For how long the secret before still signs beside the new one, so that a receiver can be changed at leisure. */
const OLD_SECRET_MS = DAY_MS;
const mintSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Makes a webhook, changes it, gives it a new secret, removes it. Its secret is told once, and kept sealed. */
@Injectable()
export class PutWebhook {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly secrets: SealedSecrets,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, kind: WebhookKind, input: WebhookInput): Promise<{ id: string; secret: string | null }> {
    this.assertReachable(input.url);
    const id = newId(this.clock);
    const secret = kind === 'standard' ? mintSecret() : null;
    const now = this.clock.now();
    const row: WebhookRow = {
      id,
      name: input.name,
      kind,
      sealedUrl: this.secrets.seal(input.url, placeOfUrl(id)),
      shownUrl: shown(kind, input.url),
      sealedSecret: secret === null ? null : this.secrets.seal(secret, placeOfSecret(id)),
      sealedSecretBefore: null,
      secretBeforeUntil: null,
      events: input.events,
      takesDigests: input.takesDigests,
      takesNews: input.takesNews,
      status: input.enabled ? 'enabled' : 'disabled',
      disabledBecause: input.enabled ? null : 'It was made disabled.',
      disabledAt: input.enabled ? null : now,
      failingSince: null,
      createdBy: actor.id,
      createdAt: now,
      version: 1,
    };
    await this.database.transaction(async (tx) => {
      await assertNameFree(tx, input.name, null);
      await tx.use(WebhooksRepository).insert(row);
      await this.record(tx, actor, 'notifications.webhook-added', id, { kind, ...told(input, row.shownUrl) });
    });
    return { id, secret };
  }

  async change(actor: Actor, id: string, seen: number, input: Partial<WebhookInput>): Promise<void> {
    if (input.url !== undefined) this.assertReachable(input.url);
    await this.database.transaction(async (tx) => {
      const webhooks = tx.use(WebhooksRepository);
      const before = await webhooks.forChange(id);
      if (!before) throw new NotFound('webhook');
      assertUnchanged(before, seen);
      if (input.name !== undefined) await assertNameFree(tx, input.name, id);
      const now = this.clock.now();
      const enabled = input.enabled ?? before.status === 'enabled';
      const wakes = enabled && before.status === 'disabled';
      const shownUrl = input.url === undefined ? before.shownUrl : shown(before.kind, input.url);
      await webhooks.save({
        ...before,
        name: input.name ?? before.name,
        sealedUrl: input.url === undefined ? before.sealedUrl : this.secrets.seal(input.url, placeOfUrl(id)),
        shownUrl,
        events: input.events ?? before.events,
        takesDigests: input.takesDigests ?? before.takesDigests,
        takesNews: input.takesNews ?? before.takesNews,
        status: enabled ? 'enabled' : 'disabled',
        disabledBecause: enabled ? null : (before.disabledBecause ?? 'Somebody disabled it.'),
        disabledAt: enabled ? null : (before.disabledAt ?? now),
        failingSince: wakes ? null : before.failingSince,
        version: before.version + 1,
      });
      if (wakes) await tx.use(DeliveriesRepository).wake(id, now);
      await this.record(tx, actor, 'notifications.webhook-changed', id, {
        before: { name: before.name, url: before.shownUrl, events: before.events, status: before.status },
        after: { ...input, ...(input.url === undefined ? {} : { url: shownUrl }) },
      });
    });
  }

  /** A new secret; the one before signs as well for a day. */
  async renewSecret(actor: Actor, id: string): Promise<string> {
    const secret = mintSecret();
    await this.database.transaction(async (tx) => {
      const webhooks = tx.use(WebhooksRepository);
      const before = await webhooks.forChange(id);
      if (!before) throw new NotFound('webhook');
      if (before.sealedSecret === null) throw new WebhookHasNoSecret();
      const until = new Date(this.clock.now().getTime() + OLD_SECRET_MS);
      await webhooks.save({
        ...before,
        sealedSecret: this.secrets.seal(secret, placeOfSecret(id)),
        sealedSecretBefore: before.sealedSecret,
        secretBeforeUntil: until,
        version: before.version + 1,
      });
      await this.record(tx, actor, 'notifications.webhook-secret-renewed', id, {
        name: before.name,
        oldSignsUntil: until.toISOString(),
      });
    });
    return secret;
  }

  async remove(actor: Actor, id: string, seen: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const webhooks = tx.use(WebhooksRepository);
      const before = await webhooks.forChange(id);
      if (!before) throw new NotFound('webhook');
      assertUnchanged(before, seen);
      await webhooks.remove(id, this.clock.now());
      await this.record(tx, actor, 'notifications.webhook-removed', id, { name: before.name, url: before.shownUrl });
    });
  }

  private assertReachable(url: string): void {
    const because = closedBecause(url, this.config.get('MANDATE_WEBHOOK_ALLOW_PRIVATE'));
    if (because !== null) throw new WebhookAddressClosed(because);
  }

  private record(
    tx: Tx,
    actor: Actor,
    type: `notifications.${string}`,
    id: string,
    data: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    return this.audit.record(tx, { type, actor, target: { type: 'webhook', id }, data });
  }
}

async function assertNameFree(tx: Tx, name: string, except: string | null): Promise<void> {
  if (await tx.use(WebhooksRepository).nameTaken(name, except)) throw new WebhookNameTaken();
}

/** Whoever knows the address of a chat may write into it: only its host is shown. */
function shown(kind: WebhookKind, url: string): string {
  const { origin, pathname } = new URL(url);
  return kind === 'standard' ? `${origin}${pathname}` : `${origin}/…`;
}

const told = ({ name, events, takesDigests, takesNews, enabled }: WebhookInput, url: string) => ({
  name,
  url,
  events,
  takesDigests,
  takesNews,
  enabled,
});
