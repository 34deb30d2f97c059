import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Database } from '../../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  defineErrorForm,
  NotFound,
  pageOf,
  pageQuery,
  SeenVersion,
  setVersion,
  toPage,
  ScopedToo,
} from '../../platform/http/index.js';
import { ReceiveSignal } from '../operations/receive-signal.js';
import { ShapeTransmitters } from '../operations/shape-transmitters.js';
import { SET_ALGORITHMS } from './set-verifier.js';
import { SecurityEventRefused, signalErrors } from './signals-errors.js';
import { SignalsRepository } from './signals.repository.js';

defineErrorForm(signalErrors);

/** Where transmitters push security events (RFC 8935). */
@ApiTags('signals')
@Controller('signals')
@ScopedToo()
export class SignalsReceiverController {
  constructor(private readonly receive: ReceiveSignal) {}

  @Post('events')
  @Allow('ingest')
  @HttpCode(202)
  @ApiConsumes('application/secevent+jwt')
  @ApiOperation({
    summary: 'Takes a security event token; answers 202 when it is kept, 400 with what is wrong with it',
  })
  async events(@Caller() actor: Actor, @Req() request: FastifyRequest): Promise<void> {
    const { body } = request;
    const type = request.headers['content-type']?.split(';')[0]!.trim().toLowerCase();
    if (type !== 'application/secevent+jwt' || typeof body !== 'string' || body.trim() === '')
      throw new SecurityEventRefused('invalid_request', 'Send the security event token as application/secevent+jwt.');
    await this.receive.execute(actor, body.trim());
  }
}

const url = z
  .url({ protocol: /^https$|^http$/ })
  .max(1000)
  .refine(
    (text) => text.startsWith('https:') || /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::|\/|$)/.test(text),
    'must be an https address',
  );
const members = {
  name: z.string().trim().min(1).max(200),
  issuer: z.string().trim().min(1).max(1000).meta({ description: 'The "iss" of its tokens, to the letter.' }),
  jwksUrl: url.meta({ description: 'Where its public keys are.' }),
  audience: z.string().trim().min(1).max(1000).meta({ description: 'The "aud" its tokens must carry for us.' }),
  algorithms: z.array(z.enum(SET_ALGORITHMS)).min(1).max(SET_ALGORITHMS.length),
  enabled: z.boolean(),
};
const newTransmitter = z
  .strictObject({
    ...members,
    algorithms: members.algorithms.default(['RS256', 'ES256']),
    enabled: members.enabled.default(true),
  })
  .meta({ id: 'NewSignalTransmitter' });
const changedTransmitter = z.strictObject(members).meta({ id: 'ChangedSignalTransmitter' });
const transmitterSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    issuer: z.string(),
    jwksUrl: z.string(),
    audience: z.string(),
    algorithms: z.array(z.string()),
    feedId: z.uuid().meta({ description: 'Its feed: scope the role "ingest" of its bearer token to it.' }),
    enabled: z.boolean(),
    createdAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'SignalTransmitter' });
const signalEventSchema = z
  .strictObject({
    id: z.uuid(),
    transmitter: z.strictObject({ id: z.uuid(), name: z.string() }),
    jti: z.string(),
    event: z.string(),
    outcome: z
      .enum(['acted', 'ignored', 'nobody'])
      .meta({ description: 'nobody = its subject is nobody here, or not one alone.' }),
    person: z.strictObject({ id: z.uuid(), displayName: z.string() }).nullable(),
    issuedAt: z.iso.datetime(),
    receivedAt: z.iso.datetime(),
  })
  .meta({ id: 'SignalEvent' });

@ApiTags('signals')
@Controller('people/signals')
export class SignalsController {
  constructor(
    private readonly database: Database,
    private readonly shape: ShapeTransmitters,
  ) {}

  @Get('transmitters')
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, pageOf(transmitterSchema), 'Whose security events are taken; a short list, given whole')
  async transmitters() {
    return { data: await this.database.read((tx) => tx.use(SignalsRepository).transmitters()), next: null };
  }

  @Post('transmitters')
  @Allow('admin')
  @Answers(201, transmitterSchema, 'Takes security events of another transmitter')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newTransmitter }) body: z.output<typeof newTransmitter>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(await this.shape.add(actor, body), reply);
  }

  @Get('transmitters/:id')
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, transmitterSchema, 'One transmitter')
  read(@Param('id', { schema: z.uuid() }) id: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.one(id, reply);
  }

  @Put('transmitters/:id')
  @Allow('admin')
  @Answers(200, transmitterSchema, 'Changes a transmitter, or switches it off; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: z.uuid() }) id: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedTransmitter }) body: z.output<typeof changedTransmitter>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.shape.change(actor, id, seen, body);
    return this.one(id, reply);
  }

  @Get('events')
  @Allow('admin', 'iam-engineer', 'auditor', 'incident-responder')
  @Answers(200, pageOf(signalEventSchema), 'Security events that were taken, newest first, and what came of them')
  async events(@Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string }) {
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(SignalsRepository).page(query.limit + 1, after ? String(after[0]) : null),
    );
    return toPage(rows, query.limit, ({ id }) => [id]);
  }

  private async one(id: string, reply: FastifyReply) {
    const transmitters = await this.database.read((tx) => tx.use(SignalsRepository).transmitters());
    const found = transmitters.find((one) => one.id === id);
    if (!found) throw new NotFound('transmitter');
    setVersion(reply, found.version);
    return found;
  }
}
