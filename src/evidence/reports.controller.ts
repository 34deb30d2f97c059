import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type Actor, Allow, Answers, Caller, READERS, ScopedToo } from '../platform/http/index.js';
import { programmeCsv } from './programme-figures.js';
import { type ProgrammeReport, ReadProgramme } from './queries/read-programme.js';
import { programmeQuery, programmeReport } from './reports.schemas.js';

@ApiTags('reports')
@Controller('reports')
@ScopedToo()
export class ReportsController {
  constructor(private readonly programme: ReadProgramme) {}

  @Get('programme')
  @Allow(...READERS)
  @ApiProduces('application/json', 'text/csv')
  @Answers(200, programmeReport, 'Figures of the programme day by day; as CSV where `format` or `Accept` asks for it')
  async read(
    @Caller() actor: Actor,
    @Query({ schema: programmeQuery }) query: z.output<typeof programmeQuery>,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProgrammeReport | string> {
    const report = await this.programme.execute(actor, query);
    void reply.header('vary', 'accept');
    if ((query.format ?? (accept?.includes('text/csv') ? 'csv' : 'json')) === 'json') return report;
    void reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="programme-${report.from}-${report.to}.csv"`);
    return programmeCsv(report.days);
  }
}
