import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  AnswersSecret,
  Caller,
  decodeCursor,
  FreshSignIn,
  NotFound,
  pageOf,
  pageQuery,
  RequestInvalid,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import {
  changedWebhook,
  deliveriesQuery,
  deliverySchema,
  madeWebhook,
  newWebhook,
  replayed,
  webhookSchema,
} from './notifications.schemas.js';
import { PutWebhook } from './operations/put-webhook.js';
import { ReplayDeliveries } from './operations/replay-deliveries.js';
import { type WebhookRow, WebhooksRepository } from './webhooks.repository.js';

const id = z.uuid();
const queued = z.strictObject({ queued: z.number().int() }).meta({ id: 'WebhookReplayed' });

@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly database: Database,
    private readonly put: PutWebhook,
    private readonly replay: ReplayDeliveries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow('admin', 'auditor')
  @Answers(200, pageOf(webhookSchema), 'Webhooks and chats, newest first; never their secrets')
  async list(@Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string }) {
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(WebhooksRepository).page(query.limit + 1, after ? String(after[0]) : null),
    );
    const page = toPage(rows, query.limit, (row) => [row.id]);
    return { data: page.data.map((row) => this.present(row)), next: page.next };
  }

  @Post()
  @Allow('admin')
  @FreshSignIn()
  @AnswersSecret()
  @Answers(201, madeWebhook, 'Makes a webhook; its secret is in this answer and nowhere else')
  async make(
    @Caller() actor: Actor,
    @Body({ schema: newWebhook }) { kind, ...input }: z.output<typeof newWebhook>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const made = await this.put.create(actor, kind, input);
    return { ...(await this.read(made.id, reply)), secret: made.secret };
  }

  @Get(':id')
  @Allow('admin', 'auditor')
  @Answers(200, webhookSchema, 'One webhook')
  async read(@Param('id', { schema: id }) webhookId: string, @Res({ passthrough: true }) reply: FastifyReply) {
    const row = await this.existing(webhookId);
    setVersion(reply, row.version);
    return this.present(row);
  }

  @Patch(':id')
  @Allow('admin')
  @Answers(200, webhookSchema, 'Changes a webhook, switches it on or off; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) webhookId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedWebhook }) body: z.output<typeof changedWebhook>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { kind } = await this.existing(webhookId);
    for (const member of ['takesDigests', 'takesNews'] as const)
      if (kind === 'standard' && body[member])
        throw new RequestInvalid([{ pointer: `/${member}`, detail: 'is for a chat: slack or teams' }]);
    await this.put.change(actor, webhookId, seen, withoutUndefined(body));
    return this.read(webhookId, reply);
  }

  @Delete(':id')
  @Allow('admin')
  @Answers(204, null, 'Removes a webhook; needs If-Match')
  async end(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) webhookId: string,
    @SeenVersion() seen: number,
  ): Promise<void> {
    await this.put.remove(actor, webhookId, seen);
  }

  @Post(':id/secret')
  @Allow('admin')
  @FreshSignIn()
  @AnswersSecret()
  @Answers(201, madeWebhook, 'A new secret, in this answer and nowhere else; the one before signs as well for a day')
  async renew(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) webhookId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const secret = await this.put.renewSecret(actor, webhookId);
    return { ...(await this.read(webhookId, reply)), secret };
  }

  @Post(':id/test')
  @Allow('admin')
  @Answers(202, z.strictObject({ delivery: z.uuid() }).meta({ id: 'WebhookTest' }), 'Sends an event that means nothing')
  async test(@Caller() actor: Actor, @Param('id', { schema: id }) webhookId: string) {
    return { delivery: await this.replay.test(actor, webhookId) };
  }

  @Post(':id/replay')
  @Allow('admin')
  @Answers(202, queued, 'Sends again all it chose of a span of time, and what it never got; at most 10,000 at once')
  async replaySpan(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) webhookId: string,
    @Body({ schema: replayed }) body: z.output<typeof replayed>,
  ) {
    const until = body.until === undefined ? null : new Date(body.until);
    return { queued: await this.replay.span(actor, webhookId, new Date(body.since), until) };
  }

  @Get(':id/deliveries')
  @Allow('admin', 'auditor')
  @Answers(200, pageOf(deliverySchema), 'What was sent, newest first, with each attempt and its answer')
  async deliveries(
    @Param('id', { schema: id }) webhookId: string,
    @Query({ schema: deliveriesQuery }) query: z.output<typeof deliveriesQuery>,
  ) {
    await this.existing(webhookId);
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx.use(DeliveriesRepository).page(webhookId, query.state, query.limit + 1, after),
    );
    const page = toPage(rows, query.limit, (row) => [row.createdAt.toISOString(), row.id]);
    return {
      data: page.data.map(({ webhookId: _of, ...row }) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        dueAt: row.dueAt.toISOString(),
        deliveredAt: row.deliveredAt?.toISOString() ?? null,
      })),
      next: page.next,
    };
  }

  @Post(':id/deliveries/:delivery/replay')
  @Allow('admin')
  @Answers(202, queued, 'Sends one delivery again, under the id it had')
  async replayOne(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) webhookId: string,
    @Param('delivery', { schema: id }) delivery: string,
  ) {
    await this.replay.one(actor, webhookId, delivery);
    return { queued: 1 };
  }

  private async existing(webhookId: string): Promise<WebhookRow> {
    const row = await this.database.read((tx) => tx.use(WebhooksRepository).one(webhookId));
    if (!row) throw new NotFound('webhook');
    return row;
  }

  private present(row: WebhookRow) {
    const until = row.secretBeforeUntil;
    return {
      id: row.id,
      name: row.name,
      kind: row.kind,
      url: row.shownUrl,
      events: [...row.events],
      takesDigests: row.takesDigests,
      takesNews: row.takesNews,
      status: row.status,
      disabledBecause: row.disabledBecause,
      disabledAt: row.disabledAt?.toISOString() ?? null,
      failingSince: row.failingSince?.toISOString() ?? null,
      oldSecretSignsUntil: until && until > this.clock.now() ? until.toISOString() : null,
      createdBy: row.createdBy,
      createdAt: row.createdAt.toISOString(),
      version: row.version,
    };
  }
}

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };
const withoutUndefined = <T extends object>(value: T): Given<T> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Given<T>;
