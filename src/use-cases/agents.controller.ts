import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { Database, type Sql } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  NotFound,
  pageOf,
  READERS,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { PutAgent } from './operations/put-agent.js';
import { AgentsRepository, type UseCaseView } from './use-cases.repository.js';
import { agentSchema, agentsQuery, changedAgent, newAgent } from './use-cases.schemas.js';

const id = z.uuid();

@ApiTags('agents')
@Controller('agents')
export class AgentsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly put: PutAgent,
  ) {}

  @Get()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(agentSchema), 'AI agents, by name')
  async list(@Caller() actor: Actor, @Query({ schema: agentsQuery }) query: z.output<typeof agentsQuery>) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx.use(AgentsRepository).page(query, this.visibility.visibleTo(actor, 'agent', 'a'), query.limit + 1, after),
    );
    return toPage(rows, query.limit, (row) => [row.name, row.id]);
  }

  @Post()
  @Allow('admin', 'iam-engineer', 'ai-governance')
  @Answers(201, agentSchema, 'Registers an agent with the use cases it serves and the identities it authenticates as')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newAgent }) body: z.output<typeof newAgent>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(await this.put.create(actor, body), reply);
  }

  @Get(':id')
  @Allow(...READERS, 'relation')
  @Answers(200, agentSchema, 'One agent')
  read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) agentId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(agentId, reply, this.visibility.visibleTo(actor, 'agent', 'a'));
  }

  @Patch(':id')
  @Allow('admin', 'iam-engineer', 'ai-governance')
  @Answers(200, agentSchema, 'Changes an agent; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) agentId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedAgent }) body: z.output<typeof changedAgent>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.put.change(actor, agentId, seen, body);
    return this.one(agentId, reply);
  }

  private async one(agentId: string, reply: FastifyReply, visible?: Sql): Promise<UseCaseView> {
    const row = await this.database.read((tx) => tx.use(AgentsRepository).view(agentId, visible));
    if (!row) throw new NotFound('agent');
    setVersion(reply, row.version);
    return row;
  }
}
