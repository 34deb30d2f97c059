import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, day, withLimit, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { personId } from './inventory.js';
import { getCommand, listCommand } from './list-command.js';

interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly manager: { readonly displayName: string } | null;
  readonly dueAt: string | null;
  readonly counts: Readonly<Record<string, number>>;
}
interface Problem {
  readonly kind: string;
  readonly blocks: boolean;
  readonly count: number;
  readonly detail: string;
}
interface Preview {
  readonly population: number;
  readonly items: number;
  readonly reviewers: {
    readonly count: number;
    readonly median: number;
    readonly load: readonly { readonly displayName: string; readonly kind: string; readonly items: number }[];
  };
  readonly silence: Readonly<
    Record<'disable' | 'escalate', { readonly total: number; readonly byRisk: Readonly<Record<string, number>> }>
  >;
  readonly preflight: readonly Problem[];
  readonly blocked: boolean;
}
interface Quality {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly launchedAt: string;
  readonly decisions: number;
  readonly reviewers: number;
  readonly timeOnItem: { readonly medianSeconds: number | null };
  readonly bulkShare: number | null;
  readonly keepShare: number | null;
  readonly keepsAgainstAdviceShare: number | null;
  readonly hastyShare: number | null;
  readonly secondLooks: number;
}

/** Nothing to share is told as that: 0 % would say that something was looked at. */
const percent = (share: number | null): string => (share === null ? 'none' : `${Math.round(share * 100)} %`);

/** A campaign as a YAML or JSON file describes it: the members of the API, `name` among them. */
function readCampaign(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailed(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
      EXIT.usage,
    );
  }
  const body: unknown = parse(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new CommandFailed(`${file} describes no campaign.`, EXIT.usage);
  return body as Record<string, unknown>;
}

