import { Body, Controller, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
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
  WORKERS,
  SeenVersion,
  setVersion,
  ScopedToo,
} from '../platform/http/index.js';
import { AcceptOwnership } from './operations/accept-ownership.js';
import { ClaimOwnership } from './operations/claim-ownership.js';
import { DeclineOwnership } from './operations/decline-ownership.js';
import { NameDeputies } from './operations/name-deputies.js';
import { AssignOwner } from './operations/assign-owner.js';
import { OwnershipsRepository, type OwnershipView } from './ownerships.repository.js';

const id = z.uuid();
const person = z.strictObject({ id: z.uuid(), displayName: z.string() });
export const ownershipSchema = z
  .strictObject({
    identity: z.uuid(),
    owner: z.strictObject({ ...person.shape, active: z.boolean() }).nullable(),
    proposed: z
      .strictObject({ ...person.shape, active: z.boolean() })
      .nullable()
      .meta({ description: 'Who is asked, and is not owner until they say yes.' }),
    waiting: z
      .strictObject({
        step: z.enum(['owner', 'manager', 'unit-head', 'queue']),
        person: person.nullable(),
        askedAt: z.iso.datetime(),
        reminders: z.number().int(),
        remindAt: z.iso.datetime().nullable(),
        escalateAt: z.iso.datetime().nullable(),
      })
      .nullable()
      .meta({ description: 'Who is waited for, and when silence reminds and asks the next; null once accepted.' }),
    accepted: z.record(z.string(), z.unknown()).nullable().meta({
      description: 'Purpose and privileges as they stood when the owner said yes. More of either asks again.',
    }),
    team: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    sponsor: person.nullable(),
    deputies: z.array(z.strictObject({ ...person.shape, active: z.boolean() })),
    state: z.enum(['proposed', 'provisional', 'accepted', 'ended']).nullable(),
    basis: z.string().nullable(),
    reason: z.string().nullable(),
    rule: z
      .strictObject({ id: z.uuid(), name: z.string() })
      .nullable()
      .meta({ description: 'The ownership rule that gave it; null where a person did.' }),
    inheritedFrom: z
      .strictObject({ kind: z.enum(['account', 'collection', 'unit']), id: z.string(), name: z.string() })
      .nullable(),
    run: z
      .uuid()
      .nullable()
      .meta({ description: 'The run of the rules that gave it: the target of the audit entry about the whole set.' }),
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
    state: z
      .enum(['proposed', 'provisional'])
      .optional()
      .meta({ description: 'Proposed asks them; provisional, the default, assigns it.' }),
  })
  .meta({ id: 'NewOwnership' });
const text = z.string().trim().min(1).max(2000);
const acceptance = z
  .strictObject({ purpose: text.nullish().meta({ description: 'What it is for, in the words of the owner.' }) })
  .meta({ id: 'OwnershipAcceptance' });
const refusal = z
  .strictObject({
    reason: text,
    instead: z.uuid().nullish().meta({ description: 'Who should be asked; they are proposed.' }),
  })
  .meta({ id: 'OwnershipRefusal' });
const claiming = z.strictObject({ reason: text.nullish() }).meta({ id: 'OwnershipClaim' });
const deputing = z.strictObject({ deputies: z.array(z.uuid()).max(20) }).meta({ id: 'NewDeputies' });

@ApiTags('ownership')
@Controller('identities/:id/ownership')
@ScopedToo()
export class OwnershipController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly assign: AssignOwner,
    private readonly accept: AcceptOwnership,
    private readonly decline: DeclineOwnership,
    private readonly claim: ClaimOwnership,
    private readonly depute: NameDeputies,
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
    @Body({ schema: acceptance }) body: z.output<typeof acceptance>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnershipView> {
    await this.one(actor, identityId, reply);
    await this.accept.execute(actor, identityId, body.purpose ?? null);
    return this.one(actor, identityId, reply);
  }

  @Post('decline')
  @HttpCode(204)
  @Allow('relation')
  @Answers(204, null, 'Whoever is asked says that it is not theirs, and may name who should be asked')
  async refuse(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Body({ schema: refusal }) body: z.output<typeof refusal>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.one(actor, identityId, reply);
    await this.decline.execute(actor, identityId, body.reason, body.instead ?? null);
  }

  @Post('claim')
  @Allow(...WORKERS, 'relation')
  @Answers(200, ownershipSchema, 'Somebody takes what nobody answers for, and accepts it by that')
  async take(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @Body({ schema: claiming }) body: z.output<typeof claiming>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnershipView> {
    await this.one(actor, identityId, reply);
    await this.claim.execute(actor, identityId, body.reason ?? null);
    return this.one(actor, identityId, reply);
  }

  @Put('deputies')
  @Allow('admin', 'iam-engineer', 'relation')
  @Answers(200, ownershipSchema, 'The owner names who stands in for them; needs If-Match')
  async deputies(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) identityId: string,
    @SeenVersion() seen: number,
    @Body({ schema: deputing }) body: z.output<typeof deputing>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnershipView> {
    await this.one(actor, identityId, reply);
    const here = await this.database.read((tx) =>
      this.visibility.narrowedTo(actor, 'identity', 'i', (reachable) =>
        tx.use(IdentitiesRepository).isVisible(identityId, reachable),
      ),
    );
    await this.depute.execute(here, identityId, seen, body.deputies);
    return this.one(actor, identityId, reply);
  }

  private async one(actor: Actor, identityId: string, reply: FastifyReply): Promise<OwnershipView> {
    return this.database.read(async (tx) => {
      const visible = await this.visibility.look(actor, 'identity', 'i', async (where) =>
        (await tx.use(IdentitiesRepository).isVisible(identityId, where)) ? true : null,
      );
      const view = visible ? await tx.use(OwnershipsRepository).view(identityId, this.clock.now()) : null;
      if (!view) throw new NotFound('identity');
      setVersion(reply, view.version);
      return view;
    });
  }
}
