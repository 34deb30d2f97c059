import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { ConnectorRegistry } from '../connectors/registry/index.js';
import { RegisterSource } from '../inventory/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  checked,
  decodeCursor,
  NotFound,
  pageOf,
  READERS,
  RequestInvalid,
  SeenVersion,
  setVersion,
  toPage,
  ScopedToo,
} from '../platform/http/index.js';
import { RequestSync } from './operations/request-sync.js';
import { TestSource } from './operations/test-source.js';
import { coverageOf, listSources, oneSource, type SourceView } from './queries/list-sources.js';
import { ConnectorUnknown, SourceIsAFile } from './sync.errors.js';
import {
  changedSource,
  connectorSchema,
  coverageSchema,
  newSource,
  sourceSchema,
  sourcesQuery,
  sourceTestSchema,
  syncRunSchema,
} from './sync.schemas.js';
import { presentRun } from './sync-runs.controller.js';
import { SyncRunsRepository } from './sync-runs.repository.js';

const id = z.uuid();

@ApiTags('sources')
@Controller('sources')
export class SourcesController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly registry: ConnectorRegistry,
    private readonly register: RegisterSource,
    private readonly requestSync: RequestSync,
    private readonly testSource: TestSource,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, pageOf(sourceSchema), 'Sources, by name')
  async list(@Caller() actor: Actor, @Query({ schema: sourcesQuery }) query: z.output<typeof sourcesQuery>) {
    const after = decodeCursor(query.cursor, 2);
    return this.database.read(async (tx) => {
      const rows = await listSources(
        tx,
        this.visibility.visibleTo(actor, 'source', 's'),
        query,
        query.limit + 1,
        after,
      );
      const page = toPage(rows, query.limit, (row) => [row.name, row.id]);
      return { data: await withLastRuns(tx.use(SyncRunsRepository), page.data), next: page.next };
    });
  }

  @Get('connectors')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(
    200,
    pageOf(connectorSchema),
    'Connectors and file formats of this installation, with the vendor permissions reading needs',
  )
  connectors() {
    const describe = (
      kind: 'connector' | 'file',
      item: {
        id: string;
        title: string;
        resourceTypes: readonly {
          id: string;
          title: string;
          entity: string;
          permissions: { read: readonly string[] };
        }[];
        config?: unknown;
        template?: string;
      },
    ) => ({
      id: item.id,
      title: item.title,
      kind,
      configSchema:
        item.config instanceof z.ZodType
          ? (z.toJSONSchema(item.config, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>)
          : null,
      resourceTypes: item.resourceTypes.map((type) => ({
        id: type.id,
        title: type.title,
        entity: type.entity,
        permissions: [...type.permissions.read],
      })),
      hasTemplate: item.template !== undefined,
    });
    return {
      data: [
        ...this.registry.all().map((connector) => describe('connector', connector)),
        ...this.registry.formats().map((format) => describe('file', format)),
      ],
      next: null,
    };
  }

  @Post()
  @Allow('admin')
  @Answers(201, sourceSchema, 'Configures a source; it is not read yet')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newSource }) body: z.output<typeof newSource>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const source = await this.register.create(actor, {
      ...body,
      config: await this.checkedConfig(body.connector, body.config),
    });
    return this.one(actor, source.id, reply);
  }

  @Get(':id')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, sourceSchema, 'One source with its last run')
  read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) sourceId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.one(actor, sourceId, reply);
  }

  @Patch(':id')
  @ScopedToo()
  @Allow('admin')
  @Answers(200, sourceSchema, 'Changes a source; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) sourceId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedSource }) body: z.output<typeof changedSource>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const source = await this.database.read((tx) =>
      this.visibility.look(actor, 'source', 's', (visible) => oneSource(tx, visible, sourceId)),
    );
    if (!source) throw new NotFound('source');
    const config = body.config === undefined ? {} : { config: await this.checkedConfig(source.connector, body.config) };
    await this.register.change(actor, sourceId, seen, { ...body, ...config });
    return this.one(actor, sourceId, reply);
  }

  @Get(':id/coverage')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, coverageSchema, 'What was seen and what was not, scope by scope and type by type')
  async coverage(@Caller() actor: Actor, @Param('id', { schema: id }) sourceId: string) {
    return this.database.read(async (tx) => {
      if (!(await oneSource(tx, this.visibility.visibleTo(actor, 'source', 's'), sourceId)))
        throw new NotFound('source');
      return { data: await coverageOf(tx, sourceId), next: null };
    });
  }

  @Post(':id/test')
  @Allow('admin', 'iam-engineer')
  @Answers(200, sourceTestSchema, 'Tries the credential without reading anything')
  test(@Param('id', { schema: id }) sourceId: string) {
    return this.testSource.execute(sourceId);
  }

  @Post(':id/sync')
  @Allow('admin', 'iam-engineer')
  @Answers(202, syncRunSchema, 'Reads the source; while a run is under way, that one is the answer')
  async sync(@Caller() actor: Actor, @Param('id', { schema: id }) sourceId: string) {
    return presentRun(await this.requestSync.execute(actor, sourceId));
  }

  private async checkedConfig(connectorId: string, config: Record<string, unknown>): Promise<Record<string, unknown>> {
    const connector = this.registry.get(connectorId);
    if (!connector) {
      if (this.registry.formats().some((format) => format.connector === connectorId)) throw new SourceIsAFile();
      throw new ConnectorUnknown(this.registry.all().map((known) => known.id));
    }
    try {
      await checked(connector.config, config);
    } catch (error) {
      if (!(error instanceof RequestInvalid)) throw error;
      throw new RequestInvalid(
        error.details.errors.map(({ pointer, detail }) => ({ pointer: `/config${pointer ?? ''}`, detail })),
      );
    }
    return config;
  }

  private async one(actor: Actor, sourceId: string, reply: FastifyReply) {
    return this.database.read(async (tx) => {
      const row = await oneSource(tx, this.visibility.visibleTo(actor, 'source', 's'), sourceId);
      if (!row) throw new NotFound('source');
      setVersion(reply, row.version);
      return (await withLastRuns(tx.use(SyncRunsRepository), [row]))[0]!;
    });
  }
}

async function withLastRuns(runs: SyncRunsRepository, rows: readonly SourceView[]) {
  const last = await runs.many(rows.flatMap(({ lastRunId }) => lastRunId ?? []));
  const byId = new Map(last.map((run) => [run.id, presentRun(run)]));
  return rows.map(({ lastRunId, ...row }) => ({ ...row, lastRun: byId.get(lastRunId ?? '') ?? null }));
}
