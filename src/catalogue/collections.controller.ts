import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import { Allow, Answers, decodeCursor, pageOf, pageQuery, READERS, toPage } from '../platform/http/index.js';
import { collectionSchema } from './catalogue.schemas.js';
import { listCollections } from './queries/list-collections.js';

const query = z.strictObject({ ...pageQuery, source: z.uuid().optional() });

@ApiTags('identities')
@Controller('collections')
export class CollectionsController {
  constructor(private readonly database: Database) {}

  @Get()
  @Allow(...READERS)
  @Answers(200, pageOf(collectionSchema), 'Collections: identities made by one template')
  async list(@Query({ schema: query }) filter: z.output<typeof query>) {
    const after = decodeCursor(filter.cursor, 2);
    const rows = await this.database.read((tx) => listCollections(tx, filter.source, filter.limit + 1, after));
    return toPage(rows, filter.limit, (row) => [row.name, row.id]);
  }
}
