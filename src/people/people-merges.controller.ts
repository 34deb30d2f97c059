import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
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
  pageOf,
  pageQuery,
  toPage,
} from '../platform/http/index.js';
import { MergePersons } from './operations/merge-persons.js';
import { PeopleRepository } from './people.repository.js';
import { PersonMergesRepository } from './person-merges.repository.js';

const id = z.uuid();
const named = z.strictObject({ id: z.uuid(), displayName: z.string() });
const nullable = z.string().nullable();
const recordSchema = z
  .strictObject({
    id: z.uuid(),
    feed: z.strictObject({ id: z.uuid(), name: z.string(), kind: z.string(), rank: z.number().int() }),
    key: z.string(),
    userName: nullable,
    displayName: nullable,
    email: nullable,
    status: z.enum(['active', 'leave', 'left']).nullable(),
    statusAt: z.iso.datetime(),
    employeeNumber: nullable,
    manager: named.nullable(),
    department: nullable,
    position: nullable,
    workerType: nullable,
    unit: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    joinedAt: z.iso.datetime().nullable(),
    leavesAt: z.iso.datetime().nullable(),
    updatedAt: z.iso.datetime(),
    deletedAt: z.iso.datetime().nullable(),
    mergedFrom: z.uuid().nullable().meta({ description: 'Whose record it was before two people were put together.' }),
  })
  .meta({ id: 'PersonRecord' });
const conflictSchema = z
  .strictObject({
    person: named,
    fields: z
      .record(z.string(), z.array(z.strictObject({ feed: z.string(), value: z.string() })))
      .meta({ description: 'Field to what each feed says; the first is believed.' }),
  })
  .meta({ id: 'PersonConflict' });
const matchSchema = z
  .strictObject({
    record: z.strictObject({ id: z.uuid(), feed: z.string(), key: z.string() }),
    person: named,
    other: named.meta({ description: 'Who it may be as well.' }),
    because: z.enum(['employee-number', 'email', 'user-name']),
    foundAt: z.iso.datetime(),
  })
  .meta({ id: 'PossibleMatch' });
const reason = z.string().trim().min(1).max(1000).nullish();
const mergeSchema = z.strictObject({ person: z.uuid(), reason }).meta({ id: 'MergePersons' });
const separateSchema = z.strictObject({ record: z.uuid(), reason }).meta({ id: 'SeparatePerson' });
const dismissSchema = z.strictObject({ record: z.uuid(), person: z.uuid() }).meta({ id: 'DismissMatch' });

@ApiTags('people')
@Controller('people')
export class PeopleMergesController {
  constructor(
    private readonly database: Database,
    private readonly merges: MergePersons,
  ) {}

  @Get('conflicts')
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, pageOf(conflictSchema), 'People of whom feeds say different things, and who is believed')
  async conflicts(@Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string }) {
    const after = decodeCursor(query.cursor, 1);
    const rows = await this.database.read((tx) =>
      tx.use(PersonMergesRepository).conflicts(query.limit + 1, after ? String(after[0]) : null),
    );
    return toPage(rows, query.limit, ({ person }) => [person.id]);
  }

  @Get('possible-matches')
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, pageOf(matchSchema), 'Records that may be of somebody else too, for people to decide')
  async possibleMatches(@Query({ schema: z.strictObject(pageQuery) }) query: { limit: number; cursor?: string }) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx.use(PersonMergesRepository).possibleMatches(query.limit + 1, after),
    );
    const page = toPage(rows, query.limit, ({ record, found }) => [record.id, found]);
    return { data: page.data.map(({ found: _place, ...match }) => match), next: page.next };
  }

  @Post('possible-matches/dismissals')
  @Allow('admin', 'iam-engineer')
  @HttpCode(204)
  @Answers(204, null, 'Says that a record is not of a person: they are never taken for one')
  async dismiss(
    @Caller() actor: Actor,
    @Body({ schema: dismissSchema }) body: z.output<typeof dismissSchema>,
  ): Promise<void> {
    await this.merges.dismiss(actor, body.record, body.person);
  }

  @Get(':id/records')
  @Allow('admin', 'iam-engineer', 'auditor')
  @Answers(200, pageOf(recordSchema), 'What each feed says of a person, by rank')
  async records(@Param('id', { schema: id }) person: string) {
    return this.database.read(async (tx) => {
      if (!(await tx.use(PeopleRepository).exists(person))) throw new NotFound('person');
      return { data: await tx.use(PersonMergesRepository).records(person), next: null };
    });
  }

  @Post(':id/merges')
  @Allow('admin', 'iam-engineer')
  @Answers(
    200,
    z.strictObject({ id: z.uuid() }).meta({ id: 'MergedPerson' }),
    'Puts another person into this one; it can be taken back',
  )
  async merge(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) person: string,
    @Body({ schema: mergeSchema }) body: z.output<typeof mergeSchema>,
  ) {
    await this.merges.merge(actor, person, body.person, body.reason ?? null);
    return { id: person };
  }

  @Post(':id/separations')
  @Allow('admin', 'iam-engineer')
  @Answers(
    200,
    z.strictObject({ id: z.uuid() }).meta({ id: 'SeparatedPerson' }),
    'Takes a record, and what came with it, out of a person; answers whose it is now',
  )
  async separate(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) person: string,
    @Body({ schema: separateSchema }) body: z.output<typeof separateSchema>,
  ) {
    return { id: await this.merges.separate(actor, person, body.record, body.reason ?? null) };
  }
}
