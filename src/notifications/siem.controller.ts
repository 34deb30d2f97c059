import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import { Allow, Answers, RequestInvalid } from '../platform/http/index.js';
import { Contributions } from './contributions.js';
import { type SiemPlace, siemEvents } from './queries/siem-events.js';

const query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(5000).default(1000).meta({ description: 'How many at most (1 to 5000).' }),
  cursor: z.string().max(2000).optional().meta({ description: 'The Next-Cursor of the answer before.' }),
});
const place = z.record(z.string().max(50), z.tuple([z.string().regex(/^\d{1,20}$/), z.string().regex(/^\d{1,19}$/)]));

/** What happened, for a system that watches: as OCSF events, one a line, each exactly once to whoever keeps the cursor. */
@ApiTags('siem')
@Controller('siem/events')
export class SiemController {
  constructor(
    private readonly database: Database,
    private readonly contributions: Contributions,
  ) {}

  @Get()
  @Allow('auditor', 'admin', 'incident-responder')
  @ApiProduces('application/x-ndjson')
  @Answers(
    200,
    z.string().meta({
      description: 'One OCSF event a line. The header Next-Cursor says where to read on, Has-More whether at once.',
    }),
    'Findings and the audit log as OCSF JSON lines, oldest first',
  )
  async read(
    @Query({ schema: query }) { limit, cursor }: z.output<typeof query>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const page = await this.database.snapshot((tx) =>
      siemEvents(tx, this.contributions.logged, decodePlace(cursor), limit),
    );
    void reply
      .type('application/x-ndjson; charset=utf-8')
      .header('next-cursor', Buffer.from(JSON.stringify(page.place)).toString('base64url'))
      .header('has-more', String(page.hasMore));
    return page.events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }
}

function decodePlace(cursor: string | undefined): SiemPlace {
  if (cursor === undefined) return {};
  try {
    const parsed = place.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RequestInvalid([{ parameter: 'cursor', detail: 'is not a cursor this list gave' }]);
}
