import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parse, stringify } from 'yaml';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, day, withLimit, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { personId } from './person-id.js';

interface Named {
  readonly id: string;
  readonly displayName: string;
}
interface Rule {
  readonly id: string;
  readonly order: number;
  readonly name: string;
  readonly owner: Readonly<Record<string, string>> | null;
  readonly names: { readonly because: string } | null;
  readonly inherits: string | null;
  readonly gives: string;
  readonly replacesAssignments: boolean;
  readonly identities: number;
}
const RULE_COLUMNS = [
  { head: 'order', cell: (row: Rule) => row.order },
  { head: 'name', cell: (row: Rule) => row.name },
  { head: 'owner', cell: (row: Rule) => (row.owner ? Object.values(row.owner).join(' ') : null) },
  { head: 'names', cell: (row: Rule) => row.names?.because },
  { head: 'inherits', cell: (row: Rule) => row.inherits },
  { head: 'gives', cell: (row: Rule) => row.gives },
  { head: 'wins over hand', cell: (row: Rule) => (row.replacesAssignments ? 'yes' : 'no') },
  { head: 'identities', cell: (row: Rule) => row.identities },
  { head: 'id', cell: (row: Rule) => row.id },
];

export function ownershipCommand(program: Command): void {
  const ownership = program.command('ownership').description('who answers for what');
  rules(ownership);
  lists(ownership);
  suggestions(ownership);
  single(ownership);
}

function rules(ownership: Command): void {
  const rule = ownership.command('rule').description('rules that give identities their owners');
  withOutput(rule.command('list'))
    .description('rules in the order in which they decide')
    .action(async ({ output }: CommonOptions) => {
      const { data } = await connect().get<{ data: Rule[] }>('ownership-rules');
      if (data.length === 0 && output === 'table') note('No rule yet. "mandate ownership rule put FILE" writes them.');
      else print(data, RULE_COLUMNS, output);
    });
  withOutput(rule.command('get'))
    .argument('<id>')
    .description('show one')
    .action(async (id: string, { output }: CommonOptions) =>
      printOne(await connect().get<Record<string, unknown>>(`ownership-rules/${encodeURIComponent(id)}`), output),
    );
  rule
    .command('export')
    .description('all rules as a file that "put" takes')
    .action(async () => {
      const { data } = await connect().get<{ data: (Rule & Record<string, unknown>)[] }>('ownership-rules');
      process.stdout.write(stringify({ rules: data.map(written) }));
    });
  withOutput(rule.command('put'))
    .argument('<file>', 'YAML or JSON: a list of rules, or { rules: [...] }')
    .option('--reason <text>')
    .description('replace all rules by those of a file; their order in it is the order in which they decide')
    .action(async (file: string, options: CommonOptions & { reason?: string }) => {
      const client = connect();
      const { etag } = await client.call('GET', 'ownership-rules');
      const { body } = await client.call<{ data: Rule[] }>('PUT', 'ownership-rules', {
        etag,
        body: { rules: rulesIn(file), reason: options.reason ?? null },
      });
      print(body.data, RULE_COLUMNS, options.output);
      if (!options.quiet) note('Owners follow in the background: "mandate job runs ownership.apply-rules".');
    });
  rule
    .command('remove')
    .argument('<id>')
    .option('--reason <text>')
    .description('remove one; what it gave ends, or goes to the next that matches')
    .action(async (id: string, { reason }: { reason?: string }) => {
      const client = connect();
      const path = `ownership-rules/${encodeURIComponent(id)}`;
      const { etag } = await client.call('GET', path);
      await client.call('DELETE', reason ? `${path}?reason=${encodeURIComponent(reason)}` : path, { etag });
    });
}

/** What of a rule a person writes; the rest is told by Mandate. */
const WRITTEN = [
  'name',
  'selector',
  'owner',
  'team',
  'sponsor',
  'deputies',
  'gives',
  'replacesAssignments',
  'remindAfterDays',
  'escalateAfterDays',
];
const written = (rule: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(WRITTEN.filter((member) => rule[member] !== null).map((member) => [member, rule[member]]));

function rulesIn(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailed(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
      EXIT.usage,
    );
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new CommandFailed(`${file} is neither YAML nor JSON: ${(error as Error).message}`, EXIT.usage);
  }
  return Array.isArray(value) ? value : (value as { rules?: unknown } | null)?.rules;
}

