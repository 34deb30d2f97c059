import { Body, Controller, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Config } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  hasRole,
  NotFound,
  type Page,
  pageOf,
  type Role,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { type MessageRow, MessagesRepository } from './messages.repository.js';
import {
  messageSchema,
  messagesQuery,
  messageSummarySchema,
  newSettings,
  settingsSchema,
} from './notifications.schemas.js';
import { ResendMessage } from './operations/resend-message.js';
import { SetSettings } from './operations/set-settings.js';
import { NotificationSettingsRepository } from './settings.repository.js';

const id = z.uuid();
/** Who sees what was told to others. */
const OVERSEERS: readonly Role[] = ['admin', 'auditor', 'iam-engineer'];

const summary = ({ text: _text, html: _html, ...row }: MessageRow) => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  dueAt: row.dueAt.toISOString(),
  sentAt: row.sentAt?.toISOString() ?? null,
});

@ApiTags('notifications')
@Controller('notifications')
export class MessagesController {
  constructor(
    private readonly database: Database,
    private readonly again: ResendMessage,
  ) {}

  @Get()
  @Allow(...OVERSEERS, 'relation')
  @Answers(200, pageOf(messageSummarySchema), 'What was sent or waits to be, newest first; others see their own')
  async list(
    @Caller() actor: Actor,
    @Query({ schema: messagesQuery }) query: z.output<typeof messagesQuery>,
  ): Promise<Page<ReturnType<typeof summary>>> {
    const after = decodeCursor(query.cursor, 1);
    const person = hasRole(actor, ...OVERSEERS) ? query.person : actor.person!;
    if (query.person !== undefined && query.person !== person) return { data: [], next: null };
    const rows = await this.database.read((tx) =>
      tx.use(MessagesRepository).page({ state: query.state, person }, query.limit + 1, after ? String(after[0]) : null),
    );
    const page = toPage(rows, query.limit, (row) => [row.id]);
    return { data: page.data.map(summary), next: page.next };
  }

  @Get(':id')
  @Allow(...OVERSEERS, 'relation')
  @Answers(200, messageSchema, 'One message with its words')
  async read(@Caller() actor: Actor, @Param('id', { schema: id }) messageId: string) {
    const row = await this.database.read((tx) => tx.use(MessagesRepository).one(messageId));
    if (!row || !(hasRole(actor, ...OVERSEERS) || (row.person !== null && row.person.id === actor.person)))
      throw new NotFound('message');
    return { ...summary(row), text: row.text, html: row.html };
  }

  @Post(':id/resend')
  @Allow('admin', 'iam-engineer')
  @Answers(202, messageSummarySchema, 'Sends the same words once more, as a message of its own')
  async resend(@Caller() actor: Actor, @Param('id', { schema: id }) messageId: string) {
    const again = await this.again.execute(actor, messageId);
    return summary((await this.database.read((tx) => tx.use(MessagesRepository).one(again)))!);
  }
}

@ApiTags('notifications')
@Controller('notification-settings')
export class NotificationSettingsController {
  constructor(
    private readonly database: Database,
    private readonly set: SetSettings,
    private readonly config: Config,
  ) {}

  @Get()
  @Allow(...OVERSEERS)
  @Answers(200, settingsSchema, 'When people are told, when it escalates, and who is told what is new')
  async read(@Res({ passthrough: true }) reply: FastifyReply) {
    const row = await this.database.read((tx) => tx.use(NotificationSettingsRepository).read());
    setVersion(reply, row.version);
    return { ...row, mailIsConfigured: this.config.get('MANDATE_MAIL_URL') !== undefined };
  }

  @Put()
  @Allow('admin')
  @Answers(200, settingsSchema, 'Changes them; needs If-Match')
  async write(
    @Caller() actor: Actor,
    @SeenVersion() seen: number,
    @Body({ schema: newSettings }) body: z.output<typeof newSettings>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.set.execute(actor, seen, body);
    return this.read(reply);
  }
}
