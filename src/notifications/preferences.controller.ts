import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { PeopleRepository } from '../people/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  hasRole,
  NotFound,
  SeenVersion,
  setVersion,
} from '../platform/http/index.js';
import { newPreferences, preferencesSchema } from './notifications.schemas.js';
import { SetPreferences } from './operations/set-preferences.js';
import { PreferencesRepository } from './preferences.repository.js';

const id = z.uuid();

@ApiTags('notifications')
@Controller('people/:id/notification-preferences')
export class PreferencesController {
  constructor(
    private readonly database: Database,
    private readonly set: SetPreferences,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow('admin', 'auditor', 'relation')
  @Answers(200, preferencesSchema, 'When and how somebody is told; their own, or for an administrator or auditor')
  async read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) personId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.assertTheirs(actor, personId);
    const row = await this.database.read((tx) => tx.use(PreferencesRepository).of(personId));
    setVersion(reply, row.version);
    return {
      person: personId,
      digestHour: row.digestHour,
      zone: row.zone,
      quietHours: row.quietFrom !== null && row.quietTo !== null ? { from: row.quietFrom, to: row.quietTo } : null,
      channels: { mail: row.byMail, webhooks: row.webhooks },
      version: row.version,
    };
  }

  @Put()
  @Allow('admin', 'relation')
  @Answers(200, preferencesSchema, 'Changes them; needs If-Match ("0" where nobody ever did)')
  async write(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) personId: string,
    @SeenVersion() seen: number,
    @Body({ schema: newPreferences }) body: z.output<typeof newPreferences>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.assertTheirs(actor, personId);
    await this.set.execute(actor, personId, seen, {
      digestHour: body.digestHour,
      zone: body.zone,
      quietFrom: body.quietHours?.from ?? null,
      quietTo: body.quietHours?.to ?? null,
      byMail: body.channels.mail,
      webhooks: [...new Set(body.channels.webhooks)],
    });
    return this.read(actor, personId, reply);
  }

  private async assertTheirs(actor: Actor, personId: string): Promise<void> {
    // An auditor's role does not come this far when something is changed.
    if (!hasRole(actor, 'admin', 'auditor') && actor.person !== personId) throw new NotFound('person');
    if (!(await this.database.read((tx) => tx.use(PeopleRepository).one(personId, this.clock.now()))))
      throw new NotFound('person');
  }
}
