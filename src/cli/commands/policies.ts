import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { parse, stringify, YAMLParseError } from 'yaml';
import { type Client, connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, day, withOutput } from '../options.js';
import { note, print, Progress } from '../output.js';
import { getCommand, listCommand } from './list-command.js';

interface Policy {
  readonly id: string;
  readonly name: string;
  readonly order: number;
  readonly isDefault: boolean;
  readonly mode: string;
  readonly selector: Readonly<Record<string, unknown>>;
  readonly checks: readonly unknown[];
  readonly changedBy: string;
  readonly version: number;
}

interface Diff {
  readonly changes: readonly {
    readonly change: string;
    readonly name: string;
    readonly fields: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  }[];
  readonly unchanged: number;
}

interface WhatIf {
  readonly id: string | null;
  readonly status: 'queued' | 'running' | 'complete' | 'failed';
  readonly error: string | null;
  readonly evaluated: number;
  readonly waiting: number;
  readonly opens: number;
  readonly closes: number;
  readonly worsens: number;
  readonly eases: number;
  readonly changesMode: number;
  readonly counts: readonly {
    readonly check: string;
    readonly severity: string;
    readonly opens: number;
    readonly closes: number;
    readonly worsens: number;
    readonly eases: number;
    readonly changesMode: number;
  }[];
  readonly samples: readonly {
    readonly effect: string;
    readonly check: string;
    readonly subject: { readonly displayName: string };
  }[];
}

type FileOptions = CommonOptions & { readonly file: string; readonly prune: boolean; readonly reason?: string };

