import type { Command } from 'commander';
import { connect } from '../client.js';
import { type CommonOptions, day, withLimit, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { getCommand, listCommand } from './list-command.js';

interface Feed {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly rank: number;
  readonly people: number;
  readonly options: { readonly folder?: string | null };
}

/** Feeds: where people come from. */
export function feedCommand(program: Command): void {
  const feed = program.command('feed').description('feeds of people: HR files, SCIM clients, signals');
  withOutput(feed.command('list'))
    .description('list them, by rank')
    .action(async ({ output }: CommonOptions) => {
      const { data } = await connect().get<{ data: Feed[] }>('people/feeds');
      print(
        data,
        [
          { head: 'rank', cell: (row) => row.rank },
          { head: 'name', cell: (row) => row.name },
          { head: 'kind', cell: (row) => row.kind },
          { head: 'people', cell: (row) => row.people },
          { head: 'folder', cell: (row) => row.options.folder },
          { head: 'id', cell: (row) => row.id },
        ],
        output,
      );
    });
  getCommand(feed, 'people/feeds');
  withOutput(feed.command('add'))
    .argument('<name>')
    .option('--kind <kind>', 'hr-file or scim', 'hr-file')
    .option('--rank <n>', 'whose word counts first: the lowest', Number, 20)
    .option('--folder <name>', 'folder within MANDATE_PEOPLE_DIR to read HR files from')
    .option('--snapshot', 'who is not in a file of the folder has left', false)
    .option('--brake-share <share>', 'share of the people a file may end before it is held', Number)
    .description('add a feed')
    .action(
      async (
        name: string,
        options: CommonOptions & {
          kind: string;
          rank: number;
          folder?: string;
          snapshot: boolean;
          brakeShare?: number;
        },
      ) =>
        printOne(
          await connect().post('people/feeds', {
            name,
            kind: options.kind,
            rank: options.rank,
            options: {
              ...(options.folder ? { folder: options.folder, snapshot: options.snapshot } : {}),
              ...(options.brakeShare === undefined ? {} : { brakeShare: options.brakeShare }),
            },
          }),
          options.output,
        ),
    );
}

interface Conflict {
  readonly person: { readonly id: string; readonly displayName: string };
  readonly fields: Readonly<Record<string, readonly { readonly feed: string; readonly value: string }[]>>;
}
interface Match {
  readonly record: { readonly id: string; readonly feed: string };
  readonly person: { readonly displayName: string };
  readonly other: { readonly id: string; readonly displayName: string };
  readonly because: string;
}
interface Change {
  readonly kind: string;
  readonly key: string;
  readonly displayName: string | null;
  readonly fields: Readonly<Record<string, readonly [unknown, unknown]>>;
}

const shown = (value: unknown): string => (value === null || value === undefined ? '-' : JSON.stringify(value));

/** What belongs to one person of several feeds, and to files that bring people: beside `mandate person`. */
export function personRecordCommands(person: Command): void {
  withLimit(person.command('changes'))
    .argument('<import>', 'id of an import')
    .description('what an HR file changes, or would change, person by person')
    .action(async (id: string, options: CommonOptions) => {
      const rows = await connect().list<Change>(`people/imports/${encodeURIComponent(id)}/changes`, {}, options.limit);
      if (rows.length === 0) note('It changes nothing.');
      else
        print(
          rows,
          [
            { head: 'what', cell: (row) => row.kind },
            { head: 'employee', cell: (row) => row.key },
            { head: 'name', cell: (row) => row.displayName },
            {
              head: 'from → to',
              cell: (row) =>
                Object.entries(row.fields)
                  .map(([field, [was, becomes]]) => `${field}: ${shown(was)} → ${shown(becomes)}`)
                  .join('; '),
            },
          ],
          options.output,
        );
    });
  withOutput(person.command('confirm'))
    .argument('<import>', 'id of an import that is held')
    .description('let a held HR file through')
    .action(async (id: string, { output }: CommonOptions) =>
      printOne(await connect().post(`people/imports/${encodeURIComponent(id)}/confirm`, {}), output),
    );
  listCommand<Conflict>(person.command('conflict').description('people of whom feeds say different things'), {
    path: 'people/conflicts',
    empty: 'The feeds agree on everybody.',
    columns: [
      { head: 'person', cell: (row) => row.person.displayName },
      {
        head: 'what each feed says, the believed first',
        cell: (row) =>
          Object.entries(row.fields)
            .map(([field, said]) => `${field}: ${said.map(({ feed, value }) => `${value} (${feed})`).join(', ')}`)
            .join('; '),
      },
      { head: 'id', cell: (row) => row.person.id },
    ],
  });
  listCommand<Match>(person.command('match').description('records that may be of somebody else too'), {
    path: 'people/possible-matches',
    empty: 'Nothing to decide.',
    columns: [
      { head: 'person', cell: (row) => row.person.displayName },
      { head: 'may be', cell: (row) => row.other.displayName },
      { head: 'because of', cell: (row) => row.because },
      { head: 'record', cell: (row) => row.record.id },
      { head: 'other', cell: (row) => row.other.id },
    ],
  });
  withOutput(person.command('merge'))
    .argument('<id>', 'who stays')
    .argument('<other>', 'who turned out to be the same')
    .option('--reason <text>')
    .description('put two people together who are one')
    .action(async (id: string, other: string, options: CommonOptions & { reason?: string }) =>
      printOne(
        await connect().post(`people/${encodeURIComponent(id)}/merges`, {
          person: other,
          reason: options.reason ?? null,
        }),
        options.output,
      ),
    );
  withOutput(person.command('separate'))
    .argument('<id>')
    .argument('<record>', 'a record of theirs that is of somebody else')
    .option('--reason <text>')
    .description('take a record out of a person')
    .action(async (id: string, record: string, options: CommonOptions & { reason?: string }) =>
      printOne(
        await connect().post(`people/${encodeURIComponent(id)}/separations`, {
          record,
          reason: options.reason ?? null,
        }),
        options.output,
      ),
    );
}

interface SignalEvent {
  readonly receivedAt: string;
  readonly transmitter: { readonly name: string };
  readonly event: string;
  readonly outcome: string;
  readonly person: { readonly displayName: string } | null;
}

/** Security events, and whose are taken. */
export function signalCommand(program: Command): void {
  const signal = program.command('signal').description('security events of identity providers');
  listCommand<SignalEvent>(signal, {
    path: 'people/signals/events',
    empty: 'No security event was received yet. docs/people.md says how to set a transmitter up.',
    columns: [
      { head: 'received', cell: (row) => day(row.receivedAt) },
      { head: 'from', cell: (row) => row.transmitter.name },
      { head: 'event', cell: (row) => row.event.split('/').at(-1) },
      { head: 'outcome', cell: (row) => row.outcome },
      { head: 'person', cell: (row) => row.person?.displayName },
    ],
  });
  withOutput(signal.command('add-transmitter'))
    .argument('<name>')
    .requiredOption('--issuer <issuer>', 'the "iss" of its tokens')
    .requiredOption('--jwks <url>', 'where its public keys are')
    .requiredOption('--audience <audience>', 'the "aud" its tokens carry for us')
    .description('take security events of an identity provider')
    .action(async (name: string, options: CommonOptions & { issuer: string; jwks: string; audience: string }) =>
      printOne(
        await connect().post('people/signals/transmitters', {
          name,
          issuer: options.issuer,
          jwksUrl: options.jwks,
          audience: options.audience,
        }),
        options.output,
      ),
    );
}

interface Position {
  readonly id: string;
  readonly name: string;
  readonly unit: { readonly name: string } | null;
  readonly holder: { readonly displayName: string; readonly active: boolean } | null;
}

export function positionCommand(program: Command): void {
  const position = program.command('position').description('positions and who holds them');
  withOutput(position.command('list'))
    .description('list them')
    .action(async ({ output }: CommonOptions) => {
      const { data } = await connect().get<{ data: Position[] }>('positions');
      print(
        data,
        [
          { head: 'position', cell: (row) => row.name },
          { head: 'unit', cell: (row) => row.unit?.name },
          { head: 'holder', cell: (row) => row.holder?.displayName ?? 'vacant' },
          { head: 'active', cell: (row) => row.holder?.active },
          { head: 'id', cell: (row) => row.id },
        ],
        output,
      );
    });
}
