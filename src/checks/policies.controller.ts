import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  NotFound,
  pageOf,
  READERS,
  SeenVersion,
  setVersion,
  ScopedToo,
} from '../platform/http/index.js';
import { newPolicy, policySchema } from './checks.schemas.js';
import { PutPolicy } from './operations/put-policy.js';
import { PoliciesRepository, type PolicyRow } from './policies.repository.js';

const id = z.uuid();
const removal = z.strictObject({ reason: z.string().trim().min(1).max(2000).optional() });

@ApiTags('policies')
@Controller('policies')
export class PoliciesController {
  constructor(
    private readonly database: Database,
    private readonly put: PutPolicy,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, pageOf(policySchema), 'Policies in the order in which they decide; the default one is last')
  async list() {
    return { data: await this.database.read((tx) => tx.use(PoliciesRepository).all()), next: null };
  }

  @Post()
  @Allow('policy-author')
  @Answers(201, policySchema, 'Adds a policy; everything is evaluated under it in the background')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newPolicy }) body: z.output<typeof newPolicy>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(await this.put.create(actor, body), reply);
  }

  @Get(':id')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, policySchema, 'One policy')
  read(@Param('id', { schema: id }) policyId: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.one(policyId, reply);
  }

  @Put(':id')
  @Allow('policy-author')
  @Answers(200, policySchema, 'Replaces a policy; needs If-Match')
  async replace(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) policyId: string,
    @SeenVersion() seen: number,
    @Body({ schema: newPolicy }) body: z.output<typeof newPolicy>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.put.replace(actor, policyId, seen, body);
    return this.one(policyId, reply);
  }

  @Delete(':id')
  @Allow('policy-author')
  @Answers(204, null, 'Removes a policy; needs If-Match')
  async remove(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) policyId: string,
    @SeenVersion() seen: number,
    @Query({ schema: removal }) query: { reason?: string },
  ): Promise<void> {
    await this.put.remove(actor, policyId, seen, query.reason ?? null);
  }

  private async one(policyId: string, reply: FastifyReply): Promise<PolicyRow> {
    const policy = await this.database.read((tx) => tx.use(PoliciesRepository).one(policyId));
    if (!policy) throw new NotFound('policy');
    setVersion(reply, policy.version);
    return policy;
  }
}
