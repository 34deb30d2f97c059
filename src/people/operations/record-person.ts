import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import type { Person } from '../people.entities.js';
import { PersonIsMerged, UserNameTaken } from '../people.errors.js';
import { PeopleFeedsRepository } from '../people-feeds.repository.js';
import { PeopleRepository } from '../people.repository.js';
import {
  addressesOf,
  type PersonRecord,
  PersonRecordsRepository,
  type Standing,
} from '../person-records.repository.js';
import { SettlePersons } from './settle-persons.js';

export interface PersonInput {
  readonly userName: string;
  readonly displayName: string;
  readonly email?: string | null | undefined;
  readonly status?: Standing | undefined;
  readonly manager?: string | null | undefined;
  readonly department?: string | null | undefined;
  readonly position?: string | null | undefined;
  readonly workerType?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly joinedAt?: string | null | undefined;
  readonly leavesAt?: string | null | undefined;
}

/** What people say by hand: a feed like the others, whose word counts first unless it is ranked otherwise. */
const FEED = 'api';

/** Adds a person by hand, or changes one: for organisations without a people source, and for contractors without a record. */
@Injectable()
export class RecordPerson {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly settle: SettlePersons,
    private readonly clock: Clock,
  ) {}

  async create(actor: Actor, input: PersonInput): Promise<string> {
    const id = newId(this.clock);
    await this.database.transaction(async (tx) => {
      const feed = await this.feed(tx);
      await this.check(tx, feed, input, null, null);
      const record = said(
        blank(id, feed, id, null, this.clock.now()),
        { status: 'active', ...input },
        this.clock.now(),
      );
      await tx.use(PersonRecordsRepository).put(record);
      // Whoever adds somebody by hand means somebody new: nobody is matched behind their back.
      await this.settle.records(tx, { actor, run: null }, [id], { match: false });
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
      const person = await tx.use(PeopleRepository).forChange(id);
      if (!person) throw new NotFound('person');
      assertUnchanged(person, seen);
      await this.say(tx, actor, person, input);
      await this.audit.record(tx, {
        type: 'people.person-changed',
        actor,
        target: { type: 'person', id },
        data: { before: pick(person, input), after: input },
      });
    });
  }

  /** Says something of a person that was loaded with its lock. */
  async say(tx: Tx, actor: Actor, person: Person, input: Partial<PersonInput>): Promise<void> {
    if (person.mergedInto !== null) throw new PersonIsMerged(person.mergedInto);
    const records = tx.use(PersonRecordsRepository);
    const feed = await this.feed(tx);
    await records.adoptPerson(person.id);
    const now = this.clock.now();
    const mine = (await records.ofPersonForChange(person.id)).find(({ feedId }) => feedId === feed);
    await this.check(tx, feed, input, person.id, mine?.id ?? null);
    const id = newId(this.clock);
    await records.put(said(mine ?? blank(id, feed, id, person.id, now), input, now));
    await this.settle.persons(tx, { actor, run: null }, [person.id]);
  }

  private async feed(tx: Tx): Promise<string> {
    return (await tx.use(PeopleFeedsRepository).named(FEED))!.id;
  }

  private async check(
    tx: Tx,
    feed: string,
    input: Partial<PersonInput>,
    self: string | null,
    record: string | null,
  ): Promise<void> {
    const people = tx.use(PeopleRepository);
    if (
      input.userName !== undefined &&
      (await tx.use(PersonRecordsRepository).userNameTaken(feed, input.userName, record))
    )
      throw new UserNameTaken();
    if (input.manager && (input.manager === self || !(await people.exists(input.manager))))
      throw new ReferenceUnknown('/manager', 'person');
    if (input.unit && !(await people.unitForChange(input.unit))) throw new ReferenceUnknown('/unit', 'unit');
  }
}

const blank = (id: string, feedId: string, key: string, personId: string | null, now: Date): PersonRecord => ({
  id,
  feedId,
  personId,
  key,
  userName: null,
  displayName: null,
  email: null,
  addresses: [],
  status: null,
  statusAt: now,
  employeeNumber: null,
  managerRef: null,
  managerId: null,
  department: null,
  position: null,
  workerType: null,
  unitId: null,
  joinedAt: null,
  leavesAt: null,
  stated: [],
  externalId: null,
  document: null,
  createdAt: now,
  updatedAt: now,
  deletedAt: null,
  version: 0,
});

const date = (text: string | null | undefined): Date | null => (text ? new Date(text) : null);

/** The record with what is said now. Saying that there is none of something is a statement too. */
function said(record: PersonRecord, input: Partial<PersonInput>, now: Date): PersonRecord {
  const given = <T>(value: T | undefined, before: T): T => (value === undefined ? before : value);
  const userName = given(input.userName, record.userName);
  const email = given(input.email, record.email);
  const status = given(input.status, record.status);
  let leavesAt = input.leavesAt === undefined ? record.leavesAt : date(input.leavesAt);
  const stated = new Set([...record.stated, ...Object.keys(input).filter((field) => field !== 'status')]);
  if (status === 'left' && input.status !== undefined) leavesAt ??= now;
  // Back again: a last day that has passed is no longer theirs.
  if (input.status !== undefined && status !== 'left' && input.leavesAt === undefined && leavesAt && leavesAt <= now) {
    leavesAt = null;
    stated.add('leavesAt');
  }
  return {
    ...record,
    userName,
    displayName: given(input.displayName, record.displayName),
    email,
    addresses: addressesOf(email, userName),
    status,
    statusAt: input.status !== undefined && input.status !== record.status ? now : record.statusAt,
    managerId: given(input.manager, record.managerId),
    department: given(input.department, record.department),
    position: given(input.position, record.position),
    workerType: given(input.workerType, record.workerType),
    unitId: given(input.unit, record.unitId),
    joinedAt: input.joinedAt === undefined ? record.joinedAt : date(input.joinedAt),
    leavesAt,
    stated: [...stated].sort(),
    updatedAt: now,
    version: record.version + 1,
  };
}

const pick = (person: Person, input: Partial<PersonInput>): Record<string, unknown> => {
  const all = {
    userName: person.userName,
    displayName: person.displayName,
    email: person.email,
    status: person.status,
    manager: person.managerId,
    department: person.department,
    position: person.position,
    workerType: person.workerType,
    unit: person.unitId,
    joinedAt: person.joinedAt?.toISOString() ?? null,
    leavesAt: person.leavesAt?.toISOString() ?? null,
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => name in input));
};
