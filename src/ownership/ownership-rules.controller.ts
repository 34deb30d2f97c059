import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Database, type Tx } from '../platform/database/index.js';
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
} from '../platform/http/index.js';
import { PutRules } from './operations/put-rules.js';
import { OwnershipRulesRepository, type RuleView } from './ownership-rules.repository.js';
import { newRule, ruleSchema, ruleSet } from './ownership-rules.schemas.js';
import { inheritsFrom, resolveRule } from './rules.js';

const id = z.uuid();
const removal = z.strictObject({ reason: z.string().trim().min(1).max(2000).optional() });

@ApiTags('ownership')
@Controller('ownership-rules')
export class OwnershipRulesController {
  constructor(
    private readonly database: Database,
    private readonly rules: PutRules,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow(...READERS)
  @Answers(200, pageOf(ruleSchema), 'Ownership rules in the order in which they decide; the ETag is that of the set')
  async list(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.database.read(async (tx) => {
      const rules = tx.use(OwnershipRulesRepository);
      setVersion(reply, await rules.setVersion());
      return { data: await this.shown(tx, await rules.all()), next: null };
    });
  }

  @Put()
  @Allow('policy-author')
  @Answers(200, pageOf(ruleSchema), 'Replaces all rules at once; needs If-Match of the set. The list is the order')
  async replaceAll(
    @Caller() actor: Actor,
    @SeenVersion() seen: number,
    @Body({ schema: ruleSet }) body: z.output<typeof ruleSet>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.rules.replaceAll(actor, seen, body.rules, body.reason ?? null);
    return this.list(reply);
  }

  @Post()
  @Allow('policy-author')
  @Answers(201, ruleSchema, 'Adds a rule; identities get their owners in the background')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newRule }) body: z.output<typeof newRule>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { order, reason, ...rule } = body;
    return this.one(await this.rules.create(actor, rule, order, reason ?? null), reply);
  }

  @Get(':id')
  @Allow(...READERS)
  @Answers(200, ruleSchema, 'One rule')
  read(@Param('id', { schema: id }) ruleId: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.one(ruleId, reply);
  }

  @Put(':id')
  @Allow('policy-author')
  @Answers(200, ruleSchema, 'Replaces a rule; needs If-Match. What it moves is audited as one set')
  async replace(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) ruleId: string,
    @SeenVersion() seen: number,
    @Body({ schema: newRule }) body: z.output<typeof newRule>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { order, reason, ...rule } = body;
    await this.rules.replace(actor, ruleId, seen, rule, order, reason ?? null);
    return this.one(ruleId, reply);
  }

  @Delete(':id')
  @Allow('policy-author')
  @Answers(204, null, 'Removes a rule; what it gave ends, or goes to the next that matches. Needs If-Match')
  async remove(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) ruleId: string,
    @SeenVersion() seen: number,
    @Query({ schema: removal }) query: { reason?: string },
  ): Promise<void> {
    await this.rules.remove(actor, ruleId, seen, query.reason ?? null);
  }

  private one(ruleId: string, reply: FastifyReply) {
    return this.database.read(async (tx) => {
      const rule = await tx.use(OwnershipRulesRepository).one(ruleId);
      if (!rule) throw new NotFound('ownership rule');
      setVersion(reply, rule.version);
      return (await this.shown(tx, [rule]))[0]!;
    });
  }

  private async shown(tx: Tx, rules: readonly RuleView[]) {
    const standing = await tx.use(OwnershipRulesRepository).standing(rules, this.clock.now());
    return rules.map((rule) => {
      const { owner, ownerIsHead, named } = resolveRule(rule, standing);
      return {
        ...rule,
        inherits: inheritsFrom(rule),
        names:
          rule.owner === null
            ? null
            : {
                person: owner,
                because: ownerIsHead
                  ? 'the head of the unit each identity lies in'
                  : named
                    ? 'position' in rule.owner
                      ? `holds the position ${rule.owner.position}`
                      : 'named'
                    : 'position' in rule.owner
                      ? 'nobody, or more than one, holds the position now'
                      : 'can no longer answer',
              },
      };
    });
  }
}