/** `mandate policy`: policies as code, and what a change would do. */
export function policyCommand(program: Command): void {
  const policy = program.command('policy').description('which checks apply to what, and how strictly');
  listCommand<Policy>(policy, {
    path: 'policies',
    empty: 'No policy, which cannot be: the default one is always there.',
    columns: [
      { head: 'order', cell: (row) => (row.isDefault ? 'last' : row.order) },
      { head: 'name', cell: (row) => row.name },
      { head: 'mode', cell: (row) => row.mode },
      {
        head: 'about',
        cell: (row) => (Object.keys(row.selector).length === 0 ? 'everything' : JSON.stringify(row.selector)),
      },
      { head: 'checks', cell: (row) => (row.checks.length === 0 ? 'all' : row.checks.length) },
      { head: 'version', cell: (row) => row.version },
      { head: 'changed by', cell: (row) => row.changedBy },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(policy, 'policies');
  addReading(policy);
  addFiles(policy);
}

function addReading(policy: Command): void {
  withOutput(policy.command('versions'))
    .argument('<id>')
    .description('what a policy was, who changed it and why')
    .action(async (id: string, { output }: CommonOptions) => {
      const rows = await connect().list<{
        version: number;
        at: string;
        changedBy: string;
        reason: string | null;
        mode: string;
      }>(`policies/${id}/versions`, {}, 1000);
      print(
        rows,
        [
          { head: 'version', cell: (row) => row.version },
          { head: 'at', cell: (row) => row.at },
          { head: 'by', cell: (row) => row.changedBy },
          { head: 'why', cell: (row) => row.reason },
          { head: 'mode', cell: (row) => row.mode },
        ],
        output,
      );
    });
  withOutput(policy.command('parameters'))
    .argument('<id>')
    .description('every number a policy works with, its unit and where it is from')
    .action(async (id: string, { output }: CommonOptions) => {
      const { data } = await connect().get<{ data: Record<string, unknown>[] }>(`policies/${id}/parameters`);
      print(
        data,
        [
          { head: 'check', cell: (row) => (row.check as string | null) ?? '(policy)' },
          { head: 'parameter', cell: (row) => row.parameter as string },
          { head: 'value', cell: (row) => JSON.stringify(row.value) },
          { head: 'unit', cell: (row) => row.unit as string },
          { head: 'set here', cell: (row) => row.isSet as boolean },
          { head: 'default', cell: (row) => JSON.stringify(row.default) },
          { head: 'source', cell: (row) => row.source as string },
        ],
        output,
      );
    });
  withOutput(policy.command('waves'))
    .argument('<id>')
    .description('the weeks over which a first run is worked off')
    .action(async (id: string, { output }: CommonOptions) => {
      const plan = await connect().get<{
        data: { wave: number | null; findings: number; open: number; dueAt: string | null }[];
      }>(`policies/${id}/waves`);
      print(
        plan.data,
        [
          { head: 'week', cell: (row) => row.wave ?? 'none yet' },
          { head: 'findings', cell: (row) => row.findings },
          { head: 'open', cell: (row) => row.open },
          { head: 'due', cell: (row) => day(row.dueAt) },
        ],
        output,
        plan,
      );
    });
  policy
    .command('export')
    .description('all policies as YAML, with names in place of ids: to keep, compare and promote')
    .action(async () => {
      const { policies, origin } = await connect().get<{ policies: Record<string, unknown>[]; origin: unknown }>(
        'policies/set',
      );
      const plain = policies.map((one) =>
        Object.fromEntries(
          Object.entries(one).filter(([name, value]) => value !== null && !(name === 'isDefault' && value === false)),
        ),
      );
      process.stdout.write(stringify({ policies: plain, origin }, { aliasDuplicateObjects: false }));
    });
}

function addFiles(policy: Command): void {
  const onFile = (name: string, about: string): Command =>
    withOutput(policy.command(name))
      .option('-f, --file <file>', 'policies as YAML or JSON', 'policies.yaml')
      .option('--prune', 'remove policies the file does not name', false)
      .description(about);

  onFile('validate', 'say everything that is wrong with a file').action(async (options: FileOptions) => {
    const verdict = await connect().post<{
      valid: boolean;
      policies: number;
      errors: { pointer: string; detail: string }[];
    }>('policies/set/validate', bodyOf(options));
    print(
      verdict.errors,
      [
        { head: 'place', cell: (row) => row.pointer },
        { head: 'what is wrong', cell: (row) => row.detail },
      ],
      options.output,
      verdict,
    );
    if (!verdict.valid) throw new CommandFailed(`${options.file} cannot be applied.`, EXIT.usage);
    note(`${verdict.policies} policies, nothing wrong.`);
  });

  onFile('diff', 'show what a file would change').action(async (options: FileOptions) => {
    tellDiff(await connect().post<Diff>('policies/set/diff', bodyOf(options)), options);
  });

  onFile('what-if', 'show which findings a file would open and close').action(async (options: FileOptions) => {
    const client = connect();
    tellWhatIf(
      await answered(client, await client.post<WhatIf>('policies/set/what-if', bodyOf(options)), options),
      options,
    );
  });

  onFile('apply', 'make the policies what a file says, all of it or nothing')
    .option('--reason <text>', 'why; it stays with every policy that changes')
    .action(async (options: FileOptions) => {
      const client = connect();
      const body = bodyOf(options);
      // What is applied is what was compared: whoever changes a policy in between wins.
      const { body: diff, etag } = await client.call<Diff>('POST', 'policies/set/diff', { body });
      if (diff.changes.length > 0) await client.call('PUT', 'policies/set', { body, etag });
      tellDiff(diff, options);
      note(
        diff.changes.length === 0
          ? 'Nothing to change.'
          : 'Applied. Everything is evaluated under it now, in the background.',
      );
    });
}

function bodyOf({ file, prune, reason }: FileOptions): Record<string, unknown> {
  let read: unknown;
  try {
    read = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof YAMLParseError) throw new CommandFailed(`${file} is no YAML: ${error.message}`, EXIT.usage);
    throw new CommandFailed(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}).`,
      EXIT.usage,
    );
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    throw new CommandFailed(`${file} holds no "policies".`, EXIT.usage);
  return { ...read, ...(prune ? { prune } : {}), ...(reason === undefined ? {} : { reason }) };
}

function tellDiff(diff: Diff, { output, quiet }: CommonOptions): void {
  print(
    diff.changes,
    [
      { head: 'change', cell: (row) => row.change },
      { head: 'policy', cell: (row) => row.name },
      {
        head: 'what',
        cell: (row) =>
          row.change === 'added'
            ? '-'
            : row.fields
                .map(({ field, before, after }) => `${field}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`)
                .join('; '),
      },
    ],
    output,
    diff,
  );
  if (!quiet) note(`${diff.changes.length} changed, ${diff.unchanged} unchanged.`);
}

/** Waits for an answer that takes long. */
async function answered(client: Client, asked: WhatIf, { quiet }: CommonOptions): Promise<WhatIf> {
  const progress = new Progress(quiet);
  let answer = asked;
  while (answer.status === 'queued' || answer.status === 'running') {
    progress.say(`evaluating: ${answer.status}`);
    await delay(500);
    answer = await client.get<WhatIf>(`policies/what-ifs/${asked.id}`);
  }
  progress.end();
  if (answer.status === 'failed') throw new CommandFailed(answer.error ?? 'The what-if failed.', EXIT.failure);
  return answer;
}

function tellWhatIf(answer: WhatIf, { output, quiet }: CommonOptions): void {
  print(
    answer.counts,
    [
      { head: 'check', cell: (row) => row.check },
      { head: 'severity', cell: (row) => row.severity },
      { head: 'opens', cell: (row) => row.opens },
      { head: 'closes', cell: (row) => row.closes },
      { head: 'worsens', cell: (row) => row.worsens },
      { head: 'eases', cell: (row) => row.eases },
      { head: 'changes mode', cell: (row) => row.changesMode },
    ],
    output,
    answer,
  );
  if (quiet) return;
  for (const { effect, check, subject } of answer.samples.slice(0, 10))
    note(`  ${effect}: ${check} on ${subject.displayName}`);
  note(
    `Of ${answer.evaluated} subjects: ${answer.opens} findings would open, ${answer.closes} close, ${answer.worsens} worsen, ${answer.eases} ease, ${answer.changesMode} change mode.`,
  );
  if (answer.waiting > 0) note(`${answer.waiting} changes wait to be evaluated anyway and are not counted.`);
}
