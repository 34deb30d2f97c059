import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ConnectorRegistry } from '../connectors/registry/index.js';
import { Config } from '../platform/config/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  checked,
  NotFound,
  READERS,
  readUpload,
  ScopedToo,
} from '../platform/http/index.js';
import { ImportFile } from './operations/import-file.js';
import { presentRun } from './sync-runs.controller.js';
import { syncRunSchema } from './sync.schemas.js';

const fields = z.strictObject({
  format: z.string().max(100),
  source: z.string().trim().min(1).max(200),
  mode: z.enum(['snapshot', 'append']).default('snapshot'),
});

@ApiTags('imports')
@Controller('imports')
export class ImportsController {
  constructor(
    private readonly importFile: ImportFile,
    private readonly registry: ConnectorRegistry,
    private readonly config: Config,
  ) {}

  @Post()
  @Allow('admin', 'iam-engineer')
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['format', 'source', 'file'],
      properties: {
        format: { type: 'string', description: 'csv, ndjson, aws-authorization-details, aws-credential-report' },
        source: { type: 'string', description: 'Name of the source it goes into; made if there is none.' },
        mode: {
          type: 'string',
          enum: ['snapshot', 'append'],
          default: 'snapshot',
          description: 'A snapshot removes what it no longer names; append removes nothing.',
        },
        file: { type: 'string', format: 'binary', description: 'Last part of the request.' },
      },
    },
  })
  @Answers(
    202,
    syncRunSchema,
    'Takes a file in; the fields come before the file. Bad rows are reported, the rest is taken',
  )
  async import(@Caller() actor: Actor, @Req() request: FastifyRequest) {
    const upload = await readUpload(request, this.config.get('MANDATE_IMPORT_MAX_BYTES'));
    return presentRun(await this.importFile.execute(actor, await checked(fields, upload.fields), upload));
  }

  @Get('templates/:format')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, null, 'An example file with every column, to fill in')
  template(@Param('format') format: string, @Res() reply: FastifyReply): void {
    const found = this.registry.format(format);
    if (!found?.template) throw new NotFound('template');
    void reply
      .header('content-disposition', `attachment; filename="mandate-template.${format}"`)
      .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson')
      .send(found.template);
  }
}