export function campaignCommand(program: Command): void {
  const campaign = program.command('campaign').description('access certifications: what is asked of whom');
  listCommand<Campaign>(campaign, {
    path: 'campaigns',
    filters: { status: 'draft, launching, running, closing, closed, cancelled', kind: 'campaign, micro' },
    empty: 'No campaign yet. "mandate campaign create --template quarterly-ai-credentials" writes one down.',
    columns: [
      { head: 'name', cell: (row) => row.name },
      { head: 'status', cell: (row) => row.status },
      { head: 'items', cell: (row) => row.counts.items },
      { head: 'open', cell: (row) => row.counts.open },
      { head: 'covered', cell: (row) => (row.counts.covered ?? 0) + (row.counts.carried ?? 0) },
      { head: 'due', cell: (row) => day(row.dueAt) },
      { head: 'manager', cell: (row) => row.manager?.displayName },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(campaign, 'campaigns');
  withOutput(campaign.command('templates'))
    .description('campaigns to start from')
    .action(async ({ output }: CommonOptions) => {
      const { data } = await connect().get<{ data: { id: string; title: string; description: string }[] }>(
        'campaign-templates',
      );
      print(
        data,
        [
          { head: 'template', cell: (row) => row.id },
          { head: 'title', cell: (row) => row.title },
          { head: 'what', cell: (row) => row.description },
        ],
        output,
      );
    });
  withOutput(campaign.command('create'))
    .argument('[name]')
    .option('-f, --file <file>', 'YAML or JSON with scope, reviewers and the rest, as the API takes them')
    .option('--template <id>', 'start from a template ("mandate campaign templates")')
    .option('--clone <id>', 'start from another campaign')
    .option('--due-in <days>', 'days reviewers have', Number)
    .option('--manager <person>', 'id or user name of who runs it')
    .description('write a campaign down; nobody is asked yet')
    .action(
      async (
        name: string | undefined,
        options: CommonOptions & { file?: string; template?: string; clone?: string; dueIn?: number; manager?: string },
      ) => {
        const body = {
          ...(options.file ? readCampaign(options.file) : {}),
          ...(name ? { name } : {}),
          ...(options.template ? { template: options.template } : {}),
          ...(options.dueIn ? { dueInDays: options.dueIn } : {}),
          ...(options.manager ? { manager: await personId(options.manager) } : {}),
        };
        printOne(
          await connect().post(options.clone ? `campaigns/${options.clone}/clone` : 'campaigns', body),
          options.output,
        );
      },
    );
  withOutput(campaign.command('dry-run'))
    .argument('<id>')
    .description('whom it would ask how much, what speaks against it, and what silence would do')
    .action(async (id: string, { output, quiet }: CommonOptions) => {
      const preview = await connect().post<Preview>(`campaigns/${id}/preview`);
      if (output !== 'table') return print(preview.reviewers.load, [], output === 'csv' ? 'json' : output, preview);
      print(
        preview.reviewers.load,
        [
          { head: 'reviewer', cell: (row) => row.displayName },
          { head: 'kind', cell: (row) => row.kind },
          { head: 'items', cell: (row) => row.items },
        ],
        output,
      );
      if (quiet) return;
      note(
        `${preview.population} subjects, ${preview.items} items, ${preview.reviewers.count} reviewers (median ${preview.reviewers.median}).`,
      );
      note(
        `If nobody answers: ${preview.silence.disable.total} would be planned to be disabled, ${preview.silence.escalate.total} escalated.`,
      );
      for (const { blocks, detail } of preview.preflight) note(`${blocks ? 'BLOCKS' : 'warning'}: ${detail}`);
    });
  withOutput(campaign.command('launch'))
    .argument('<id>')
    .option('--override <reason>', 'launch although the preflight blocks; recorded with your name')
    .description('freeze the population and ask')
    .action(async (id: string, options: CommonOptions & { override?: string }) =>
      printOne(
        await connect().post(
          `campaigns/${id}/launch`,
          options.override ? { override: { reason: options.override } } : {},
        ),
        options.output,
      ),
    );
  withOutput(campaign.command('close'))
    .argument('<id>')
    .option('--reason <text>', 'needed while items are open and it is not due')
    .description('end it: decisions become planned actions')
    .action(async (id: string, options: CommonOptions & { reason?: string }) =>
      printOne(
        await connect().post(`campaigns/${id}/close`, options.reason ? { reason: options.reason } : {}),
        options.output,
      ),
    );
  withOutput(campaign.command('cancel'))
    .argument('<id>')
    .requiredOption('--reason <text>', 'why; kept with the campaign')
    .description('call it off: nobody is asked any more, decisions stay on record, nothing is planned')
    .action(async (id: string, options: CommonOptions & { reason: string }) =>
      printOne(await connect().post(`campaigns/${id}/cancel`, { reason: options.reason }), options.output),
    );
  withLimit(campaign.command('quality'))
    .option('--status <status>', 'launching, running, closing, closed, cancelled')
    .option('--kind <kind>', 'campaign, micro')
    .description('how well campaigns were decided, side by side; never by person')
    .action(async ({ output, limit, status, kind }: CommonOptions & { status?: string; kind?: string }) => {
      const rows = await connect().list<Quality>('campaigns/quality', { status, kind }, limit);
      if (rows.length === 0 && output === 'table') return note('No campaign was launched yet.');
      print(
        rows,
        [
          { head: 'name', cell: (row) => row.name },
          { head: 'status', cell: (row) => row.status },
          { head: 'launched', cell: (row) => day(row.launchedAt) },
          { head: 'decisions', cell: (row) => row.decisions },
          { head: 'reviewers', cell: (row) => row.reviewers },
          { head: 'seconds on item', cell: (row) => row.timeOnItem.medianSeconds ?? 'unknown' },
          { head: 'in bulk', cell: (row) => percent(row.bulkShare) },
          { head: 'kept', cell: (row) => percent(row.keepShare) },
          { head: 'kept against advice', cell: (row) => percent(row.keepsAgainstAdviceShare) },
          { head: 'in haste', cell: (row) => percent(row.hastyShare) },
          { head: 'second looks', cell: (row) => row.secondLooks },
          { head: 'id', cell: (row) => row.id },
        ],
        output,
      );
    });
  withOutput(campaign.command('nudge'))
    .argument('<id>')
    .argument('[person]', 'one reviewer; all who owe something without it')
    .description('remind those who owe a decision')
    .action(async (id: string, person: string | undefined, { output }: CommonOptions) =>
      printOne(
        await connect().post(`campaigns/${id}/remind`, person ? { reviewer: await personId(person) } : {}),
        output,
      ),
    );
  withOutput(campaign.command('reassign'))
    .argument('<id>')
    .requiredOption('--to <person>')
    .requiredOption('--reason <text>')
    .option('--from <person>', 'everything open of this reviewer')
    .option('--item <id...>', 'these items')
    .description('give open items to somebody else')
    .action(
      async (id: string, options: CommonOptions & { to: string; reason: string; from?: string; item?: string[] }) =>
        printOne(
          await connect().post(`campaigns/${id}/reassign`, {
            to: await personId(options.to),
            reason: options.reason,
            ...(options.from ? { from: await personId(options.from) } : {}),
            ...(options.item ? { items: options.item } : {}),
          }),
          options.output,
        ),
    );
  withOutput(campaign.command('results'))
    .argument('<id>')
    .option('--rows', 'every subject of the frozen population, as CSV', false)
    .description('what it resulted in, and how well it was decided')
    .action(async (id: string, options: CommonOptions & { rows: boolean }) => {
      if (options.rows) process.stdout.write((await connect().call<string>('GET', `campaigns/${id}/results.csv`)).body);
      else printOne(await connect().get<Record<string, unknown>>(`campaigns/${id}/results`), options.output);
    });
}
