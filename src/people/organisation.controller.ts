import { Body, Controller, Get, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import { type Actor, Allow, Answers, Caller, pageOf, READERS, SeenVersion, ScopedToo } from '../platform/http/index.js';
import { ShapeOrganisation } from './operations/shape-organisation.js';
import { PeopleRepository } from './people.repository.js';
import { newTeam, newUnit, teamSchema, unitSchema } from './people.schemas.js';

const id = z.uuid();
const made = z.strictObject({ id: z.uuid() }).meta({ id: 'Made' });

@ApiTags('people')
@Controller('units')
export class UnitsController {
  constructor(
    private readonly database: Database,
    private readonly shape: ShapeOrganisation,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, pageOf(unitSchema), 'Units of the organisation; a short list, given whole')
  async list() {
    const units = await this.database.read((tx) => tx.use(PeopleRepository).unitsByName());
    return {
      data: units
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((unit) => ({
          id: unit.id,
          name: unit.name,
          parent: unit.parentId,
          head: unit.headId,
          version: unit.version,
        })),
      next: null,
    };
  }

  @Post()
  @Allow('admin', 'iam-engineer')
  @Answers(201, made, 'Adds a unit')
  async add(@Caller() actor: Actor, @Body({ schema: newUnit }) body: z.output<typeof newUnit>) {
    return { id: await this.shape.putUnit(actor, null, null, body) };
  }

  @Put(':id')
  @Allow('admin', 'iam-engineer')
  @Answers(200, made, 'Replaces a unit; needs If-Match')
  async replace(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) unit: string,
    @SeenVersion() seen: number,
    @Body({ schema: newUnit }) body: z.output<typeof newUnit>,
  ) {
    return { id: await this.shape.putUnit(actor, unit, seen, body) };
  }
}

@ApiTags('people')
@Controller('teams')
export class TeamsController {
  constructor(
    private readonly database: Database,
    private readonly shape: ShapeOrganisation,
  ) {}

  @Get()
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, pageOf(teamSchema), 'Teams with their members; a short list, given whole')
  async list() {
    const teams = await this.database.read((tx) => tx.use(PeopleRepository).teams());
    return {
      data: teams.map(({ id: team, name, unitId, members, group, version }) => ({
        id: team,
        name,
        unit: unitId,
        members,
        group,
        version,
      })),
      next: null,
    };
  }

  @Post()
  @Allow('admin', 'iam-engineer')
  @Answers(201, made, 'Adds a team')
  async add(@Caller() actor: Actor, @Body({ schema: newTeam }) body: z.output<typeof newTeam>) {
    return { id: await this.shape.putTeam(actor, null, null, body) };
  }

  @Put(':id')
  @Allow('admin', 'iam-engineer')
  @Answers(200, made, 'Replaces a team and its members; needs If-Match')
  async replace(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) team: string,
    @SeenVersion() seen: number,
    @Body({ schema: newTeam }) body: z.output<typeof newTeam>,
  ) {
    return { id: await this.shape.putTeam(actor, team, seen, body) };
  }
}
