import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { CloseException, DecideException, ExceptionBeyondRight } from '../findings/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  FreshSignIn,
  jsonPage,
  jsonText,
  NotFound,
  pageOf,
  READERS,
  ScopedToo,
  setVersion,
} from '../platform/http/index.js';
import { exceptionDecision, exceptionSchema, exceptionsQuery } from './catalogue.schemas.js';
import { listExceptions, oneException } from './queries/exception-view.js';
import type { JsonRow } from './queries/identity-view.js';

const id = z.uuid();
type Decision = z.output<typeof exceptionDecision>;

@ApiTags('exceptions')
@Controller('exceptions')
@ScopedToo()
export class ExceptionsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly decide: DecideException,
    private readonly closing: CloseException,
  ) {}

  @Get()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(exceptionSchema), 'Exceptions in the order in which they end')
  async list(
    @Caller() actor: Actor,
    @Query({ schema: exceptionsQuery }) query: z.output<typeof exceptionsQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      listExceptions(tx, this.visibility.visibleTo(actor, 'finding', 'f'), query, query.limit + 1, after),
    );
    return jsonPage(reply, rows, query.limit, (row) => [row.expiresAt, row.id]);
  }

  @Get(':id')
  @Allow(...READERS, 'relation')
  @Answers(200, exceptionSchema, 'One exception')
  read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) exceptionId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.one(actor, exceptionId, reply);
  }

  @Post(':id/approve')
  @Allow('risk-acceptor')
  @FreshSignIn()
  @Answers(200, exceptionSchema, 'Approves an exception that somebody else requested; it ends by itself')
  approve(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) exceptionId: string,
    @Body({ schema: exceptionDecision }) body: Decision,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.decided(actor, exceptionId, 'approved', body, reply);
  }

  @Post(':id/reject')
  @Allow('risk-acceptor')
  @Answers(200, exceptionSchema, 'Rejects an exception')
  reject(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) exceptionId: string,
    @Body({ schema: exceptionDecision }) body: Decision,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return this.decided(actor, exceptionId, 'rejected', body, reply);
  }

  @Post(':id/close')
  @Allow('risk-acceptor', 'iam-engineer', 'incident-responder', 'policy-author', 'relation')
  @Answers(
    200,
    exceptionSchema,
    'Ends an exception before its time: who asked withdraws it, who accepts risks closes it',
  )
  async close(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) exceptionId: string,
    @Body({ schema: exceptionDecision }) body: Decision,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.visible(actor, exceptionId);
    const here = await this.database.read((tx) =>
      this.visibility.narrowedTo(
        actor,
        'finding',
        'f',
        async (reachable) => (await oneException(tx, reachable, exceptionId)) !== null,
      ),
    );
    await this.closing.execute(here, exceptionId, body.comment ?? null);
    return this.one(actor, exceptionId, reply);
  }

  private async decided(
    actor: Actor,
    exceptionId: string,
    status: 'approved' | 'rejected',
    { comment }: Decision,
    reply: FastifyReply,
  ): Promise<string> {
    await this.visible(actor, exceptionId, () => new ExceptionBeyondRight());
    await this.decide.execute(actor, exceptionId, status, comment ?? null);
    return this.one(actor, exceptionId, reply);
  }

  private async visible(actor: Actor, exceptionId: string, refusal?: () => Error): Promise<JsonRow> {
    const row = await this.database.read((tx) =>
      this.visibility.look(actor, 'finding', 'f', (visible) => oneException(tx, visible, exceptionId), refusal),
    );
    if (!row) throw new NotFound('exception');
    return row;
  }

  private async one(actor: Actor, exceptionId: string, reply: FastifyReply): Promise<string> {
    const row = await this.visible(actor, exceptionId);
    setVersion(reply, row.version);
    return jsonText(reply, row.json);
  }
}
