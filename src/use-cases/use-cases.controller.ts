import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  FreshSignIn,
  NotFound,
  pageOf,
  READERS,
  ScopedToo,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { DecideUseCase } from './operations/decide-use-case.js';
import { LinkIdentities } from './operations/link-identities.js';
import { PutUseCase } from './operations/put-use-case.js';
import { UseCasesRepository, type UseCaseView } from './use-cases.repository.js';
import {
  approvalSchema,
  changedUseCase,
  identityLinks,
  newApproval,
  newUseCase,
  useCaseSchema,
  useCasesQuery,
} from './use-cases.schemas.js';

const id = z.uuid();

@ApiTags('use cases')
@Controller('use-cases')
export class UseCasesController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly put: PutUseCase,
    private readonly decide: DecideUseCase,
    private readonly link: LinkIdentities,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(useCaseSchema), 'AI use cases, by name')
  async list(@Caller() actor: Actor, @Query({ schema: useCasesQuery }) query: z.output<typeof useCasesQuery>) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx.use(UseCasesRepository).page(query, this.visibility.visibleTo(actor, 'use-case', 'u'), query.limit + 1, after),
    );
    return toPage(rows, query.limit, (row) => [row.name, row.id]);
  }

  @Post()
  @Allow('admin', 'iam-engineer', 'ai-governance', 'relation')
  @Answers(201, useCaseSchema, 'Writes an AI use case down, as a draft')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newUseCase }) body: z.output<typeof newUseCase>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.fresh(await this.put.create(actor, body), reply);
  }

  @Get(':id')
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, useCaseSchema, 'One AI use case')
  async read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) useCaseId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const row = await this.visible(actor, useCaseId);
    setVersion(reply, row.version);
    return row;
  }

  @Patch(':id')
  @ScopedToo()
  @Allow('admin', 'iam-engineer', 'ai-governance', 'relation')
  @Answers(200, useCaseSchema, 'Changes a use case; a material change voids its approval. Needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) useCaseId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedUseCase }) body: z.output<typeof changedUseCase>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.visible(actor, useCaseId);
    await this.put.change(actor, useCaseId, seen, body);
    return this.fresh(useCaseId, reply);
  }

  @Get(':id/approvals')
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(approvalSchema), 'Who decided about it, on which state')
  async approvals(@Caller() actor: Actor, @Param('id', { schema: id }) useCaseId: string) {
    await this.visible(actor, useCaseId);
    return { data: await this.database.read((tx) => tx.use(UseCasesRepository).approvals(useCaseId)), next: null };
  }

  @Post(':id/approvals')
  @ScopedToo()
  @Allow('ai-governance')
  @FreshSignIn()
  @Answers(201, useCaseSchema, 'Approves or rejects the use case as it now stands')
  async approve(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) useCaseId: string,
    @Body({ schema: newApproval }) body: z.output<typeof newApproval>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.visible(actor, useCaseId);
    await this.decide.execute(actor, useCaseId, body.verdict, body.comment ?? null);
    return this.fresh(useCaseId, reply);
  }

  @Post(':id/identities')
  @ScopedToo()
  @Allow('admin', 'iam-engineer', 'ai-governance', 'relation')
  @Answers(200, useCaseSchema, 'Ties identities to the use case, or unties them')
  async tie(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) useCaseId: string,
    @Body({ schema: identityLinks }) body: z.output<typeof identityLinks>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.visible(actor, useCaseId);
    await this.link.execute(actor, useCaseId, {
      ...(body.add ? { add: body.add } : {}),
      ...(body.remove ? { remove: body.remove } : {}),
    });
    return this.fresh(useCaseId, reply);
  }

  private async visible(actor: Actor, useCaseId: string): Promise<UseCaseView> {
    const row = await this.database.read((tx) =>
      this.visibility.look(actor, 'use-case', 'u', (visible) => tx.use(UseCasesRepository).view(useCaseId, visible)),
    );
    if (!row) throw new NotFound('use case');
    return row;
  }

  private async fresh(useCaseId: string, reply: FastifyReply): Promise<UseCaseView> {
    const row = (await this.database.read((tx) => tx.use(UseCasesRepository).view(useCaseId)))!;
    setVersion(reply, row.version);
    return row;
  }
}
