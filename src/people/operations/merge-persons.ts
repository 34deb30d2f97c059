import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { DirectoryGroupsRepository } from '../directory-groups.repository.js';
import type { Person } from '../people.entities.js';
import { NothingToSeparate, PersonIsMerged } from '../people.errors.js';
import { PeopleRepository } from '../people.repository.js';
import { PersonFactsRepository } from '../person-facts.repository.js';
import { PersonMergesRepository } from '../person-merges.repository.js';
import { PersonRecordsRepository } from '../person-records.repository.js';
import { FillTeams } from './fill-teams.js';
import { SettlePersons } from './settle-persons.js';

/**
 * Puts two persons together who are one, and takes apart who are two. Nothing is lost in either: the absorbed person
 * stays as a row that stands as the other does, so that what points at it holds, and each record knows whose it was.
 */
@Injectable()
export class MergePersons {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly teams: FillTeams,
    private readonly marks: Marks,
    private readonly settle: SettlePersons,
    private readonly clock: Clock,
  ) {}

  async merge(actor: Actor, keptId: string, absorbedId: string, reason: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const [kept, absorbed] = await this.both(tx, keptId, absorbedId);
      const merges = tx.use(PersonMergesRepository);
      const records = tx.use(PersonRecordsRepository);
      await records.adoptPerson(kept.id);
      await records.adoptPerson(absorbed.id);
      const now = this.clock.now();
      const reports = await merges.reporting([kept.id, absorbed.id]);
      const moved = await merges.absorb(kept.id, absorbed.id, now);
      for (const kind of ['joined', 'left'] as const)
        await tx.use(PersonFactsRepository).withdrawAhead(kind, [absorbed.id], now);
      await this.after(tx, actor, [kept.id], reports);
      // What the absorbed person answers for loses them, where the two together have left.
      const together = await tx.use(PeopleRepository).forChange(kept.id);
      if (absorbed.status !== 'left' && kept.status === 'left' && together?.status === 'left')
        await this.settle.tell(tx, { actor, run: null }, 'ended', [absorbed.id]);
      await this.marks.mark(tx, 'person', kept.id, absorbed.id);
      await this.audit.record(tx, {
        type: 'people.persons-merged',
        actor,
        target: { type: 'person', id: kept.id },
        data: { kept: kept.id, absorbed: absorbed.id, records: moved, reason },
      });
    });
  }

  /** Takes a record, and what came with it, out of a person. Returns whose it is now. */
  async separate(actor: Actor, personId: string, recordId: string, reason: string | null): Promise<string> {
    return this.database.transaction(async (tx) => {
      const person = await tx.use(PeopleRepository).forChange(personId);
      if (!person) throw new NotFound('person');
      const record = await tx.use(PersonRecordsRepository).forChange(recordId);
      if (record?.personId !== personId) throw new ReferenceUnknown('/record', 'record of this person');
      const merges = tx.use(PersonMergesRepository);
      const all = await merges.recordIds(personId);
      const { origin, ids } = await merges.goingWith(recordId, personId);
      if (ids.length === all.length) throw new NothingToSeparate();
      const now = this.clock.now();
      const fresh = newId(this.clock);
      await merges.giveBack(ids, origin, fresh, now);
      const target = origin ?? fresh;
      await merges.separate(ids, personId, actor.id, now);
      await merges.separate(
        all.filter((id) => !ids.includes(id)),
        target,
        actor.id,
        now,
      );
      await this.after(tx, actor, [personId, target], await merges.reporting([personId, target]));
      await this.marks.mark(tx, 'person', personId, target);
      await this.audit.record(tx, {
        type: 'people.person-separated',
        actor,
        target: { type: 'person', id: personId },
        data: { from: personId, to: target, records: ids, reason },
      });
      return target;
    });
  }

  /** Says that a record is not of a person it might be of: nothing moves, and nobody asks again. */
  async dismiss(actor: Actor, recordId: string, personId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const record = await tx.use(PersonRecordsRepository).forChange(recordId);
      if (!record || record.deletedAt) throw new ReferenceUnknown('/record', 'record');
      if (record.personId === personId || !(await tx.use(PeopleRepository).exists(personId)))
        throw new ReferenceUnknown('/person', 'other person');
      await tx.use(PersonMergesRepository).separate([recordId], personId, actor.id, this.clock.now());
      await this.audit.record(tx, {
        type: 'people.match-dismissed',
        actor,
        target: { type: 'person-record', id: recordId },
        data: { person: personId },
      });
    });
  }

  /** Locked in the order of their ids: two merges at once wait for each other instead of for ever. */
  private async both(tx: Tx, keptId: string, absorbedId: string): Promise<[Person, Person]> {
    if (keptId === absorbedId) throw new ReferenceUnknown('/person', 'other person');
    const people = tx.use(PeopleRepository);
    const found = new Map<string, Person | null>();
    for (const id of [keptId, absorbedId].sort()) found.set(id, await people.forChange(id));
    const [kept, absorbed] = [found.get(keptId), found.get(absorbedId)];
    if (!kept) throw new NotFound('person');
    if (!absorbed) throw new ReferenceUnknown('/person', 'person');
    for (const { mergedInto } of [kept, absorbed]) if (mergedInto !== null) throw new PersonIsMerged(mergedInto);
    return [kept, absorbed];
  }

  /** Managers are looked up again where a name leads to somebody else now, and everybody touched is weighed again. */
  private async after(
    tx: Tx,
    actor: Actor,
    persons: readonly string[],
    reports: readonly { id: string; personId: string; isNamed: boolean }[],
  ): Promise<void> {
    const named = reports.filter(({ isNamed }) => isNamed).map(({ id }) => id);
    await tx.use(PersonRecordsRepository).resolveManagers(named);
    const touched = new Set([...persons, ...reports.map(({ personId }) => personId)]);
    await this.settle.persons(tx, { actor, run: null }, [...touched]);
    await this.teams.from(tx, actor, await tx.use(DirectoryGroupsRepository).ofPersons(persons));
    for (const person of persons) {
      const ids = await tx.use(PersonMergesRepository).recordIds(person);
      await tx.use(PersonMergesRepository).findCandidates(ids, this.clock.now());
    }
  }
}
