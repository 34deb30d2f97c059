import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { DirectoryGroupsRepository } from '../directory-groups.repository.js';
import { Team, Unit } from '../people.entities.js';
import { NameTaken } from '../people.errors.js';
import { PeopleRepository } from '../people.repository.js';
import { FillTeams } from './fill-teams.js';

export interface UnitInput {
  readonly name: string;
  readonly parent?: string | null | undefined;
  readonly head?: string | null | undefined;
}
export interface TeamInput {
  readonly name: string;
  readonly unit?: string | null | undefined;
  readonly members: readonly string[];
  /** A group of the directory: its members are the members of the team. */
  readonly group?: string | null | undefined;
}

/** Units and teams: made, renamed, staffed. */
@Injectable()
export class ShapeOrganisation {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly fill: FillTeams,
    private readonly clock: Clock,
  ) {}

  async putUnit(actor: Actor, id: string | null, seen: number | null, input: UnitInput): Promise<string> {
    return this.database.transaction(async (tx) => {
      const people = tx.use(PeopleRepository);
      const before = id === null ? null : await people.unitForChange(id);
      if (id !== null && !before) throw new NotFound('unit');
      if (before && seen !== null) assertUnchanged(before, seen);
      if ((await people.unitsByName()).some((unit) => unit.name === input.name && unit.id !== id))
        throw new NameTaken('unit');
      if (input.head && !(await people.exists(input.head))) throw new ReferenceUnknown('/head', 'person');
      if (input.parent && (input.parent === id || !(await people.unitForChange(input.parent))))
        throw new ReferenceUnknown('/parent', 'unit');
      const unit = Object.assign(before ?? new Unit(), {
        id: id ?? newId(this.clock),
        name: input.name,
        parentId: input.parent ?? null,
        headId: input.head ?? null,
        version: (before?.version ?? 0) + 1,
      });
      await (before ? people.saveUnit(unit) : people.insertUnit(unit));
      await this.audit.record(tx, {
        type: before ? 'people.unit-changed' : 'people.unit-added',
        actor,
        target: { type: 'unit', id: unit.id },
        data: { ...input },
      });
      return unit.id;
    });
  }

  async putTeam(actor: Actor, id: string | null, seen: number | null, input: TeamInput): Promise<string> {
    return this.database.transaction(async (tx) => {
      const people = tx.use(PeopleRepository);
      const before = id === null ? null : await people.teamForChange(id);
      if (id !== null && !before) throw new NotFound('team');
      if (before && seen !== null) assertUnchanged(before, seen);
      if ((await people.teams()).some((team) => team.name === input.name && team.id !== id))
        throw new NameTaken('team');
      if (input.unit && !(await people.unitForChange(input.unit))) throw new ReferenceUnknown('/unit', 'unit');
      if (input.group && !(await tx.use(DirectoryGroupsRepository).exists(input.group)))
        throw new ReferenceUnknown('/group', 'group');
      await assertMembers(tx, input.members);
      const team = Object.assign(before ?? new Team(), {
        id: id ?? newId(this.clock),
        name: input.name,
        unitId: input.unit ?? null,
        groupId: input.group ?? null,
        version: (before?.version ?? 0) + 1,
      });
      await (before ? people.saveTeam(team) : people.insertTeam(team));
      if (!input.group) await people.setMembers(team.id, [...new Set(input.members)]);
      await this.audit.record(tx, {
        type: before ? 'people.team-changed' : 'people.team-added',
        actor,
        target: { type: 'team', id: team.id },
        data: { ...input },
      });
      if (input.group) await this.fill.from(tx, actor, [input.group]);
      return team.id;
    });
  }
}

async function assertMembers(tx: Tx, members: readonly string[]): Promise<void> {
  for (const [at, member] of members.entries())
    if (!(await tx.use(PeopleRepository).exists(member))) throw new ReferenceUnknown(`/members/${at}`, 'person');
}
