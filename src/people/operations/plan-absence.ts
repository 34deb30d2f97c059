import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import {
  type Actor,
  assertUnchanged,
  hasRole,
  NotFound,
  ReferenceUnknown,
  RequestInvalid,
} from '../../platform/http/index.js';
import { AbsencesRepository } from '../absences.repository.js';
import { FactNotAhead, NameTaken } from '../people.errors.js';
import { PeopleRepository } from '../people.repository.js';
import { PersonFactsRepository } from '../person-facts.repository.js';

export interface PlannedMove {
  readonly manager?: string | null | undefined;
  readonly department?: string | null | undefined;
  readonly position?: string | null | undefined;
  readonly workerType?: string | null | undefined;
  readonly unit?: string | null | undefined;
}

/** What is known ahead of a person, and who stands in for them. People say for themselves when they are away. */
@Injectable()
export class PlanAbsence {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async setDeputies(actor: Actor, personId: string, seen: number, deputies: readonly string[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const people = tx.use(PeopleRepository);
      const person = await this.own(tx, actor, personId);
      assertUnchanged(person, seen);
      for (const [at, deputy] of deputies.entries())
        if (deputy === personId || !(await people.exists(deputy)))
          throw new ReferenceUnknown(`/deputies/${at}`, 'other person');
      await tx.use(AbsencesRepository).setDeputies(personId, deputies);
      await people.touch(personId, this.clock.now());
      await this.tell(tx, actor, 'people.deputies-named', personId, { deputies });
    });
  }

  async addAbsence(
    actor: Actor,
    personId: string,
    input: { startsAt: Date; endsAt: Date; deputy: string | null },
  ): Promise<string> {
    const id = newId(this.clock);
    if (input.endsAt <= input.startsAt)
      throw new RequestInvalid([{ pointer: '/endsAt', detail: 'must come after startsAt' }]);
    await this.database.transaction(async (tx) => {
      await this.own(tx, actor, personId);
      if (
        input.deputy !== null &&
        (input.deputy === personId || !(await tx.use(PeopleRepository).exists(input.deputy)))
      )
        throw new ReferenceUnknown('/deputy', 'other person');
      await tx.use(AbsencesRepository).insert({
        id,
        personId,
        startsAt: input.startsAt,
        endsAt: input.endsAt,
        deputyId: input.deputy,
        by: actor.id,
        at: this.clock.now(),
      });
      await this.tell(tx, actor, 'people.absence-planned', personId, { id, ...input });
    });
    return id;
  }

  async removeAbsence(actor: Actor, personId: string, id: string, seen: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.own(tx, actor, personId);
      const absence = await tx.use(AbsencesRepository).forChange(personId, id);
      if (!absence) throw new NotFound('absence');
      assertUnchanged(absence, seen);
      await tx.use(AbsencesRepository).delete(id);
      await this.tell(tx, actor, 'people.absence-withdrawn', personId, { id });
    });
  }

  /** A move that lies ahead. It is made when its time comes, as if somebody made it by hand then. */
  async planMove(actor: Actor, personId: string, at: Date, move: PlannedMove): Promise<string> {
    if (at <= this.clock.now())
      throw new RequestInvalid([{ pointer: '/at', detail: 'must lie ahead; what holds now is changed at once' }]);
    const id = newId(this.clock);
    await this.database.transaction(async (tx) => {
      const people = tx.use(PeopleRepository);
      if (!(await people.forChange(personId))) throw new NotFound('person');
      if (move.manager && (move.manager === personId || !(await people.exists(move.manager))))
        throw new ReferenceUnknown('/manager', 'person');
      if (move.unit && !(await people.unitForChange(move.unit))) throw new ReferenceUnknown('/unit', 'unit');
      await tx.use(PersonFactsRepository).write([{ id, personId, kind: 'changed', at, data: { ...move } }], {
        by: actor.id,
        at: this.clock.now(),
        planned: true,
      });
      await this.tell(tx, actor, 'people.move-planned', personId, { id, at: at.toISOString(), ...move });
    });
    return id;
  }

  async withdrawMove(actor: Actor, personId: string, id: string, seen: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const facts = tx.use(PersonFactsRepository);
      const fact = await facts.forChange(personId, id);
      if (!fact) throw new NotFound('fact');
      assertUnchanged(fact, seen);
      if (!fact.planned || !fact.open) throw new FactNotAhead();
      await facts.withdraw(id, this.clock.now());
      await this.tell(tx, actor, 'people.move-withdrawn', personId, { id });
    });
  }

  async putPosition(
    actor: Actor,
    id: string | null,
    seen: number | null,
    input: { name: string; unit: string | null; holder: string | null },
  ): Promise<string> {
    return this.database.transaction(async (tx) => {
      const repository = tx.use(AbsencesRepository);
      const before = id === null ? null : await repository.positionForChange(id);
      if (id !== null && !before) throw new NotFound('position');
      if (before && seen !== null) assertUnchanged(before, seen);
      const people = tx.use(PeopleRepository);
      if (input.unit && !(await people.unitForChange(input.unit))) throw new ReferenceUnknown('/unit', 'unit');
      if (input.holder && !(await people.exists(input.holder))) throw new ReferenceUnknown('/holder', 'person');
      const position = { id: id ?? newId(this.clock), ...input, version: (before?.version ?? 0) + 1 };
      if (!(await repository.putPosition(position))) throw new NameTaken('position');
      await this.audit.record(tx, {
        type: before ? 'people.position-changed' : 'people.position-added',
        actor,
        target: { type: 'position', id: position.id },
        data: { before, after: input },
      });
      return position.id;
    });
  }

  /** The person, for those who may speak for them: themselves, and who keeps the records. Others find nobody. */
  private async own(tx: Tx, actor: Actor, personId: string) {
    const person = await tx.use(PeopleRepository).forChange(personId);
    if (!person || (actor.person !== personId && !hasRole(actor, 'admin', 'iam-engineer')))
      throw new NotFound('person');
    return person;
  }

  private tell(
    tx: Tx,
    actor: Actor,
    type: `people.${string}`,
    personId: string,
    data: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record(tx, { type, actor, target: { type: 'person', id: personId }, data });
  }
}
