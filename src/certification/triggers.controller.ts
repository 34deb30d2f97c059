import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  pageOf,
  READERS,
  SeenVersion,
  setVersion,
} from '../platform/http/index.js';
import { CertifyChanges } from './operations/certify-changes.js';
import { EVENTS, type Trigger, TriggersRepository } from './triggers.repository.js';

const event = z.enum(EVENTS);
const parameters = z.strictObject({
  dueInDays: z.number().int().min(1).max(366).default(7),
  severity: z
    .enum(['low', 'medium', 'high', 'critical'])
    .default('high')
    .meta({ description: 'For "finding": from which severity on.' }),
});
const triggerSchema = z
  .strictObject({
    event,
    enabled: z.boolean(),
    parameters,
    seenUntil: z.iso.datetime().nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'CampaignTrigger' });
const changedTrigger = z
  .strictObject({ enabled: z.boolean(), parameters: parameters.default({ dueInDays: 7, severity: 'high' }) })
  .meta({ id: 'ChangedCampaignTrigger' });

const present = (name: Trigger['event'], trigger: Trigger | undefined) => ({
  event: name,
  enabled: trigger?.enabled ?? false,
  parameters: trigger?.parameters ?? { dueInDays: 7, severity: 'high' },
  seenUntil: trigger?.seenUntil.toISOString() ?? null,
  version: trigger?.version ?? 0,
});

@ApiTags('campaigns')
@Controller('campaign-triggers')
export class TriggersController {
  constructor(
    private readonly database: Database,
    private readonly certify: CertifyChanges,
  ) {}

  @Get()
  @Allow(...READERS)
  @Answers(200, pageOf(triggerSchema), 'Events that ask at once about what they touch')
  async list() {
    const known = new Map(
      (await this.database.read((tx) => tx.use(TriggersRepository).all())).map((one) => [one.event, one]),
    );
    return { data: EVENTS.map((name) => present(name, known.get(name))), next: null };
  }

  @Put(':event')
  @Allow('campaign-manager')
  @Answers(200, triggerSchema, 'Switches an event on or off; needs If-Match ("0" where it never was)')
  async put(
    @Caller() actor: Actor,
    @Param('event', { schema: event }) name: Trigger['event'],
    @SeenVersion() seen: number,
    @Body({ schema: changedTrigger }) body: z.output<typeof changedTrigger>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.certify.put(actor, name, seen, body);
    const trigger = (await this.database.read((tx) => tx.use(TriggersRepository).all())).find(
      (one) => one.event === name,
    )!;
    setVersion(reply, trigger.version);
    return present(name, trigger);
  }
}
