import type { Client } from '../../../cli/client.js';
import { ACQUIRED_UNIT, PARENT_UNIT } from '../organisation.js';
import { hrFile, loginOf, TEAMS } from '../people.js';
import type { Loading, Step } from './loading.js';
import { fileForm, over } from './runs.js';

interface PeopleImport {
  readonly id: string;
  readonly status: string;
  readonly fileName: string | null;
  readonly counts: Readonly<Record<string, number>>;
}
const FILES = { before: 'hr-export-of-last-quarter.csv', today: 'hr-export-of-today.csv' } as const;

async function wasTaken(client: Client, of: keyof typeof FILES): Promise<boolean> {
  const imports = await client.list<PeopleImport>('people/imports', {}, 100);
  return imports.some(({ fileName, status }) => fileName === FILES[of] && status === 'complete');
}

async function take(loading: Loading, of: keyof typeof FILES): Promise<PeopleImport> {
  const form = fileForm({ snapshot: 'true' }, FILES[of], hrFile(loading.time, of));
  const { body } = await loading.setup.call<PeopleImport>('POST', 'people/imports', { form });
  const run = await over<PeopleImport>(loading, `people/imports/${body.id}`);
  if (run.status !== 'complete') throw new Error(`The people could not be taken in (${run.status}).`);
  return run;
}

/** Ids of people by their number. */
export async function peopleByNumber(client: Client): Promise<ReadonlyMap<number, string>> {
  const people = await client.list<{ id: string; userName: string }>('people', {}, 1000);
  return new Map(people.map(({ id, userName }) => [Number(/\d+$/.exec(userName)![0]), id]));
}

export const peopleStep: Step = {
  title: 'People from the HR system',
  async run(loading) {
    const { setup } = loading;
    // What came after must not be taken back by what was before.
    if (!(await wasTaken(setup, 'before'))) await take(loading, 'before');
    const people = await peopleByNumber(setup);
    const units = await setup.list<{ id: string; name: string; parent: string | null; version: number }>(
      'units',
      {},
      100,
    );
    const [parent, acquired] = [PARENT_UNIT, ACQUIRED_UNIT].map((name) => units.find((unit) => unit.name === name)!);
    if (acquired!.parent === null)
      await setup.call('PUT', `units/${acquired!.id}`, {
        etag: `"${acquired!.version}"`,
        body: { name: acquired!.name, parent: parent!.id, head: people.get(48) },
      });
    const teams = new Set((await setup.list<{ name: string }>('teams', {}, 100)).map(({ name }) => name));
    for (const { team, unit, members } of TEAMS)
      if (!teams.has(team))
        await setup.post('teams', {
          name: team,
          unit: units.find(({ name }) => name === unit)!.id,
          members: members.map((person) => people.get(person)),
        });
    return `${people.size} people in ${units.length} units and ${TEAMS.length} teams (${loginOf(1)} to ${loginOf(60)})`;
  },
};

export const leaversStep: Step = {
  title: 'Today’s HR file',
  async run(loading) {
    if (!(await wasTaken(loading.setup, 'today'))) await take(loading, 'today');
    return 'four people have left since';
  },
};
