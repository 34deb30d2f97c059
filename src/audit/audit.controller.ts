import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import { Allow, Answers, decodeCursor, type Page, pageOf, pageQuery, toPage } from '../platform/http/index.js';
import { AuditEntriesRepository, type AuditEntryRow } from './audit-entries.repository.js';

export const auditEntrySchema = z
  .strictObject({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.string(),
    type: z.string(),
    target: z.strictObject({ type: z.string(), id: z.string() }),
    data: z.record(z.string(), z.unknown()),
    requestId: z.string().nullable(),
    index: z.number().int().nullable().meta({ description: 'Its place in the sealed log; null until it is sealed.' }),
    leafHash: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

const query = z.strictObject({
  ...pageQuery,
  type: z.string().max(100).optional(),
  actor: z.string().max(200).optional(),
  targetType: z.string().max(50).optional(),
  target: z.string().max(300).optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});

const present = (row: AuditEntryRow) => ({
  id: row.id,
  at: row.at.toISOString(),
  actor: row.actor,
  type: row.type,
  target: { type: row.targetType, id: row.targetId },
  data: row.data,
  requestId: row.requestId,
  index: null,
  leafHash: null,
});

@ApiTags('audit')
@Controller('audit-entries')
export class AuditController {
  constructor(private readonly database: Database) {}

  @Get()
  @Allow('auditor', 'admin', 'iam-engineer', 'incident-responder')
  @Answers(200, pageOf(auditEntrySchema), 'The audit log, newest first')
  async list(@Query({ schema: query }) filter: z.output<typeof query>): Promise<Page<ReturnType<typeof present>>> {
    const after = decodeCursor(filter.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(AuditEntriesRepository).page(
        {
          type: filter.type,
          actor: filter.actor,
          targetType: filter.targetType,
          targetId: filter.target,
          since: filter.since ? new Date(filter.since) : undefined,
          until: filter.until ? new Date(filter.until) : undefined,
        },
        filter.limit + 1,
        after ? String(after[0]) : null,
      ),
    );
    const page = toPage(rows, filter.limit, (row) => [row.id]);
    return { data: page.data.map(present), next: page.next };
  }
}
