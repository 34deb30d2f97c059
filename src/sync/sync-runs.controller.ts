import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  FreshSignIn,
  NotFound,
  pageOf,
  READERS,
  toPage,
} from '../platform/http/index.js';
import { ConfirmRun } from './operations/confirm-run.js';
import { type SyncRunRow, SyncRunsRepository } from './sync-runs.repository.js';
import { runsQuery, syncRunSchema } from './sync.schemas.js';

const id = z.uuid();

export const presentRun = ({ uploadId: _upload, options: _options, ...run }: SyncRunRow) => run;

@ApiTags('sources')
@Controller('sync-runs')
export class SyncRunsController {
  constructor(
    private readonly database: Database,
    private readonly confirmRun: ConfirmRun,
  ) {}

  @Get()
  @Allow(...READERS)
  @Answers(200, pageOf(syncRunSchema), 'Runs, newest first')
  async list(@Query({ schema: runsQuery }) query: z.output<typeof runsQuery>) {
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(SyncRunsRepository).page(query.source, query.limit + 1, after ? String(after[0]) : null),
    );
    const page = toPage(rows, query.limit, (row) => [row.id]);
    return { data: page.data.map(presentRun), next: page.next };
  }

  @Get(':id')
  @Allow(...READERS)
  @Answers(200, syncRunSchema, 'One run: its counts, its gaps, and what went wrong')
  async read(@Param('id', { schema: id }) runId: string) {
    const run = await this.database.read((tx) => tx.use(SyncRunsRepository).one(runId));
    if (!run) throw new NotFound('sync run');
    return presentRun(run);
  }

  @Post(':id/confirm')
  @Allow('admin', 'iam-engineer')
  @FreshSignIn()
  @Answers(202, syncRunSchema, 'Lets the removals of a held run through')
  async confirm(@Caller() actor: Actor, @Param('id', { schema: id }) runId: string) {
    return presentRun(await this.confirmRun.execute(actor, runId));
  }
}
