import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type Actor, Allow, Caller, READERS, ScopedToo } from '../platform/http/index.js';
import { programmePage } from './pages/programme-page.js';
import { ReadProgramme } from './queries/read-programme.js';
import { programmePageQuery } from './reports.schemas.js';

/** Reports as pages for people: whole documents that ask nothing of any other address, so that they can be kept. */
@ApiExcludeController()
@Controller('reports')
@ScopedToo()
export class ReportPagesController {
  constructor(private readonly programme: ReadProgramme) {}

  @Get('programme.html')
  @Allow(...READERS)
  async page(
    @Caller() actor: Actor,
    @Query({ schema: programmePageQuery }) query: z.output<typeof programmePageQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const report = await this.programme.execute(actor, query);
    const units = await this.programme.units(actor);
    void reply.type('text/html; charset=utf-8');
    return programmePage(report, units);
  }
}
