import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import type { Tx } from '../../platform/database/index.js';
import type { Actor } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { meaningOf, type NewFact, type PeopleEvent } from '../facts-of-change.js';
import { PeopleSettingsRepository } from '../people-feeds.repository.js';
import { PersonFactsRepository } from '../person-facts.repository.js';
import { PersonMergesRepository } from '../person-merges.repository.js';
import { PersonRecordsRepository } from '../person-records.repository.js';
import { PersonSettlementRepository } from '../person-settlement.repository.js';

const CHUNK = 5_000;
const ENTRY: Record<PeopleEvent, `people.${string}`> = {
  joined: 'people.persons-joined',
  noticed: 'people.persons-noticed',
  changed: 'people.persons-moved',
  ended: 'people.persons-ended',
};

/** Who reported it, and the thing the audit entries are about: an import, or one person. */
export interface Cause {
  readonly actor: Actor;
  /** Null = each entry is about the person, where it is one alone. */
  readonly run: { readonly type: string; readonly id: string } | null;
}

/**
 * What follows whenever a feed says something new: records find their person, persons become what the feeds together
 * say, dated facts are written, and who depends on them is told.
 */
@Injectable()
export class SettlePersons {
  constructor(
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  /** For records that were written in this transaction. Returns the persons that changed. */
  async records(tx: Tx, cause: Cause, ids: readonly string[], options: { match?: boolean } = {}): Promise<string[]> {
    const records = tx.use(PersonRecordsRepository);
    const rules = options.match === false ? [] : await tx.use(PeopleSettingsRepository).matching();
    const touched = new Set<string>();
    for (const chunk of chunks(ids)) {
      await records.match(chunk, rules);
      await records.makePersons(chunk, this.clock.now());
    }
    for (const chunk of chunks(ids)) await tx.use(PersonMergesRepository).findCandidates(chunk, this.clock.now());
    // Only now does every manager of the set have a person.
    for (const chunk of chunks(ids)) {
      for (const person of await records.resolveManagers(chunk)) touched.add(person);
      for (const person of await records.personsOf(chunk)) touched.add(person);
    }
    return this.persons(tx, cause, [...touched]);
  }

  /** For persons whose records, or whose time, moved. */
  async persons(tx: Tx, cause: Cause, ids: readonly string[]): Promise<string[]> {
    const now = this.clock.now();
    const settlement = tx.use(PersonSettlementRepository);
    const changed: string[] = [];
    for (const chunk of chunks(ids)) {
      const changes = await settlement.settle(chunk, now);
      if (changes.length === 0) continue;
      const facts: (NewFact & { id: string })[] = [];
      const told = new Map<PeopleEvent, string[]>();
      const withdrawn = { joined: [] as string[], left: [] as string[] };
      for (const change of changes) {
        const meaning = meaningOf(change, now);
        for (const fact of meaning.facts) facts.push({ ...fact, id: newId(this.clock) });
        for (const kind of meaning.withdrawn) withdrawn[kind].push(change.id);
        for (const event of meaning.events) {
          const persons = told.get(event);
          if (persons) persons.push(change.id);
          else told.set(event, [change.id]);
        }
      }
      const written = tx.use(PersonFactsRepository);
      const foreseen = await written.comeTrue(facts, now);
      for (const kind of ['joined', 'left'] as const) await written.withdrawAhead(kind, withdrawn[kind], now);
      await written.write(
        facts.filter(({ personId, kind }) => !foreseen.has(personId + kind)),
        { by: cause.actor.id, at: now },
      );
      const all = changes.map(({ id }) => id);
      changed.push(...all);
      await this.marks.mark(tx, 'person', ...all, ...(await settlement.mergedInto(all)));
      for (const [event, persons] of told) await this.tell(tx, cause, event, persons);
    }
    return changed;
  }

  /** One entry for each kind of change and chunk: who subscribes gets the set in one job. */
  async tell(tx: Tx, cause: Cause, event: PeopleEvent, persons: readonly string[]): Promise<void> {
    const merged = await tx.use(PersonSettlementRepository).mergedInto(persons);
    await this.audit.record(tx, {
      type: ENTRY[event],
      actor: cause.actor,
      target: cause.run ?? { type: 'person', id: persons[0]! },
      data: { run: cause.run?.id ?? null, persons: [...persons, ...merged] },
    });
  }
}

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += CHUNK) yield ids.slice(at, at + CHUNK);
}
