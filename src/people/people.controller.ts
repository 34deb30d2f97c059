import { Body, Controller, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  checked,
  decodeCursor,
  FreshSignIn,
  hasRole,
  NotAllowed,
  NotFound,
  pageOf,
  pageQuery,
  READERS,
  readUpload,
  ReferenceUnknown,
  ScopedToo,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { HR_FEED, ImportPeople } from './operations/import-people.js';
import { RecordPerson } from './operations/record-person.js';
import { OwnFeed } from './own-feed.js';
import { type Feed, PeopleFeedsRepository } from './people-feeds.repository.js';
import { isTimeZone } from './people-file.js';
import { PeopleImportsRepository, type PeopleImportRow } from './people-imports.repository.js';
import { PeopleRepository, type PersonRow } from './people.repository.js';
import {
  changedPerson,
  fileMapping,
  importChangeSchema,
  newPerson,
  peopleImportSchema,
  peopleQuery,
  personSchema,
} from './people.schemas.js';

const id = z.uuid();
const importFields = z.strictObject({
  dryRun: z.stringbool().default(false),
  snapshot: z.stringbool().default(false),
  timeZone: z.string().refine(isTimeZone, 'is not a time zone (Europe/Zurich)').optional(),
  feed: z.string().trim().min(1).max(200).optional(),
  mapping: z
    .string()
    .max(4000)
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(fileMapping)
    .optional(),
});

@ApiTags('people')
@Controller('people')
export class PeopleController {
  constructor(
    private readonly database: Database,
    private readonly record: RecordPerson,
    private readonly imports: ImportPeople,
    private readonly ownFeed: OwnFeed,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, pageOf(personSchema), 'People, by name')
  async list(@Query({ schema: peopleQuery }) query: z.output<typeof peopleQuery>) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx
        .use(PeopleRepository)
        .page({ q: query.q, active: query.active, unit: query.unit }, query.limit + 1, after, this.clock.now()),
    );
    return toPage(rows, query.limit, (row) => [row.displayName, row.id]);
  }

  @Post()
  @Allow('admin', 'iam-engineer')
  @Answers(201, personSchema, 'Adds a person by hand')
  async add(
    @Caller() actor: Actor,
    @Body({ schema: newPerson }) body: z.output<typeof newPerson>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PersonRow> {
    return this.one(await this.record.create(actor, body), reply);
  }

  @Get('imports')
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, pageOf(peopleImportSchema), 'Imports of HR files, newest first')
  async listImports(@Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string }) {
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(PeopleImportsRepository).page(query.limit + 1, after ? String(after[0]) : null),
    );
    const page = toPage(rows, query.limit, (row) => [row.id]);
    return { data: page.data.map(presentImport), next: page.next };
  }

  @Post('imports')
  @ScopedToo()
  @Allow('admin', 'iam-engineer', 'ingest')
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        dryRun: { type: 'boolean' },
        snapshot: { type: 'boolean', description: 'Who is not in the file has left.' },
        timeZone: { type: 'string', description: 'Zone of dates without a time.' },
        feed: { type: 'string', description: 'Name of the HR feed; "hr" without one.' },
        mapping: { type: 'string', description: 'JSON: our field to the header the file uses.' },
        file: { type: 'string', format: 'binary' },
      },
    },
  })
  @Answers(202, peopleImportSchema, 'Takes an HR file (CSV); dryRun shows what it would change')
  async import(@Caller() actor: Actor, @Req() request: FastifyRequest) {
    await this.boundTo(actor); // before a byte of the file is taken
    const upload = await readUpload(request, 100 * 1024 * 1024);
    const { feed: named, ...options } = await checked(importFields, upload.fields);
    const feed = await this.feedFor(actor, named);
    return presentImport(
      await this.imports.receive(
        actor,
        upload,
        {
          ...options,
          timeZone: options.timeZone ?? feed.options.timeZone ?? 'UTC',
          mapping: options.mapping ?? feed.options.mapping,
        },
        { feedId: feed.id, origin: 'upload' },
      ),
    );
  }

  @Get('imports/:id')
  @ScopedToo()
  @Allow('admin', 'iam-engineer', 'auditor', 'ingest')
  @Answers(200, peopleImportSchema, 'One import: what it changed, and every row that could not be taken')
  async oneImport(@Caller() actor: Actor, @Param('id', { schema: id }) importId: string) {
    return presentImport(await this.visibleImport(actor, importId));
  }

  @Get('imports/:id/changes')
  @ScopedToo()
  @Allow('admin', 'iam-engineer', 'auditor', 'ingest')
  @Answers(
    200,
    pageOf(importChangeSchema),
    'What an import changes, or would change, person by person: the ended first',
  )
  async changes(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) importId: string,
    @Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string },
  ) {
    await this.visibleImport(actor, importId);
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(PeopleImportsRepository).changes(importId, query.limit + 1, after ? Number(after[0]) : 0),
    );
    const page = toPage(rows, query.limit, (row) => [row.seq]);
    return { data: page.data.map(({ seq: _place, ...change }) => change), next: page.next };
  }

  @Post('imports/:id/confirm')
  @Allow('admin', 'iam-engineer')
  @FreshSignIn()
  @Answers(202, peopleImportSchema, 'Lets a held import through')
  async confirm(@Caller() actor: Actor, @Param('id', { schema: id }) importId: string) {
    return presentImport(await this.imports.confirm(actor, importId));
  }

  @Get(':id')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, personSchema, 'One person')
  read(
    @Param('id', { schema: id }) personId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PersonRow> {
    return this.one(personId, reply);
  }

  @Patch(':id')
  @Allow('admin', 'iam-engineer')
  @Answers(200, personSchema, 'Changes a person; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) personId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedPerson }) body: z.output<typeof changedPerson>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PersonRow> {
    await this.record.change(actor, personId, seen, body);
    return this.one(personId, reply);
  }

  /** Who only brings files in sees the files they brought. */
  private async visibleImport(actor: Actor, importId: string): Promise<PeopleImportRow> {
    const row = await this.database.read((tx) => tx.use(PeopleImportsRepository).one(importId));
    if (!row || (!this.isWhole(actor) && row.createdBy !== actor.id)) throw new NotFound('import');
    return row;
  }

  /** HR files are about everybody: a role within a unit does not reach so far, one bound to a feed reaches that. */
  private isWhole(actor: Actor): boolean {
    return actor.roles.some(
      ({ role, scope }) =>
        (role === 'admin' || role === 'iam-engineer' || role === 'auditor') &&
        Object.values(scope).every((value) => value === undefined),
    );
  }

  /** The feed a caller is bound to; null = any. */
  private async boundTo(actor: Actor): Promise<Feed | null> {
    if (this.isWhole(actor)) return null;
    if (!hasRole(actor, 'ingest')) throw new NotAllowed('HR files are about everybody, and your role is not.');
    return this.ownFeed.scoped(actor, 'hr-file');
  }

  private async feedFor(actor: Actor, named: string | undefined): Promise<Feed> {
    const bound = await this.boundTo(actor);
    if (bound) return bound;
    const feed = await this.database.read((tx) => tx.use(PeopleFeedsRepository).named(named ?? HR_FEED));
    if (feed?.kind !== 'hr-file') throw new ReferenceUnknown('/feed', 'HR feed');
    return feed;
  }

  private async one(personId: string, reply: FastifyReply): Promise<PersonRow> {
    const row = await this.database.read((tx) => tx.use(PeopleRepository).one(personId, this.clock.now()));
    if (!row) throw new NotFound('person');
    setVersion(reply, row.version);
    return row;
  }
}

const presentImport = ({ uploadId: _kept, feedId: _id, createdBy: _by, options, ...row }: PeopleImportRow) => ({
  ...row,
  dryRun: options.dryRun,
});
