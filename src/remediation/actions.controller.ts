import { Controller, Get, Param, Query, Res } from '@nestjs/common';
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
  NotFound,
  pageOf,
  pageQuery,
  READERS,
  ScopedToo,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { ACTION_KINDS, ACTION_STATES } from './action.states.js';
import { ActionsRepository } from './actions.repository.js';

const named = z.strictObject({ id: z.uuid(), displayName: z.string() });
export const actionSchema = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(ACTION_KINDS),
    target: z.strictObject({
      type: z.enum(['identity', 'credential', 'grant']),
      id: z.uuid(),
      displayName: z.string().nullable(),
    }),
    identity: named,
    source: z.strictObject({ id: z.uuid(), name: z.string() }),
    status: z.enum(ACTION_STATES),
    carriedOutBy: z.enum(['mandate', 'person']).meta({
      description: 'Who may: what is kept for emergencies, or managed by its provider, is left to a person.',
    }),
    carriedOutByBecause: z.enum(['kept-for-emergencies', 'provider-manages-it']).nullable(),
    basis: z.strictObject({ type: z.string(), id: z.uuid() }).meta({ description: 'What asked for it first.' }),
    bases: z
      .array(
        z.strictObject({
          type: z.string(),
          id: z.uuid(),
          askedAt: z.iso.datetime(),
          withdrawnAt: z.iso.datetime().nullable(),
          withdrawnBecause: z.enum(['resolved', 'excepted', 'not-asked']).nullable(),
        }),
      )
      .meta({
        description:
          'Everything that asked for it: findings, review items. It is called off when none of them does any longer, as long as nothing ran.',
      }),
    reason: z.string(),
    requestedBy: z.string(),
    plannedAt: z.iso.datetime(),
    notBefore: z.iso.datetime().nullable(),
    evidence: z.record(z.string(), z.unknown()),
    version: z.number().int(),
  })
  .meta({ id: 'Action' });
const query = z.strictObject({
  ...pageQuery,
  status: z.enum(ACTION_STATES).optional(),
  kind: z.enum(ACTION_KINDS).optional(),
  identity: z.uuid().optional(),
  basis: z.uuid().optional().meta({ description: 'What asked for it: a finding, a review item.' }),
});

@ApiTags('actions')
@Controller('actions')
@ScopedToo()
export class ActionsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
  ) {}

  @Get()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(actionSchema), 'What is to be changed at sources, newest first')
  async list(@Caller() actor: Actor, @Query({ schema: query }) filter: z.output<typeof query>) {
    const after = decodeCursor(filter.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx.use(ActionsRepository).page(filter, this.visibility.visibleTo(actor, 'action', 'a'), filter.limit + 1, after),
    );
    return toPage(rows, filter.limit, (row) => [row.plannedAt, row.id]);
  }

  @Get(':id')
  @Allow(...READERS, 'relation')
  @Answers(200, actionSchema, 'One change, and what decided it')
  async read(
    @Caller() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const row = await this.database.read((tx) =>
      tx.use(ActionsRepository).view(id, this.visibility.visibleTo(actor, 'action', 'a')),
    );
    if (!row) throw new NotFound('action');
    setVersion(reply, row.version);
    return row;
  }
}
