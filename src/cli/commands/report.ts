import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { connect } from '../client.js';
import { type CommonOptions, withOutput } from '../options.js';
import { note, print } from '../output.js';

interface Day {
  readonly day: string;
  readonly identities: {
    readonly total: number;
    readonly owned: number;
    readonly accepted: number;
    readonly unused: number;
  };
  readonly credentials: {
    readonly total: number;
    readonly overAge: number;
    readonly ageUnknown: number;
    readonly unused: number;
    readonly useUnknown: number;
    readonly static: number;
    readonly federated: number;
  };
  readonly findings: {
    readonly unresolved: number;
    readonly overdue: number;
    readonly excepted: number;
    readonly opened: number;
    readonly closed: number;
  };
  readonly timeToClose: { readonly meanHours: number | null };
}
interface Report {
  readonly notMeasured: number;
  readonly days: readonly Day[];
}

interface ProgrammeOptions extends CommonOptions {
  readonly from?: string;
  readonly to?: string;
  readonly unit?: string;
  readonly html?: string;
}

export function reportCommand(program: Command): void {
  const report = program.command('report').description('figures for whoever steers');
  withOutput(report.command('programme'))
    .option('--from <day>', 'first day (ninety days up to the last)')
    .option('--to <day>', 'last day (today)')
    .option('--unit <id>', 'one unit alone')
    .option('--html <file>', 'write it as a page with plots instead')
    .description('owned, over age, unused, federated, findings and time to close, day by day')
    .action(async ({ from, to, unit, html, output, quiet }: ProgrammeOptions) => {
      const client = connect();
      const query = { from, to, unit };
      if (html !== undefined) {
        await writeFile(html, await client.get<string>('/reports/programme.html', query));
        if (!quiet) note(`written to ${html}`);
        return;
      }
      if (output === 'csv') {
        process.stdout.write(await client.get<string>('reports/programme', { ...query, format: 'csv' }));
        return;
      }
      const found = await client.get<Report>('reports/programme', query);
      if (found.days.length === 0 && output === 'table') {
        note('Nothing was measured in these days. "mandate job run evidence.measure-programme" measures now.');
        return;
      }
      print(
        found.days,
        [
          { head: 'day', cell: (row) => row.day },
          { head: 'identities', cell: (row) => row.identities.total },
          { head: 'owned', cell: (row) => row.identities.owned },
          { head: 'accepted', cell: (row) => row.identities.accepted },
          { head: 'over age', cell: (row) => orUnknown(row.credentials.overAge, row.credentials.ageUnknown) },
          { head: 'unused', cell: (row) => orUnknown(row.credentials.unused, row.credentials.useUnknown) },
          { head: 'static', cell: (row) => row.credentials.static },
          { head: 'federated', cell: (row) => row.credentials.federated },
          { head: 'findings', cell: (row) => row.findings.unresolved },
          { head: 'overdue', cell: (row) => row.findings.overdue },
          { head: 'excepted', cell: (row) => row.findings.excepted },
          { head: 'closed', cell: (row) => row.findings.closed },
          { head: 'hours to close', cell: (row) => row.timeToClose.meanHours },
        ],
        output,
        found,
      );
      if (found.notMeasured > 0 && !quiet) note(`(on ${found.notMeasured} of these days nothing was measured)`);
    });
}

/** What is not known is said beside what is. */
const orUnknown = (count: number, unknown: number): string =>
  unknown === 0 ? String(count) : `${count} (${unknown} unknown)`;
