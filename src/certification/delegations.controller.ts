import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  FreshSignIn,
  hasRole,
  NotFound,
  pageOf,
  pageQuery,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { DelegationsRepository, type DelegationView } from './delegations.repository.js';
import { AcceptRisk } from './operations/accept-risk.js';
import { DelegateReviews } from './operations/delegate-reviews.js';
import { RiskAcceptancesRepository, type RiskAcceptanceView } from './risk-acceptances.repository.js';

const id = z.uuid();
const text = (maximum: number) => z.string().trim().min(1).max(maximum);
const person = z.strictObject({ id: z.uuid(), displayName: z.string() });
const delegationSchema = z
  .strictObject({
    id: z.uuid(),
    person,
    delegate: person,
    kind: z.enum(['delegation', 'out-of-office']),
    reason: z.string().nullable(),
    startsAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
    state: z.enum(['planned', 'active', 'ended']),
    endedAt: z.iso.datetime().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'Delegation' });
const newDelegation = z
  .strictObject({
    person: z.uuid().nullish().meta({ description: 'Whose reviews; yours by default.' }),
    delegate: z.uuid(),
    kind: z.enum(['delegation', 'out-of-office']).default('delegation'),
    startsAt: z.iso.datetime().nullish(),
    endsAt: z.iso.datetime(),
    reason: text(2000).nullish(),
  })
  .meta({ id: 'NewDelegation' });
const acceptanceSchema = z
  .strictObject({
    id: z.uuid(),
    campaign: z.strictObject({ id: z.uuid(), name: z.string() }),
    person: person.nullable(),
    items: z.number().int(),
    itemsHash: z.string(),
    status: z.enum(['requested', 'signed']),
    reason: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable(),
    requestedAt: z.iso.datetime(),
    signedAt: z.iso.datetime().nullable(),
    signedBy: person.nullable().meta({ description: 'Another than `person`, where that one had left.' }),
    version: z.number().int(),
  })
  .meta({ id: 'RiskAcceptance' });
const signedAcceptance = z
  .strictObject({ reason: text(2000), expiresAt: z.iso.datetime() })
  .meta({ id: 'SignedRiskAcceptance' });
const acceptancesQuery = z.strictObject({ ...pageQuery, campaign: z.uuid().optional() });

/** Roles that see everybody's; others see their own. */
const whose = (actor: Actor): string | null =>
  hasRole(actor, 'campaign-manager', 'auditor', 'admin', 'risk-acceptor')
    ? null
    : (actor.person ?? '00000000-0000-0000-0000-000000000000');

@ApiTags('reviews')
@Controller()
export class DelegationsController {
  constructor(
    private readonly database: Database,
    private readonly delegate: DelegateReviews,
    private readonly accept: AcceptRisk,
    private readonly clock: Clock,
  ) {}

  @Get('delegations')
  @Allow('campaign-manager', 'auditor', 'admin', 'relation')
  @Answers(200, pageOf(delegationSchema), 'Who decides for whom until when, the newest first')
  async list(
    @Caller() actor: Actor,
    @Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string },
  ) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx.use(DelegationsRepository).page(whose(actor), query.limit + 1, after),
    );
    return toPage(rows, query.limit, (row) => [row.createdAt, row.id]);
  }

  @Post('delegations')
  @Allow('campaign-manager', 'relation')
  @Answers(201, delegationSchema, 'Hands reviews on until a date; open items go over with it')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newDelegation }) body: z.output<typeof newDelegation>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(actor, await this.delegate.execute(actor, body), reply);
  }

  @Get('delegations/:id')
  @Allow('campaign-manager', 'auditor', 'admin', 'relation')
  @Answers(200, delegationSchema, 'One delegation')
  read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) delegationId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(actor, delegationId, reply);
  }

  @Delete('delegations/:id')
  @Allow('campaign-manager', 'relation')
  @Answers(200, delegationSchema, 'Ends a delegation now; what is open comes back. Needs If-Match')
  async end(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) delegationId: string,
    @SeenVersion() seen: number,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.delegate.end(actor, delegationId, seen);
    return this.one(actor, delegationId, reply);
  }

  @Get('risk-acceptances')
  @Allow('campaign-manager', 'auditor', 'admin', 'risk-acceptor', 'relation')
  @Answers(200, pageOf(acceptanceSchema), 'What nobody decided and somebody has to answer for')
  async acceptances(
    @Caller() actor: Actor,
    @Query({ schema: acceptancesQuery }) query: z.output<typeof acceptancesQuery>,
  ) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx.use(RiskAcceptancesRepository).page(whose(actor), query.campaign, query.limit + 1, after, this.clock.now()),
    );
    return toPage(rows, query.limit, (row) => [row.requestedAt, row.id]);
  }

  @Post('risk-acceptances/:id/sign')
  @Allow('relation')
  @FreshSignIn()
  @Answers(200, acceptanceSchema, 'The head of the unit accepts the risk until a date; needs If-Match')
  async sign(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) acceptanceId: string,
    @SeenVersion() seen: number,
    @Body({ schema: signedAcceptance }) body: z.output<typeof signedAcceptance>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RiskAcceptanceView> {
    await this.accept.execute(actor, acceptanceId, seen, body.reason, new Date(body.expiresAt));
    const row = (await this.database.read((tx) => tx.use(RiskAcceptancesRepository).view(acceptanceId)))!;
    setVersion(reply, row.version);
    return row;
  }

  private async one(actor: Actor, delegationId: string, reply: FastifyReply): Promise<DelegationView> {
    const row = await this.database.read((tx) => tx.use(DelegationsRepository).view(delegationId, whose(actor)));
    if (!row) throw new NotFound('delegation');
    setVersion(reply, row.version);
    return row;
  }
}
