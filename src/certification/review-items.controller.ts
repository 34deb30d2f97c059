import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  jsonPage,
  jsonText,
  NotFound,
  pageOf,
  READERS,
  SeenVersion,
  setVersion,
  ScopedToo,
} from '../platform/http/index.js';
import { DecideItem } from './operations/decide-item.js';
import { KeepRoutine } from './operations/keep-routine.js';
import { type ItemRow, itemHistory, oneItem, reviewerPage } from './queries/item-view.js';
import { withChanges } from './queries/with-changes.js';
import {
  bulkKeep,
  bulkKept,
  itemEventSchema,
  newDecision,
  reviewItemSchema,
  reviewItemsQuery,
} from './review-items.schemas.js';

const id = z.uuid();

@ApiTags('reviews')
@Controller('review-items')
export class ReviewItemsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly clock: Clock,
    private readonly decide: DecideItem,
    private readonly keepRoutine: KeepRoutine,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(reviewItemSchema), 'What is yours to decide, the gravest first')
  async list(
    @Caller() actor: Actor,
    @Query({ schema: reviewItemsQuery }) query: z.output<typeof reviewItemsQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const after = decodeCursor(query.cursor, 2);
    const { person } = actor;
    const rows =
      person === null
        ? []
        : await this.database.read(async (tx) =>
            withChanges(tx, await reviewerPage(tx, person, query, query.limit + 1, after), this.clock.now()),
          );
    return jsonPage(reply, rows, query.limit, (row) => [row.rank, row.id]);
  }

  @Post('keep')
  @Allow('relation')
  @Answers(200, bulkKept, 'Keeps several routine items at once, where policy allows it for all of them')
  async keep(@Caller() actor: Actor, @Body({ schema: bulkKeep }) body: z.output<typeof bulkKeep>) {
    await this.keepRoutine.execute(actor, body.items, body.shownAt ?? null);
    return { kept: body.items.length };
  }

  @Get(':id')
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, reviewItemSchema, 'One item with its evidence as it was frozen, and what changed since')
  async read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) itemId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.one(await this.visible(actor, itemId), reply);
  }

  @Post(':id/decision')
  @Allow('relation')
  @Answers(200, reviewItemSchema, 'Decides an item, or changes the decision; needs If-Match')
  async say(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) itemId: string,
    @SeenVersion() seen: number,
    @Body({ schema: newDecision }) body: z.output<typeof newDecision>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.decide.execute(actor, itemId, seen, body);
    const row = await this.database.read(async (tx) => {
      const found = await oneItem(tx, itemId, null);
      return found === null ? null : (await withChanges(tx, [found], this.clock.now()))[0]!;
    });
    return this.one(row!, reply);
  }

  @Get(':id/history')
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(itemEventSchema), 'Every decision on it and every move, newest first')
  async history(@Caller() actor: Actor, @Param('id', { schema: id }) itemId: string) {
    await this.visible(actor, itemId);
    return { data: await this.database.read((tx) => itemHistory(tx, itemId)), next: null };
  }

  private async visible(actor: Actor, itemId: string): Promise<ItemRow> {
    const row = await this.database.read(async (tx) => {
      const found = await oneItem(tx, itemId, this.visibility.visibleTo(actor, 'review-item', 'i'));
      return found === null ? null : (await withChanges(tx, [found], this.clock.now()))[0]!;
    });
    if (!row) throw new NotFound('review item');
    return row;
  }

  private one(row: ItemRow, reply: FastifyReply): string {
    setVersion(reply, row.version);
    return jsonText(reply, row.json);
  }
}
