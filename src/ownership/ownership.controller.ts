import { Body, Controller, Get, Param, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { IdentitiesRepository } from '../inventory/index.js';
import { Clock } from '../platform/clock/index.js';
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
  ScopedToo,
} from '../platform/http/index.js';
import { AcceptOwnership } from './operations/accept-ownership.js';
import { AssignOwner } from './operations/assign-owner.js';
import { OwnershipsRepository, type OwnershipView } from './ownerships.repository.js';

const id = z.uuid();
const person = z.strictObject({ id: z.uuid(), displayName: z.string() });
export const ownershipSchema = z
  .strictObject({
    identity: z.uuid(),
    owner: z.strictObject({ ...person.shape, active: z.boolean() }).nullable(),
    team: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    sponsor: person.nullable(),
    deputies: z.array(z.strictObject({ ...person.shape, active: z.boolean() })),
    state: z.enum(['proposed', 'provisional', 'accepted', 'ended']).nullable(),
    basis: z.string().nullable(),
    reason: z.string().nullable(),
    rule: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    assignedBy: z.string().nullable(),
    assignedAt: z.iso.datetime().nullable(),
    acceptedAt: z.iso.datetime().nullable(),
    suggestions: z.array(
      z.strictObject({ person, confidence: z.enum(['high', 'medium', 'low']), because: z.string() }),
    ),
    version: z.number().int(),
  })
  .meta({ id: 'Ownership' });
const newOwnership = z
  .strictObject({
    owner: z.uuid().nullable().default(null),
    team: z.uuid().nullish(),
    sponsor: z.uuid().nullish(),
    deputies: z.array(z.uuid()).max(20).optional(),
    reason: z.string().trim().min(1).max(2000).nullish(),
  })
  .meta({ id: 'NewOwnership' });

@ApiTags('ownership')
@Controller('identities/:id/ownership')
@ScopedToo()
export class OwnershipController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly assign: AssignOwner,
    private readonly accept: AcceptOwnership,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow(...READERS, 'relation')
  @Answers(200, ownershipSchema, 'Who answers for an identity, and who might')
  read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnershipView> {
    return this.one(actor, identityId, reply);
  }

  @Put()
  @Allow('admin', 'iam-engineer')
  @Answers(200, ownershipSchema, 'Names who answers for an identity; needs If-Match ("0" where nobody ever did)')
  async put(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @SeenVersion() seen: number,
    @Body({ schema: newOwnership }) body: z.output<typeof newOwnership>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnershipView> {
    await this.one(actor, identityId, reply);
    await this.assign.execute(actor, identityId, seen, body);
    return this.one(actor, identityId, reply);
  }

  @Post('accept')
  @Allow('relation')
  @Answers(200, ownershipSchema, 'The named owner accepts purpose and privileges')
  async say(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnershipView> {
    await this.one(actor, identityId, reply);
    await this.accept.execute(actor, identityId);
    return this.one(actor, identityId, reply);
  }

  private async one(actor: Actor, identityId: string, reply: FastifyReply): Promise<OwnershipView> {
    return this.database.read(async (tx) => {
      const visible = await tx
        .use(IdentitiesRepository)
        .isVisible(identityId, this.visibility.visibleTo(actor, 'identity', 'i'));
      const view = visible ? await tx.use(OwnershipsRepository).view(identityId, this.clock.now()) : null;
      if (!view) throw new NotFound('identity');
      setVersion(reply, view.version);
      return view;
    });
  }
}