interface Queued {
  readonly identity: Named;
  readonly source: { readonly name: string };
  readonly because: string;
  readonly since: string;
  readonly asked: Named | null;
  readonly suggestions: readonly { readonly person: Named; readonly confidence: string }[];
}
interface Load {
  readonly person: Named & { readonly active: boolean };
  readonly owned: number;
  readonly accepted: number;
  readonly proposed: number;
  readonly privileged: number;
  readonly deputyFor: number;
  readonly waitingFor: number;
}
interface Measure {
  readonly at: string;
  readonly governed: number;
  readonly accepted: number;
  readonly provisional: number;
  readonly proposed: number;
  readonly unowned: number;
  readonly shareAccepted: number | null;
  readonly hoursWithout: { readonly total: number; readonly median: number | null };
}
const percent = (share: number | null): string | null => (share === null ? null : `${(share * 100).toFixed(1)} %`);

function lists(ownership: Command): void {
  withLimit(ownership.command('queue'))
    .option('--because <why>', 'nobody-named, declined, silent, owner-gone')
    .option('--source <id>')
    .option('--unit <id>')
    .description('what nobody claims, and who might')
    .action(async (options: CommonOptions & { because?: string; source?: string; unit?: string }) => {
      const { because, source, unit } = options;
      const rows = await connect().list<Queued>('ownership-queue', { because, source, unit }, options.limit);
      print(
        rows,
        [
          { head: 'identity', cell: (row) => row.identity.displayName },
          { head: 'source', cell: (row) => row.source.name },
          { head: 'because', cell: (row) => row.because },
          { head: 'since', cell: (row) => day(row.since) },
          { head: 'asked', cell: (row) => row.asked?.displayName },
          {
            head: 'might be',
            cell: (row) => row.suggestions.map((one) => `${one.person.displayName} (${one.confidence})`).join(', '),
          },
          { head: 'id', cell: (row) => row.identity.id },
        ],
        options.output,
      );
    });
  withLimit(ownership.command('load'))
    .option('--person <person>', 'id or user name')
    .description('what each owner carries, the heaviest first')
    .action(async (options: CommonOptions & { person?: string }) => {
      const person = options.person ? await personId(options.person) : undefined;
      print(
        await connect().list<Load>('ownership-load', { person }, options.limit),
        [
          { head: 'person', cell: (row) => row.person.displayName },
          { head: 'active', cell: (row) => (row.person.active ? 'yes' : 'no') },
          { head: 'owned', cell: (row) => row.owned },
          { head: 'accepted', cell: (row) => row.accepted },
          { head: 'proposed', cell: (row) => row.proposed },
          { head: 'privileged', cell: (row) => row.privileged },
          { head: 'deputy for', cell: (row) => row.deputyFor },
          { head: 'waiting', cell: (row) => row.waitingFor },
          { head: 'id', cell: (row) => row.person.id },
        ],
        options.output,
      );
    });
  withLimit(ownership.command('measures'))
    .option('--unit <id>', 'of one unit')
    .description('share owned by somebody who accepted, and hours without, hour by hour')
    .action(async (options: CommonOptions & { unit?: string }) =>
      print(
        await connect().list<Measure>('ownership-measures', { unit: options.unit }, options.limit),
        [
          { head: 'at', cell: (row) => row.at },
          { head: 'needing an owner', cell: (row) => row.governed },
          { head: 'accepted', cell: (row) => row.accepted },
          { head: 'share', cell: (row) => percent(row.shareAccepted) },
          { head: 'provisional', cell: (row) => row.provisional },
          { head: 'proposed', cell: (row) => row.proposed },
          { head: 'unowned', cell: (row) => row.unowned },
          { head: 'hours without', cell: (row) => Math.round(row.hoursWithout.total) },
          { head: 'median', cell: (row) => row.hoursWithout.median && Math.round(row.hoursWithout.median) },
        ],
        options.output,
      ),
    );
}

interface Suggestion {
  readonly identity: Named;
  readonly person: Named;
  readonly confidence: string;
  readonly because: string;
}
interface SuggestionFilter {
  readonly confidence?: string;
  readonly person?: string;
  readonly source?: string;
}

