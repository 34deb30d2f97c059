import { Body, Controller, Delete, Get, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  hasRole,
  NotFound,
  pageOf,
  pageQuery,
  READERS,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { AbsencesRepository } from './absences.repository.js';
import { PlanAbsence } from './operations/plan-absence.js';
import { PeopleRepository } from './people.repository.js';
import { PersonFactsRepository } from './person-facts.repository.js';

const id = z.uuid();
const named = z.strictObject({ id: z.uuid(), displayName: z.string() });
const made = z.strictObject({ id: z.uuid() }).meta({ id: 'Made' });
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const text = (maximum: number) => z.string().trim().min(1).max(maximum).nullish();
const listQuery = z.strictObject(pageQuery);
type ListQuery = { limit: number; cursor?: string };

const factSchema = z
  .strictObject({
    id: z.uuid(),
    person: z.uuid(),
    kind: z.enum(['notice', 'joined', 'changed', 'left']),
    at: z.iso.datetime().meta({ description: 'When it holds from; it may lie ahead.' }),
    data: z.record(z.string(), z.unknown()),
    planned: z.boolean().meta({ description: 'Planned by hand; else it follows from what the feeds say.' }),
    recordedBy: z.string(),
    recordedAt: z.iso.datetime(),
    appliedAt: z.iso.datetime().nullable(),
    withdrawnAt: z.iso.datetime().nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'PersonFact' });
const newFact = z
  .strictObject({
    kind: z.literal('changed'),
    at: instant,
    manager: z.uuid().nullish(),
    department: text(300),
    position: text(300),
    workerType: text(100),
    unit: z.uuid().nullish(),
  })
  .meta({ id: 'NewPersonFact' });
const deputiesSchema = z.strictObject({ data: z.array(named), version: z.number().int() }).meta({ id: 'Deputies' });
const newDeputies = z
  .strictObject({
    deputies: z
      .array(z.uuid())
      .max(10)
      .refine((list) => new Set(list).size === list.length, 'names somebody twice'),
  })
  .meta({ id: 'NewDeputies' });
const absenceSchema = z
  .strictObject({
    id: z.uuid(),
    person: z.uuid(),
    startsAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
    deputy: named.nullable(),
    recordedBy: z.string(),
    version: z.number().int(),
  })
  .meta({ id: 'Absence' });
const newAbsence = z
  .strictObject({ startsAt: instant, endsAt: instant, deputy: z.uuid().nullish() })
  .meta({ id: 'NewAbsence' });
const positionSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    unit: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    holder: z.strictObject({ id: z.uuid(), displayName: z.string(), active: z.boolean() }).nullable(),
    version: z.number().int(),
  })
  .meta({ id: 'Position' });
const newPosition = z
  .strictObject({ name: z.string().trim().min(1).max(200), unit: z.uuid().nullish(), holder: z.uuid().nullish() })
  .meta({ id: 'NewPosition' });

@ApiTags('people')
@Controller('people/:person')
export class AbsencesController {
  constructor(
    private readonly database: Database,
    private readonly plan: PlanAbsence,
  ) {}

  @Get('facts')
  @Allow(...READERS)
  @Answers(200, pageOf(factSchema), 'What happened to a person and what is going to, the latest first')
  async facts(@Param('person', { schema: id }) person: string, @Query({ schema: listQuery }) query: ListQuery) {
    const rows = await this.database.read(async (tx) => {
      if (!(await tx.use(PeopleRepository).exists(person))) throw new NotFound('person');
      return tx.use(PersonFactsRepository).ofPerson(person, query.limit + 1, decodeCursor(query.cursor, 2));
    });
    return toPage(rows, query.limit, (row) => [row.at, row.id]);
  }

  @Post('facts')
  @Allow('admin', 'iam-engineer')
  @Answers(201, made, 'Plans a move for an instant that lies ahead')
  async planMove(
    @Caller() actor: Actor,
    @Param('person', { schema: id }) person: string,
    @Body({ schema: newFact }) body: z.output<typeof newFact>,
  ) {
    const { kind: _kind, at, ...move } = body;
    return { id: await this.plan.planMove(actor, person, at, move) };
  }

  @Delete('facts/:id')
  @Allow('admin', 'iam-engineer')
  @Answers(204, null, 'Takes a planned move back; needs If-Match')
  async withdrawMove(
    @Caller() actor: Actor,
    @Param('person', { schema: id }) person: string,
    @Param('id', { schema: id }) fact: string,
    @SeenVersion() seen: number,
  ): Promise<void> {
    await this.plan.withdrawMove(actor, person, fact, seen);
  }

