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
  decodeCursor,
  NotFound,
  pageOf,
  pageQuery,
  READERS,
  SeenVersion,
  setVersion,
  ScopedToo,
  toPage,
} from '../platform/http/index.js';
import {
  effectiveParameterSchema,
  inputOf,
  newPolicy,
  policySchema,
  policyVersionSchema,
  presentPolicy,
  presentVersion,
  reason,
} from './checks.schemas.js';
import { Checks } from './engine/engine.js';
import { PutPolicy } from './operations/put-policy.js';
import { PoliciesRepository, type PolicyRow } from './policies.repository.js';
import { type EffectiveParameter, effectiveSettings } from './policy-settings.js';
import type { ParameterNote } from './sdk/index.js';

const id = z.uuid();
const versionsQuery = z.strictObject(pageQuery);
const removal = z.strictObject({ reason: reason.optional() });
const policiesQuery = z.strictObject({
  ...pageQuery,
  asOf: z.iso.datetime().optional().meta({ description: 'The state at that instant.' }),
});

@ApiTags('policies')
@Controller('policies')
export class PoliciesController {
  constructor(
    private readonly database: Database,
    private readonly put: PutPolicy,
    private readonly checks: Checks,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, pageOf(policySchema), 'Policies in the order in which they decide; the default one is last')
  async list(@Query({ schema: policiesQuery }) query: z.output<typeof policiesQuery>) {
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      query.asOf === undefined ? tx.use(PoliciesRepository).all() : tx.use(PoliciesRepository).asOf(query.asOf),
    );
    // They are few, and their order is what they are about: all are read, and a part is shown.
    const left = after === null ? rows : rows.filter(({ order }) => order > Number(after[0]));
    const page = toPage(left, query.limit, ({ order }) => [order]);
    return { data: page.data.map(presentPolicy), next: page.next };
  }

  @Post()
  @Allow('policy-author')
  @Answers(201, policySchema, 'Adds a policy; everything is evaluated under it in the background')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newPolicy }) body: z.output<typeof newPolicy>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(await this.put.create(actor, inputOf(body)), reply);
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
    await this.put.replace(actor, policyId, seen, inputOf(body));
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

  @Get(':id/versions')
  @Allow(...READERS)
  @Answers(200, pageOf(policyVersionSchema), 'What a policy was at each of its versions, by whom and why: newest first')
  async versions(
    @Param('id', { schema: id }) policyId: string,
    @Query({ schema: versionsQuery }) query: z.output<typeof versionsQuery>,
  ) {
    const below = decodeCursor(query.cursor, 1);
    const rows = await this.database.read(async (tx) => {
      const policies = tx.use(PoliciesRepository);
      if (!(await policies.everWas(policyId))) throw new NotFound('policy');
      return policies.versions(policyId, query.limit + 1, below === null ? null : Number(below[0]));
    });
    const page = toPage(rows, query.limit, ({ version }) => [version]);
    return { data: page.data.map(presentVersion), next: page.next };
  }

  @Get(':id/parameters')
  @Allow(...READERS)
  @Answers(200, pageOf(effectiveParameterSchema), 'Every number the policy works with, its unit, and where it is from')
  async parameters(@Param('id', { schema: id }) policyId: string) {
    const policy = await this.database.read((tx) => tx.use(PoliciesRepository).one(policyId));
    if (!policy) throw new NotFound('policy');
    return { data: [...effectiveSettings(policy.settings), ...this.checkParameters(policy)], next: null };
  }

  private checkParameters(policy: PolicyRow): EffectiveParameter[] {
    return this.checks.all
      .filter(({ id: check }) => policy.checks.length === 0 || policy.checks.some((own) => own.id === check))
      .flatMap((check) => {
        const own = policy.checks.find((one) => one.id === check.id)?.parameters ?? {};
        const notes = check.parameterNotes as Record<string, ParameterNote>;
        return Object.entries(check.parameters as Record<string, unknown>).map(([name, value]) => ({
          check: check.id,
          parameter: name,
          value: name in own ? own[name] : value,
          default: value,
          unit: notes[name]!.unit,
          source: notes[name]!.source,
          organisationDecides: notes[name]!.organisationDecides,
          isSet: name in own,
        }));
      });
  }

  private async one(policyId: string, reply: FastifyReply) {
    const policy = await this.database.read((tx) => tx.use(PoliciesRepository).one(policyId));
    if (!policy) throw new NotFound('policy');
    setVersion(reply, policy.version);
    return presentPolicy(policy);
  }
}
