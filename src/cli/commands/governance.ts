import type { Command } from 'commander';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, day, failOn, isAtLeast, positive, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { addFindingWork } from './exceptions.js';
import { personId } from './inventory.js';
import { getCommand, listCommand } from './list-command.js';
import { registerFile } from './register-file.js';

interface UseCase {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly sponsor: { readonly displayName: string } | null;
  readonly risk: { readonly level: string | null };
  readonly euAiActClass: string | null;
  readonly identities: number;
  readonly agents: number;
  readonly reviewDueAt: string | null;
}

export function useCaseCommand(program: Command): void {
  const useCase = program.command('use-case').description('AI use cases: what identities exist for');
  listCommand<UseCase>(useCase, {
    path: 'use-cases',
    filters: { q: 'part of the name', status: 'draft, approved, rejected, retired', risk: 'low ... critical' },
    empty: 'No use case yet. "mandate use-case create" or "mandate agent import mandate.yaml" writes one down.',
    columns: [
      { head: 'name', cell: (row) => row.name },
      { head: 'status', cell: (row) => row.status },
      { head: 'sponsor', cell: (row) => row.sponsor?.displayName },
      { head: 'risk', cell: (row) => row.risk.level ?? 'unrated' },
      { head: 'eu ai act', cell: (row) => row.euAiActClass },
      { head: 'identities', cell: (row) => row.identities },
      { head: 'agents', cell: (row) => row.agents },
      { head: 'review due', cell: (row) => day(row.reviewDueAt) },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(useCase, 'use-cases');
  withOutput(useCase.command('create'))
    .argument('<name>')
    .requiredOption('--purpose <text>')
    .option('--sponsor <person>', 'id or user name of who answers for the purpose')
    .option('--data <class...>', 'classes of data it touches')
    .option('--likelihood <n>', '1 to 5', positive)
    .option('--consequence <n>', '1 to 5', positive)
    .option('--logging <standard>')
    .option('--review <cadence>', 'monthly, quarterly, semi-annual, yearly, or P<n>D')
    .description('write an AI use case down')
    .action(
      async (
        name: string,
        options: CommonOptions & {
          purpose: string;
          sponsor?: string;
          data?: string[];
          likelihood?: number;
          consequence?: number;
          logging?: string;
          review?: string;
        },
      ) => {
        const risk =
          options.likelihood && options.consequence
            ? { likelihood: options.likelihood, consequence: options.consequence }
            : null;
        printOne(
          await connect().post('use-cases', {
            name,
            purpose: options.purpose,
            sponsor: options.sponsor ? await personId(options.sponsor) : null,
            dataScope: options.data ?? [],
            risk,
            loggingStandard: options.logging ?? null,
            reviewCadence: options.review ?? null,
          }),
          options.output,
        );
      },
    );
  withOutput(useCase.command('approve'))
    .argument('<id>')
    .option('--reject', 'reject it instead', false)
    .option('--comment <text>')
    .description('approve a use case as it now stands')
    .action(async (id: string, options: CommonOptions & { reject: boolean; comment?: string }) =>
      printOne(
        await connect().post(`use-cases/${id}/approvals`, {
          verdict: options.reject ? 'rejected' : 'approved',
          comment: options.comment ?? null,
        }),
        options.output,
      ),
    );
  withOutput(useCase.command('link'))
    .argument('<id>')
    .argument('<identity...>')
    .option('--remove', 'untie them instead', false)
    .description('tie identities to a use case')
    .action(async (id: string, identities: string[], options: CommonOptions & { remove: boolean }) =>
      printOne(
        await connect().post(
          `use-cases/${id}/identities`,
          options.remove ? { remove: identities } : { add: identities },
        ),
        options.output,
      ),
    );
}

interface Agent {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly owner: { readonly displayName: string } | null;
  readonly useCases: readonly { readonly name: string }[];
  readonly identities: readonly { readonly displayName: string }[];
  readonly digest: string;
}

export function agentCommand(program: Command): void {
  const agent = program.command('agent').description('AI agents');
  listCommand<Agent>(agent, {
    path: 'agents',
    filters: { q: 'part of the name', status: 'active, retired', 'use-case': 'id of a use case' },
    empty: 'No agent yet. "mandate agent import mandate.yaml" registers what the file names.',
    columns: [
      { head: 'name', cell: (row) => row.name },
      { head: 'status', cell: (row) => row.status },
      { head: 'owner', cell: (row) => row.owner?.displayName },
      { head: 'use cases', cell: (row) => row.useCases.map(({ name }) => name).join(', ') },
      { head: 'identities', cell: (row) => row.identities.map(({ displayName }) => displayName).join(', ') },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(agent, 'agents');
  withOutput(agent.command('register'))
    .argument('<name>')
    .option('--owner <person>', 'id or user name')
    .option('--use-case <id...>')
    .option('--identity <id...>')
    .option('--model <name>')
    .description('register an agent')
    .action(
      async (
        name: string,
        options: CommonOptions & { owner?: string; useCase?: string[]; identity?: string[]; model?: string },
      ) =>
        printOne(
          await connect().post('agents', {
            name,
            owner: options.owner ? await personId(options.owner) : null,
            useCases: options.useCase ?? [],
            identities: options.identity ?? [],
            model: options.model ? { name: options.model } : null,
          }),
          options.output,
        ),
    );
  withOutput(agent.command('import'))
    .argument('[file]', 'a mandate.yaml', 'mandate.yaml')
    .option('--dry-run', 'show what it would change', false)
    .description('register the use cases and agents a file names, or bring them up to date')
    .action(async (file: string, options: CommonOptions & { dryRun: boolean }) => {
      const done = await registerFile(connect(), file, options.dryRun);
      print(
        done,
        [
          { head: 'what', cell: (row) => row.what },
          { head: 'name', cell: (row) => row.name },
          { head: 'result', cell: (row) => row.result },
          { head: 'id', cell: (row) => row.id },
        ],
        options.output,
      );
    });
}

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly check: string;
  readonly subject: { readonly type: string; readonly displayName: string | null };
  readonly identity: { readonly displayName: string } | null;
  readonly reason: string;
  readonly status: string;
  readonly owner: { readonly displayName: string } | null;
  readonly since: string;
  readonly dueAt: string | null;
}

export const FINDING_COLUMNS = [
  { head: 'severity', cell: (row: Finding) => row.severity },
  { head: 'check', cell: (row: Finding) => row.check },
  {
    head: 'subject',
    cell: (row: Finding) =>
      `${row.subject.displayName ?? '(gone)'}${row.subject.type === 'credential' && row.identity ? ` of ${row.identity.displayName}` : ''}`,
  },
  { head: 'reason', cell: (row: Finding) => row.reason },
  { head: 'status', cell: (row: Finding) => row.status },
  { head: 'owner', cell: (row: Finding) => row.owner?.displayName },
  { head: 'since', cell: (row: Finding) => day(row.since) },
  { head: 'due', cell: (row: Finding) => day(row.dueAt) },
  { head: 'id', cell: (row: Finding) => row.id },
];
export type { Finding };

export function endOnFindings(
  findings: readonly { severity: string; status?: string }[],
  limit: string | undefined,
): void {
  // What an exception allows is allowed here too.
  const over =
    limit === undefined
      ? 0
      : findings.filter(({ severity, status }) => status !== 'excepted' && isAtLeast(severity, limit)).length;
  if (over > 0) throw new CommandFailed(`${over} finding${over === 1 ? '' : 's'} at or above ${limit}.`, EXIT.findings);
}

export function findingCommand(program: Command): void {
  const finding = program.command('finding').description('what is wrong');
  const list = listCommand<Finding>(
    finding,
    {
      path: 'findings',
      filters: {
        check: 'id of a check',
        severity: 'low ... critical',
        status: 'open, acknowledged, excepted, resolved, unresolved',
        subject: 'id of what it is about',
        identity: 'id of an identity',
        source: 'id of a source',
        owner: 'id of a person, or none',
        policy: 'id of a policy',
        assignee: 'id of a person they go to',
        team: 'id of a team they go to',
        queue: 'a queue they go to',
        combination: 'admin, ownerless, outside-trust, unused: those that stand together, joined by commas',
        q: 'part of the name',
      },
      empty: 'No finding matches.',
      columns: FINDING_COLUMNS,
    },
    (rows, options) => endOnFindings(rows, options.failOn),
  );
  list.addOption(failOn());
  getCommand(finding, 'findings');
  addFindingWork(finding);
  withOutput(finding.command('summary'))
    .description('how many are open, by check and severity')
    .action(async ({ output }: CommonOptions) => {
      const { data } = await connect().get<{
        data: { check: string; severity: string; open: number; overdue: number; excepted: number }[];
      }>('findings/summary');
      print(
        data,
        [
          { head: 'check', cell: (row) => row.check },
          { head: 'severity', cell: (row) => row.severity },
          { head: 'open', cell: (row) => row.open },
          { head: 'overdue', cell: (row) => row.overdue },
          { head: 'excepted', cell: (row) => row.excepted },
        ],
        output,
      );
    });
  withOutput(finding.command('history'))
    .argument('<id>')
    .description('what became of one')
    .action(async (id: string, { output }: CommonOptions) => {
      const { data } = await connect().get<{ data: { at: string; type: string; actor: string; data: unknown }[] }>(
        `findings/${id}/history`,
      );
      print(
        data,
        [
          { head: 'at', cell: (row) => row.at },
          { head: 'what', cell: (row) => row.type },
          { head: 'by', cell: (row) => row.actor },
          { head: 'detail', cell: (row) => JSON.stringify(row.data) },
        ],
        output,
      );
    });
  withOutput(finding.command('acknowledge'))
    .argument('<id>')
    .option('--undo', 'take it back', false)
    .option('--comment <text>')
    .description('take note of a finding; it stays due')
    .action(async (id: string, options: CommonOptions & { undo: boolean; comment?: string }) => {
      const client = connect();
      const { etag } = await client.call('GET', `findings/${id}`);
      printOne(
        (
          await client.call<Record<string, unknown>>('PATCH', `findings/${id}`, {
            etag,
            body: { status: options.undo ? 'open' : 'acknowledged', comment: options.comment ?? null },
          })
        ).body,
        options.output,
      );
    });
}

interface CheckRow {
  readonly id: string;
  readonly code: string | null;
  readonly title: string;
  readonly severity: string;
  readonly subject: string;
  readonly outcomes: Readonly<Record<'pass' | 'fail' | 'not-applicable' | 'not-evaluated', number>>;
}

export function checkCommand(program: Command): void {
  const check = program.command('check').description('what must hold');
  withOutput(check.command('list'))
    .description('every check and how many subjects have which outcome')
    .action(async ({ output }: CommonOptions) => {
      const { data } = await connect().get<{ data: CheckRow[] }>('checks');
      print(
        data,
        [
          { head: 'check', cell: (row) => row.id },
          { head: 'code', cell: (row) => row.code },
          { head: 'severity', cell: (row) => row.severity },
          { head: 'subject', cell: (row) => row.subject },
          { head: 'pass', cell: (row) => row.outcomes.pass },
          { head: 'fail', cell: (row) => row.outcomes.fail },
          { head: 'not applicable', cell: (row) => row.outcomes['not-applicable'] },
          { head: 'not evaluated', cell: (row) => row.outcomes['not-evaluated'] },
        ],
        output,
      );
    });
  getCommand(check, 'checks');
  withOutput(check.command('run'))
    .description('evaluate everything now, in the background')
    .action(async () => {
      await connect().post('jobs/checks.full-pass/runs', { payload: { kind: 'full' } });
      note('Queued. "mandate job runs checks.full-pass" shows how it went.');
    });
  withOutput(check.command('gate'))
    .requiredOption('--fail-on <severity>', 'end with code 3 when an open finding is at least this severe')
    .option('--source <id>', 'only of one source')
    .description('for CI: fail when something is wrong')
    .action(async (options: CommonOptions & { failOn: string; source?: string }) => {
      const findings = await connect().list<Finding>(
        'findings',
        { status: 'unresolved', source: options.source },
        10_000,
      );
      const over = findings.filter(
        ({ severity, status }) => status !== 'excepted' && isAtLeast(severity, options.failOn),
      );
      print(over, FINDING_COLUMNS, options.output);
      endOnFindings(over, options.failOn);
    });
}