function suggestions(ownership: Command): void {
  const filtered = (command: Command): Command =>
    command
      .option('--confidence <level>', 'high, medium, low')
      .option('--person <person>', 'id or user name')
      .option('--source <id>', 'of one source');
  filtered(withLimit(ownership.command('suggestions')))
    .description('who might own what nobody owns, with reason and confidence')
    .action(async (options: CommonOptions & SuggestionFilter) =>
      print(
        await connect().list<Suggestion>('ownership-suggestions', await filterOf(options), options.limit),
        [
          { head: 'identity', cell: (row) => row.identity.displayName },
          { head: 'person', cell: (row) => row.person.displayName },
          { head: 'confidence', cell: (row) => row.confidence },
          { head: 'because', cell: (row) => row.because },
          { head: 'id', cell: (row) => row.identity.id },
        ],
        options.output,
      ),
    );
  for (const [name, verdict, about] of [
    ['take', 'assign', 'assign what is suggested, where it is the only suggestion as sure'],
    ['propose', 'propose', 'ask the people who are suggested, where there is one as sure'],
    ['dismiss', 'dismiss', 'turn suggestions down; the same person is not suggested for it again'],
  ] as const)
    filtered(withOutput(ownership.command(`${name}-suggestions`)))
      .requiredOption('--reason <text>')
      .description(about)
      .action(async (options: CommonOptions & SuggestionFilter & { reason: string }) => {
        const client = connect();
        const total = { done: 0, skipped: [] as unknown[] };
        for (let more = true; more;) {
          const answer = await client.post<{ done: number; skipped: unknown[]; more: boolean }>(
            'ownership-suggestions/decisions',
            { verdict, matching: await filterOf(options), reason: options.reason },
          );
          total.done += answer.done;
          total.skipped.push(...answer.skipped);
          more = answer.more && answer.done > 0;
        }
        printOne(total, options.output);
      });
}
const filterOf = async ({ confidence, person, source }: SuggestionFilter) => ({
  ...(confidence ? { confidence } : {}),
  ...(person ? { person: await personId(person) } : {}),
  ...(source ? { source } : {}),
});

function single(ownership: Command): void {
  const path = (identity: string) => `identities/${encodeURIComponent(identity)}/ownership`;
  withOutput(ownership.command('get'))
    .argument('<identity>')
    .description('who answers for an identity, by which rule, and who might')
    .action(async (identity: string, { output }: CommonOptions) =>
      printOne(await connect().get<Record<string, unknown>>(path(identity)), output),
    );
  withOutput(ownership.command('assign'))
    .argument('<identity>')
    .option('--owner <person>', 'id or user name')
    .option('--team <id>')
    .option('--sponsor <person>', 'id or user name')
    .option('--deputy <person...>', 'ids or user names')
    .option('--propose', 'ask them; nobody is owner until they say yes', false)
    .option('--reason <text>')
    .description('name who answers for an identity')
    .action(
      async (
        identity: string,
        options: CommonOptions & {
          owner?: string;
          team?: string;
          sponsor?: string;
          deputy?: string[];
          propose: boolean;
          reason?: string;
        },
      ) => {
        const client = connect();
        const { etag } = await client.call('GET', path(identity));
        const { body } = await client.call<Record<string, unknown>>('PUT', path(identity), {
          etag,
          body: {
            owner: options.owner ? await personId(options.owner) : null,
            team: options.team ?? null,
            sponsor: options.sponsor ? await personId(options.sponsor) : null,
            deputies: await Promise.all((options.deputy ?? []).map(personId)),
            reason: options.reason ?? null,
            ...(options.propose ? { state: 'proposed' } : {}),
          },
        });
        printOne(body, options.output);
      },
    );
  withOutput(ownership.command('accept'))
    .argument('<identity>')
    .option('--purpose <text>', 'what it is for, in your words')
    .description('accept purpose and privileges, as the person named')
    .action(async (identity: string, options: CommonOptions & { purpose?: string }) =>
      printOne(await connect().post(`${path(identity)}/accept`, { purpose: options.purpose ?? null }), options.output),
    );
  ownership
    .command('decline')
    .argument('<identity>')
    .requiredOption('--reason <text>')
    .option('--instead <person>', 'id or user name of who should be asked')
    .description('say that it is not yours, as who is asked')
    .action(async (identity: string, options: { reason: string; instead?: string }) => {
      await connect().post(`${path(identity)}/decline`, {
        reason: options.reason,
        instead: options.instead ? await personId(options.instead) : null,
      });
    });
  withOutput(ownership.command('claim'))
    .argument('<identity>')
    .option('--reason <text>')
    .description('take what nobody answers for; that accepts it')
    .action(async (identity: string, options: CommonOptions & { reason?: string }) =>
      printOne(await connect().post(`${path(identity)}/claim`, { reason: options.reason ?? null }), options.output),
    );
}