  @Get('deputies')
  @Allow(...READERS, 'relation')
  @Answers(200, deputiesSchema, 'Who stands in for a person, in order')
  async deputies(
    @Caller() actor: Actor,
    @Param('person', { schema: id }) person: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    assertSees(actor, person);
    const { version, data } = await this.database.read(async (tx) => {
      const found = await tx.use(PeopleRepository).version(person);
      if (found === null) throw new NotFound('person');
      return { version: found, data: await tx.use(AbsencesRepository).deputies(person) };
    });
    setVersion(reply, version);
    return { data, version };
  }

  @Put('deputies')
  @Allow('admin', 'iam-engineer', 'relation')
  @Answers(
    200,
    deputiesSchema,
    "Names who stands in for a person, who may do it themselves; needs If-Match with the person's version",
  )
  async setDeputies(
    @Caller() actor: Actor,
    @Param('person', { schema: id }) person: string,
    @SeenVersion() seen: number,
    @Body({ schema: newDeputies }) body: z.output<typeof newDeputies>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.plan.setDeputies(actor, person, seen, body.deputies);
    return this.deputies(actor, person, reply);
  }

  @Get('absences')
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(absenceSchema), 'When a person is away, the latest first')
  async absences(
    @Caller() actor: Actor,
    @Param('person', { schema: id }) person: string,
    @Query({ schema: listQuery }) query: ListQuery,
  ) {
    assertSees(actor, person);
    const rows = await this.database.read(async (tx) => {
      if (!(await tx.use(PeopleRepository).exists(person))) throw new NotFound('person');
      return tx.use(AbsencesRepository).absences(person, query.limit + 1, decodeCursor(query.cursor, 2));
    });
    return toPage(rows, query.limit, (row) => [row.startsAt, row.id]);
  }

  @Post('absences')
  @Allow('admin', 'iam-engineer', 'relation')
  @Answers(201, made, 'Says that a person is away for a while, and who stands in; they may say so themselves')
  async addAbsence(
    @Caller() actor: Actor,
    @Param('person', { schema: id }) person: string,
    @Body({ schema: newAbsence }) body: z.output<typeof newAbsence>,
  ) {
    return { id: await this.plan.addAbsence(actor, person, { ...body, deputy: body.deputy ?? null }) };
  }

  @Delete('absences/:id')
  @Allow('admin', 'iam-engineer', 'relation')
  @Answers(204, null, 'Takes an absence back; needs If-Match')
  async removeAbsence(
    @Caller() actor: Actor,
    @Param('person', { schema: id }) person: string,
    @Param('id', { schema: id }) absence: string,
    @SeenVersion() seen: number,
  ): Promise<void> {
    await this.plan.removeAbsence(actor, person, absence, seen);
  }
}

/** Who reads people reads this; anybody else only of themselves. */
function assertSees(actor: Actor, person: string): void {
  if (actor.person !== person && !hasRole(actor, ...READERS)) throw new NotFound('person');
}

@ApiTags('people')
@Controller('positions')
export class PositionsController {
  constructor(
    private readonly database: Database,
    private readonly plan: PlanAbsence,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Allow(...READERS)
  @Answers(200, pageOf(positionSchema), 'Positions and who holds them; a short list, given whole')
  async list() {
    return {
      data: await this.database.read((tx) => tx.use(AbsencesRepository).positions(this.clock.now())),
      next: null,
    };
  }

  @Post()
  @Allow('admin', 'iam-engineer')
  @Answers(201, made, 'Adds a position')
  async add(@Caller() actor: Actor, @Body({ schema: newPosition }) body: z.output<typeof newPosition>) {
    return {
      id: await this.plan.putPosition(actor, null, null, {
        name: body.name,
        unit: body.unit ?? null,
        holder: body.holder ?? null,
      }),
    };
  }

  @Put(':id')
  @Allow('admin', 'iam-engineer')
  @Answers(200, made, 'Changes a position or who holds it; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) position: string,
    @SeenVersion() seen: number,
    @Body({ schema: newPosition }) body: z.output<typeof newPosition>,
  ) {
    return {
      id: await this.plan.putPosition(actor, position, seen, {
        name: body.name,
        unit: body.unit ?? null,
        holder: body.holder ?? null,
      }),
    };
  }
}
