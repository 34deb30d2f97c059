import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { Person } from '../people.entities.js';
import { UserNameTaken } from '../people.errors.js';
import { PeopleRepository } from '../people.repository.js';

export interface PersonInput {
  readonly userName: string;
  readonly displayName: string;
  readonly email?: string | null | undefined;
  readonly status?: 'active' | 'leave' | 'left' | undefined;
  readonly manager?: string | null | undefined;
  readonly department?: string | null | undefined;
  readonly position?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly leavesAt?: string | null | undefined;
}

const FEED = 'api';

/** Adds a person by hand, or changes one: for organisations without a people source, and for contractors without a record. */
@Injectable()
export class RecordPerson {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, input: PersonInput): Promise<string> {
    const id = newId(this.clock);
    const now = this.clock.now();
    const person = Object.assign(new Person(), {
      id,
      feed: FEED,
      externalId: id,
      workerType: null,
      joinedAt: null,
      createdAt: now,
      updatedAt: now,
      version: 1,
      ...columns(input),
    });
    await this.database.transaction(async (tx) => {
      await this.check(tx, FEED, input, null);
      await tx.use(PeopleRepository).insert(person);
      await this.marks.mark(tx, 'person', id);
      await this.audit.record(tx, {
        type: 'people.person-added',
        actor,
        target: { type: 'person', id },
        data: { ...input },
      });
    });
    return id;
  }

  async change(actor: Actor, id: string, seen: number, input: Partial<PersonInput>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const people = tx.use(PeopleRepository);
      const person = await people.forChange(id);
      if (!person) throw new NotFound('person');
      assertUnchanged(person, seen);
      const before = { ...person };
      Object.assign(
        person,
        columns({
          userName: person.userName,
          displayName: person.displayName,
          email: person.email,
          status: person.status,
          manager: person.managerId,
          department: person.department,
          position: person.position,
          unit: person.unitId,
          leavesAt: person.leavesAt?.toISOString() ?? null,
          ...input,
        }),
      );
      await this.check(tx, person.feed, { ...input, userName: person.userName }, id);
      if (person.status === 'left') person.leavesAt ??= this.clock.now();
      Object.assign(person, { updatedAt: this.clock.now(), version: person.version + 1 });
      await people.save(person);
      await this.marks.mark(tx, 'person', id);
      await this.audit.record(tx, {
        type: 'people.person-changed',
        actor,
        target: { type: 'person', id },
        data: { before: pick(before, input), after: input },
      });
      if (before.status !== 'left' && person.status === 'left')
        await this.audit.record(tx, {
          type: 'people.persons-ended',
          actor,
          target: { type: 'person', id },
          data: { run: null, persons: [id] },
        });
    });
  }

  private async check(tx: Tx, feed: string, input: Partial<PersonInput>, self: string | null): Promise<void> {
    const people = tx.use(PeopleRepository);
    if (input.userName !== undefined && (await people.userNameTaken(feed, input.userName, self)))
      throw new UserNameTaken();
    if (input.manager && (input.manager === self || !(await people.exists(input.manager))))
      throw new ReferenceUnknown('/manager', 'person');
    if (input.unit && !(await people.unitForChange(input.unit))) throw new ReferenceUnknown('/unit', 'unit');
  }
}

const columns = (input: PersonInput) => ({
  userName: input.userName,
  displayName: input.displayName,
  email: input.email ?? null,
  status: input.status ?? ('active' as const),
  managerId: input.manager ?? null,
  department: input.department ?? null,
  position: input.position ?? null,
  unitId: input.unit ?? null,
  leavesAt: input.leavesAt ? new Date(input.leavesAt) : null,
});

const pick = (person: Person, input: Partial<PersonInput>): Record<string, unknown> => {
  const all = {
    userName: person.userName,
    displayName: person.displayName,
    email: person.email,
    status: person.status,
    manager: person.managerId,
    department: person.department,
    position: person.position,
    unit: person.unitId,
    leavesAt: person.leavesAt?.toISOString() ?? null,
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => name in input));
};
