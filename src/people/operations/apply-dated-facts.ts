import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { PersonFactsRepository } from '../person-facts.repository.js';
import { PeopleRepository } from '../people.repository.js';
import { RecordPerson } from './record-person.js';
import { SettlePersons } from './settle-persons.js';

const CHUNK = 500;

/** Makes true what was foreseen for an instant that has come: last days, first days, planned moves. */
@Injectable()
export class ApplyDatedFacts {
  constructor(
    private readonly database: Database,
    private readonly settle: SettlePersons,
    private readonly record: RecordPerson,
    private readonly clock: Clock,
  ) {}

  async execute(signal: AbortSignal): Promise<{ applied: number }> {
    let applied = 0;
    while (!signal.aborted) {
      const done = await this.chunk();
      applied += done;
      if (done < CHUNK) break;
    }
    return { applied };
  }

  private chunk(): Promise<number> {
    const actor = systemActor('people');
    const cause = { actor, run: null };
    return this.database.transaction(async (tx) => {
      const facts = tx.use(PersonFactsRepository);
      const due = await facts.due(this.clock.now(), CHUNK);
      if (due.length === 0) return 0;
      for (const { personId, data } of due.filter(({ kind, planned }) => kind === 'changed' && planned)) {
        const person = await tx.use(PeopleRepository).forChange(personId);
        if (person && person.mergedInto === null) await this.record.say(tx, actor, person, data);
      }
      // Settling applies the facts it confirms; what is left over is marked here, so that nothing comes up twice.
      await this.settle.persons(tx, cause, [...new Set(due.map(({ personId }) => personId))]);
      const joined = [...new Set(due.filter(({ kind }) => kind === 'joined').map(({ personId }) => personId))];
      if (joined.length > 0) await this.settle.tell(tx, cause, 'joined', joined);
      await facts.applied(
        due.map(({ id }) => id),
        this.clock.now(),
      );
      return due.length;
    });
  }
}
