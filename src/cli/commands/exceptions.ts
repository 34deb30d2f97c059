import type { Command } from 'commander';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, day, positive, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { personId } from './inventory.js';
import { getCommand, listCommand } from './list-command.js';

const DAY_MS = 86_400_000;

interface Exception {
  readonly id: string;
  readonly check: string;
  readonly severity: string;
  readonly status: string;
  readonly subject: { readonly displayName: string | null };
  readonly reason: string;
  readonly expiresAt: string;
  readonly requestedBy: string;
  readonly approvedBy: string | null;
}

/** `mandate exception`: what may stay as it is, for how long, and who said so. */
export function exceptionCommand(program: Command): void {
  const exception = program.command('exception').description('findings that may stand for a time');
  listCommand<Exception>(exception, {
    path: 'exceptions',
    filters: {
      status: 'requested, approved, rejected, expired',
      finding: 'id of a finding',
      check: 'id of a check',
      severity: 'low ... critical',
      identity: 'id of an identity',
      'expires-before': 'an instant',
    },
    empty: 'No exception. "mandate exception request" asks for one.',
    columns: [
      { head: 'status', cell: (row) => row.status },
      { head: 'severity', cell: (row) => row.severity },
      { head: 'check', cell: (row) => row.check },
      { head: 'subject', cell: (row) => row.subject.displayName ?? '(gone)' },
      { head: 'ends', cell: (row) => day(row.expiresAt) },
      { head: 'reason', cell: (row) => row.reason },
      { head: 'requested by', cell: (row) => row.requestedBy },
      { head: 'approved by', cell: (row) => row.approvedBy },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(exception, 'exceptions');
  withOutput(exception.command('request'))
    .argument('<finding>')
    .requiredOption('--reason <text>', 'why it cannot be mended now')
    .requiredOption('--control <text>', 'what is done instead, so that the risk is borne')
    .option('--days <n>', 'how long it is to last', positive)
    .option('--until <instant>', 'when it is to end')
    .description('ask that a finding may stand; somebody else decides')
    .action(
      async (
        finding: string,
        options: CommonOptions & { reason: string; control: string; days?: number; until?: string },
      ) => {
        if ((options.days === undefined) === (options.until === undefined))
          throw new CommandFailed('Say either --days or --until.', EXIT.usage);
        const end = options.until === undefined ? Date.now() + options.days! * DAY_MS : Date.parse(options.until);
        if (Number.isNaN(end)) throw new CommandFailed('--until is no instant.', EXIT.usage);
        printOne(
          await connect().post(`findings/${finding}/exceptions`, {
            reason: options.reason,
            compensatingControl: options.control,
            expiresAt: new Date(end).toISOString(),
          }),
          options.output,
        );
      },
    );
  for (const [verb, about] of [
    ['approve', 'approve an exception that somebody else asked for'],
    ['reject', 'reject an exception'],
    ['close', 'end an exception before its time, or withdraw your own'],
  ] as const)
    withOutput(exception.command(verb))
      .argument('<id>')
      .option('--comment <text>')
      .description(about)
      .action(async (id: string, options: CommonOptions & { comment?: string }) =>
        printOne(
          await connect().post(`exceptions/${id}/${verb}`, { comment: options.comment ?? null }),
          options.output,
        ),
      );
}

/** Sending findings on and talking about them, beneath `mandate finding`. */
export function addFindingWork(finding: Command): void {
  finding
    .command('assign')
    .argument('<id...>')
    .option('--person <person>', 'id or user name')
    .option('--team <id>')
    .option('--queue <name>')
    .option('--back', 'back to whoever answers for its subject', false)
    .option('--comment <text>')
    .description('send findings to a person, a team or a queue')
    .action(
      async (
        ids: string[],
        options: { person?: string; team?: string; queue?: string; back: boolean; comment?: string },
      ) => {
        const ways = [
          ...(options.person ? [{ type: 'person', id: await personId(options.person) }] : []),
          ...(options.team ? [{ type: 'team', id: options.team }] : []),
          ...(options.queue ? [{ type: 'queue', name: options.queue }] : []),
          ...(options.back ? [null] : []),
        ];
        if (ways.length !== 1) throw new CommandFailed('Say one of --person, --team, --queue and --back.', EXIT.usage);
        const { assigned, unchanged } = await connect().post<{ assigned: number; unchanged: number }>(
          'findings/assign',
          {
            findings: ids,
            to: ways[0],
            comment: options.comment ?? null,
          },
        );
        note(`${assigned} sent, ${unchanged} were there already or are resolved.`);
      },
    );
  finding
    .command('comment')
    .argument('<id>')
    .argument('<text>')
    .description('say something about a finding; it stays')
    .action(async (id: string, text: string) => {
      await connect().post(`findings/${id}/comments`, { comment: text });
      note('Said.');
    });
  withOutput(finding.command('comments'))
    .argument('<id>')
    .description('what people said about a finding')
    .action(async (id: string, { output }: CommonOptions) =>
      print(
        await connect().list<{ at: string; actor: string; comment: string }>(`findings/${id}/comments`, {}, 1000),
        [
          { head: 'at', cell: (row) => row.at },
          { head: 'by', cell: (row) => row.actor },
          { head: 'comment', cell: (row) => row.comment },
        ],
        output,
      ),
    );
}

interface Calendar {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly isDefault: boolean;
  readonly units: readonly { readonly name: string }[];
  readonly days: readonly unknown[];
}

/** `mandate calendar`: the days that due dates respect. */
export function calendarCommand(program: Command): void {
  const calendar = program.command('calendar').description('working days, holidays and change freezes');
  listCommand<Calendar>(calendar, {
    path: 'calendars',
    empty: 'No calendar: due dates count every day. "mandate calendar import" makes one.',
    columns: [
      { head: 'name', cell: (row) => row.name },
      { head: 'zone', cell: (row) => row.zone },
      { head: 'for', cell: (row) => (row.isDefault ? 'everybody else' : row.units.map(({ name }) => name).join(', ')) },
      { head: 'days', cell: (row) => row.days.length },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(calendar, 'calendars');
  withOutput(calendar.command('import'))
    .argument('<name>')
    .requiredOption('--country <code>', 'two capitals, as CH')
    .option('--state <code>', 'part of the country, as ZH')
    .requiredOption('--year <n>', 'the first year', positive)
    .option('--years <n>', 'how many', positive, 2)
    .option('--default', 'for every unit that has none of its own', false)
    .description('make a calendar out of the public holidays of a country')
    .action(
      async (
        name: string,
        options: CommonOptions & { country: string; state?: string; year: number; years: number; default: boolean },
      ) => {
        const client = connect();
        const { country, state, year, years } = options;
        const { zone, data } = await client.get<{ zone: string; data: unknown[] }>('calendars/proposals', {
          country,
          state,
          year,
          years,
        });
        printOne(
          await client.post('calendars', { name, zone, days: data, isDefault: options.default }),
          options.output,
        );
      },
    );
}
