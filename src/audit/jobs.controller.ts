import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  NotFound,
  type Page,
  pageOf,
  pageQuery,
  READERS,
  toPage,
} from '../platform/http/index.js';
import { JobRegistry, JobRunsRepository, type JobRunRow } from '../platform/jobs/index.js';
import { RunJobByHand } from './operations/run-job-by-hand.js';

const runSchema = z
  .strictObject({
    id: z.uuid(),
    job: z.string(),
    status: z.enum(['running', 'succeeded', 'failed', 'interrupted']),
    attempt: z.number().int(),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    counts: z.record(z.string(), z.number()).nullable(),
    inputDigest: z.string().nullable(),
    parametersDigest: z.string().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'JobRun' });
const jobSchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    schedule: z
      .string()
      .nullable()
      .meta({ description: 'Five-field cron in UTC; null = only when something asks for it.' }),
    lastRun: runSchema.nullable(),
  })
  .meta({ id: 'Job' });
const anyPayload = z.strictObject({ payload: z.record(z.string(), z.unknown()).default({}) });

const present = (row: JobRunRow) => ({
  ...row,
  startedAt: row.startedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});

/** Jobs are what makes controls run: their history is evidence, which is why it lives here. */
@ApiTags('jobs')
@Controller('jobs')
export class JobsController {
  constructor(
    private readonly database: Database,
    private readonly registry: JobRegistry,
    private readonly runByHand: RunJobByHand,
  ) {}

  @Get()
  @Allow(...READERS)
  @Answers(200, pageOf(jobSchema), 'Every job with its schedule and its last run')
  async list() {
    const last = new Map(
      (await this.database.read((tx) => tx.use(JobRunsRepository).lastOfEach())).map((run) => [run.job, run]),
    );
    const data = this.registry.all().map(({ job }) => {
      const run = last.get(job.id);
      return { id: job.id, title: job.title, schedule: job.schedule ?? null, lastRun: run ? present(run) : null };
    });
    return { data, next: null };
  }

  @Get(':id/runs')
  @Allow(...READERS)
  @Answers(200, pageOf(runSchema), 'The history of a job, newest first')
  async runs(
    @Param('id') id: string,
    @Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string },
  ): Promise<Page<ReturnType<typeof present>>> {
    if (!this.registry.get(id)) throw new NotFound('job');
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(JobRunsRepository).page(id, query.limit + 1, after ? String(after[0]) : null),
    );
    const page = toPage(rows, query.limit, (row) => [row.id]);
    return { data: page.data.map(present), next: page.next };
  }

  @Post(':id/runs')
  @Allow('admin', 'iam-engineer')
  @Answers(
    202,
    z.strictObject({ job: z.string(), queued: z.literal(true) }).meta({ id: 'JobQueued' }),
    'Runs a job now; what already waits is not queued twice',
  )
  async run(
    @Caller() actor: Actor,
    @Param('id') id: string,
    @Body({ schema: anyPayload }) body: z.output<typeof anyPayload>,
  ) {
    await this.runByHand.execute(actor, id, body.payload);
    return { job: id, queued: true as const };
  }
}
