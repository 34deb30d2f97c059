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
  RequestInvalid,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { type CalendarRow, CalendarsRepository } from './calendars.repository.js';
import { calendarSchema, newCalendar, proposalSchema, proposalsQuery } from './calendars.schemas.js';
import { proposeHolidays } from './holidays.js';
import { PutCalendar } from './operations/put-calendar.js';

const id = z.uuid();
const calendarsQuery = z.strictObject(pageQuery);

@ApiTags('calendars')
@Controller('calendars')
export class CalendarsController {
  constructor(
    private readonly database: Database,
    private readonly put: PutCalendar,
  ) {}

  @Get()
  @Allow(...READERS)
  @Answers(200, pageOf(calendarSchema), 'Working days, holidays and change freezes that due dates respect')
  async list(@Query({ schema: calendarsQuery }) query: z.output<typeof calendarsQuery>) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) => tx.use(CalendarsRepository).list(query.limit + 1, after));
    return toPage(rows, query.limit, (row) => [row.name, row.id]);
  }

  @Get('proposals')
  @Allow(...READERS)
  @Answers(200, proposalSchema, 'Public holidays of a country, to look through and to put into a calendar')
  async proposals(@Query({ schema: proposalsQuery }) query: z.output<typeof proposalsQuery>) {
    const years = Array.from({ length: query.years }, (_none, n) => query.year + n);
    const proposal = await proposeHolidays(query.country, query.state, years);
    if (!proposal)
      throw new RequestInvalid([
        { parameter: query.state === undefined ? 'country' : 'state', detail: 'has no holidays that we know of' },
      ]);
    return { zone: proposal.zone, data: proposal.days, next: null };
  }

  @Post()
  @Allow('admin', 'policy-author')
  @Answers(201, calendarSchema, 'Adds a calendar; due dates follow it')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newCalendar }) body: z.output<typeof newCalendar>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(await this.put.create(actor, body), reply);
  }

  @Get(':id')
  @Allow(...READERS)
  @Answers(200, calendarSchema, 'One calendar')
  read(@Param('id', { schema: id }) calendarId: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.one(calendarId, reply);
  }

  @Put(':id')
  @Allow('admin', 'policy-author')
  @Answers(200, calendarSchema, 'Replaces a calendar with its days; needs If-Match')
  async replace(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) calendarId: string,
    @SeenVersion() seen: number,
    @Body({ schema: newCalendar }) body: z.output<typeof newCalendar>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.put.replace(actor, calendarId, seen, body);
    return this.one(calendarId, reply);
  }

  @Delete(':id')
  @Allow('admin', 'policy-author')
  @Answers(204, null, 'Removes a calendar; needs If-Match')
  async remove(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) calendarId: string,
    @SeenVersion() seen: number,
  ): Promise<void> {
    await this.put.remove(actor, calendarId, seen);
  }

  private async one(calendarId: string, reply: FastifyReply): Promise<CalendarRow> {
    const calendar = await this.database.read((tx) => tx.use(CalendarsRepository).one(calendarId));
    if (!calendar) throw new NotFound('calendar');
    setVersion(reply, calendar.version);
    return calendar;
  }
}
