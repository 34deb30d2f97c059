import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import { Allow, Answers, decodeCursor, pageOf, pageQuery, toPage } from '../platform/http/index.js';
import { DirectoryGroupsRepository } from './directory-groups.repository.js';
import { groupSchema } from './people.schemas.js';

const query = z.strictObject({ ...pageQuery, q: z.string().trim().min(1).max(200).optional() });

@ApiTags('people')
@Controller('people/groups')
export class DirectoryGroupsController {
  constructor(private readonly database: Database) {}

  @Get()
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, pageOf(groupSchema), 'Groups of the directory, by name: what a team can be filled from')
  async list(@Query({ schema: query }) { q, limit, cursor }: z.output<typeof query>) {
    const after = decodeCursor(cursor, 2);
    const rows = await this.database.read((tx) => tx.use(DirectoryGroupsRepository).page(q, limit + 1, after));
    return toPage(rows, limit, (row) => [row.displayName, row.id]);
  }
}
