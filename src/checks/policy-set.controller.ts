import { Body, Controller, Get, HttpStatus, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Config } from '../platform/config/index.js';
import { digestOf } from '../platform/crypto/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  NotFound,
  READERS,
  SeenVersion,
  setVersion,
} from '../platform/http/index.js';
import { inputOf, newPolicy } from './checks.schemas.js';
import { type ArrangedSet, PolicySets } from './engine/policy-sets.js';
import { ApplyPolicySet } from './operations/apply-policy-set.js';
import { AskWhatIf, type WhatIfAnswer, type WhatIfChange } from './operations/ask-what-if.js';
import { PoliciesRepository } from './policies.repository.js';
import {
  anySet,
  exportedPolicySet,
  type PolicySet,
  policySet,
  policySetDiff,
  policySetVerdict,
} from './policy-set.schemas.js';
import { PolicyWhatIfsRepository } from './policy-what-ifs.repository.js';
import { whatIfSchema } from './what-if.schemas.js';

const id = z.uuid();
const ASKERS = ['policy-author', 'admin', 'auditor'] as const;
const how = z.strictObject({
  background: z
    .stringbool()
    .default(false)
    .meta({ description: 'Do not wait for the answer; it is done so by itself where there is much to evaluate.' }),
});
/** Policies as code, and what a change would do before anybody makes it. */
@ApiTags('policies')
@Controller('policies')
export class PolicySetController {
  constructor(
    private readonly database: Database,
    private readonly sets: PolicySets,
    private readonly apply: ApplyPolicySet,
    private readonly whatIf: AskWhatIf,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  @Get('set')
  @Allow(...READERS)
  @Answers(200, exportedPolicySet, 'All policies as code, with names in place of ids: to keep, compare and promote')
  async exported(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.database.snapshot(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      const version = await policies.setVersion();
      const exported = await this.sets.exported(tx, await policies.all());
      const digest = digestOf(exported);
      setVersion(reply, version);
      return {
        policies: exported,
        origin: {
          installation: this.config.publicUrl(),
          version,
          exportedAt: this.clock.now().toISOString(),
          digest,
        },
        digest,
      };
    });
  }

  @Put('set')
  @Allow('policy-author')
  @Answers(200, policySetDiff, 'Makes the policies what a set says, all of it or nothing; needs If-Match')
  async replace(
    @Caller() actor: Actor,
    @SeenVersion() seen: number,
    @Body({ schema: policySet }) body: PolicySet,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const changes = await this.apply.execute(actor, seen, body);
    const { version, count } = await this.database.read(async (tx) => ({
      version: await tx.use(PoliciesRepository).setVersion(),
      count: (await tx.use(PoliciesRepository).all()).length,
    }));
    setVersion(reply, version);
    return presentDiff(version, { changes, unchanged: count - changes.filter(({ after }) => after).length });
  }

  @Post('set/validate')
  @Allow(...READERS)
  @Answers(200, policySetVerdict, 'Everything that is wrong with a set, place by place')
  async validate(@Body({ schema: anySet }) body: z.output<typeof anySet>) {
    const { set, errors } = await this.database.read((tx) => this.sets.errorsIn(tx, body));
    return {
      valid: errors.length === 0,
      errors: errors.map(({ pointer, detail }) => ({ pointer: pointer ?? '', detail })),
      policies: set?.policies.length ?? 0,
      digest: set ? digestOf(set.policies) : null,
    };
  }

  @Post('set/diff')
  @Allow(...READERS)
  @Answers(200, policySetDiff, 'What a set would change, policy by policy')
  async diff(@Body({ schema: policySet }) body: PolicySet, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.database.snapshot(async (tx) => {
      const version = await tx.use(PoliciesRepository).setVersion();
      setVersion(reply, version);
      return presentDiff(version, await this.sets.arrange(tx, body));
    });
  }

  @Post('set/what-if')
  @Allow(...ASKERS)
  @Answers(200, whatIfSchema, 'Findings a set would open and close; 202 where the answer takes long')
  ofSet(
    @Caller() actor: Actor,
    @Body({ schema: policySet }) body: PolicySet,
    @Query({ schema: how }) { background }: z.output<typeof how>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.ask(actor, { kind: 'set', set: body }, background, reply);
  }

  @Post('what-if')
  @Allow(...ASKERS)
  @Answers(200, whatIfSchema, 'Findings a new policy would open and close; 202 where the answer takes long')
  ofNew(
    @Caller() actor: Actor,
    @Body({ schema: newPolicy }) body: z.output<typeof newPolicy>,
    @Query({ schema: how }) { background }: z.output<typeof how>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.ask(actor, { kind: 'policy', id: null, input: inputOf(body) }, background, reply);
  }

  @Post(':id/what-if')
  @Allow(...ASKERS)
  @Answers(200, whatIfSchema, 'Findings a changed policy would open and close; 202 where the answer takes long')
  ofOne(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) policyId: string,
    @Body({ schema: newPolicy }) body: z.output<typeof newPolicy>,
    @Query({ schema: how }) { background }: z.output<typeof how>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.ask(actor, { kind: 'policy', id: policyId, input: inputOf(body) }, background, reply);
  }

  @Post(':id/what-if-removed')
  @Allow(...ASKERS)
  @Answers(200, whatIfSchema, 'Findings that removing a policy would open and close; 202 where it takes long')
  ofRemoval(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) policyId: string,
    @Query({ schema: how }) { background }: z.output<typeof how>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.ask(actor, { kind: 'policy', id: policyId, input: null }, background, reply);
  }

  @Get('what-ifs/:id')
  @Allow(...ASKERS)
  @Answers(200, whatIfSchema, 'A what-if of your own that takes long')
  async read(@Caller() actor: Actor, @Param('id', { schema: id }) whatIfId: string) {
    const row = await this.database.read((tx) => tx.use(PolicyWhatIfsRepository).one(whatIfId));
    // Its samples are what whoever asked may see.
    if (row?.requestedBy !== actor.id) throw new NotFound('what-if');
    return present(row);
  }

  private async ask(actor: Actor, change: WhatIfChange, background: boolean, reply: FastifyReply) {
    const answer = await this.whatIf.execute(actor, change, background);
    if (answer.result === null) void reply.status(HttpStatus.ACCEPTED);
    return present(answer);
  }
}

const present = ({ id: whatIfId, status, result, error }: WhatIfAnswer) => ({ id: whatIfId, status, error, ...result });

const presentDiff = (version: number, { changes, unchanged }: Pick<ArrangedSet, 'changes' | 'unchanged'>) => ({
  version,
  changes: changes.map(({ change, name, id: policyId, fields }) => ({
    change,
    name,
    id: change === 'added' ? null : policyId,
    fields: [...fields],
  })),
  unchanged,
});
