import type { Command } from 'commander';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, day, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { type SyncRun, tellRun, waitForRun } from '../wait.js';
import { personRecordCommands } from './people.js';
import { getCommand, listCommand } from './list-command.js';
import { addConsumers, addIdentityNormality } from './normality.js';

import { personId } from './person-id.js';

export { personId };

interface Source {
  readonly id: string;
  readonly name: string;
  readonly connector: string;
  readonly status: string;
  readonly schedule: string | null;
  readonly lastRun: { readonly finishedAt: string | null } | null;
}

/** A source by id or by its name. */
async function sourceId(given: string): Promise<string> {
  if (/^[0-9a-f-]{36}$/i.test(given)) return given;
  const found = (await connect().list<Source>('sources', {}, 1000)).filter(({ name }) => name === given);
  if (found.length !== 1)
    throw new CommandFailed(`There is no source named "${given}". "mandate source list" shows them.`, EXIT.notFound);
  return found[0]!.id;
}

export function sourceCommand(program: Command): void {
  const source = program.command('source').description('systems that hold identities');
  listCommand<Source>(source, {
    path: 'sources',
    filters: { status: 'never-read, complete, partial, failed, held', connector: 'a connector' },
    empty: 'No source yet. "mandate source add" connects one; "mandate import" reads a file.',
    columns: [
      { head: 'name', cell: (row) => row.name },
      { head: 'connector', cell: (row) => row.connector },
      { head: 'status', cell: (row) => row.status },
      { head: 'schedule', cell: (row) => row.schedule },
      { head: 'last read', cell: (row) => day(row.lastRun?.finishedAt) },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(source, 'sources');
  withOutput(source.command('add'))
    .description('configure a source; it is not read until you ask')
    .argument('<name>')
    .requiredOption('--connector <id>', 'which connector reads it ("mandate source connectors")')
    .option(
      '--config <json>',
      'its configuration; secrets are references: {"env": "MANDATE_SOURCE_..."} or {"file": "name"}',
      '{}',
    )
    .option('--schedule <cron>', 'five-field cron in UTC')
    .action(async (name: string, options: CommonOptions & { connector: string; config: string; schedule?: string }) => {
      let config: unknown;
      try {
        config = JSON.parse(options.config);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        throw new CommandFailed('--config is not JSON.', EXIT.usage);
      }
      printOne(
        await connect().post('sources', {
          name,
          connector: options.connector,
          config,
          schedule: options.schedule ?? null,
        }),
        options.output,
      );
    });
  withOutput(source.command('connectors'))
    .description('what can be read, and the vendor permissions it needs')
    .action(async ({ output }: CommonOptions) => {
      const { data } = await connect().get<{
        data: { id: string; kind: string; title: string; resourceTypes: { permissions: string[] }[] }[];
      }>('sources/connectors');
      print(
        data,
        [
          { head: 'id', cell: (row) => row.id },
          { head: 'kind', cell: (row) => row.kind },
          { head: 'title', cell: (row) => row.title },
          {
            head: 'permissions',
            cell: (row) => [...new Set(row.resourceTypes.flatMap((type) => type.permissions))].join(' '),
          },
        ],
        output,
      );
    });
  withOutput(source.command('test'))
    .description('try the credential without reading anything')
    .argument('<source>', 'id or name')
    .action(async (given: string, { output }: CommonOptions) => {
      const result = await connect().post<{ reachable: boolean }>(`sources/${await sourceId(given)}/test`);
      printOne(result, output);
      if (!result.reachable) throw new CommandFailed('The source cannot be reached.', EXIT.failure);
    });
  withOutput(source.command('sync'))
    .description('read a source')
    .argument('<source>', 'id or name')
    .option('--no-wait', 'do not wait for the run to end')
    .option('--timeout <seconds>', 'how long to wait', Number, 3600)
    .action(async (given: string, options: CommonOptions & { wait: boolean; timeout: number }) => {
      const client = connect();
      const started = await client.post<SyncRun>(`sources/${await sourceId(given)}/sync`);
      if (!options.wait) return printOne(started as never, options.output);
      const run = await waitForRun(client, started.id, { quiet: options.quiet, timeoutMs: options.timeout * 1000 });
      const code = tellRun(run);
      if (options.output !== 'table') printOne(run as never, options.output);
      if (code !== EXIT.ok) throw new CommandFailed('', code);
    });
  withOutput(source.command('run'))
    .description('show one run')
    .argument('<id>')
    .action(async (id: string, { output }: CommonOptions) => printOne(await connect().get(`sync-runs/${id}`), output));
  withOutput(source.command('confirm'))
    .description('let the removals of a held run through')
    .argument('<run>')
    .action(async (id: string, { output }: CommonOptions) =>
      printOne(await connect().post(`sync-runs/${id}/confirm`), output),
    );
  withOutput(source.command('coverage'))
    .description('what was seen of a source, and what was not')
    .argument('<source>', 'id or name')
    .action(async (given: string, { output }: CommonOptions) => {
      type Row = { scope: string; type: string; state: string; gaps: string; useFrom: string; useUntil: string };
      const { data } = await connect().get<{
        data: {
          scope: { id: string; name: string; state: string };
          types: {
            resourceType: string;
            lastCompleteAt: string | null;
            useKnownSince: string | null;
            useKnownUntil: string | null;
            gaps: { reason: string; permission: string | null }[];
          }[];
        }[];
      }>(`sources/${await sourceId(given)}/coverage`);
      const rows: Row[] = data.flatMap(({ scope, types }) =>
        types.map((type) => ({
          scope: `${scope.name} (${scope.id})`,
          type: type.resourceType,
          state: type.gaps.length > 0 ? 'gap' : type.lastCompleteAt ? 'complete' : 'never read',
          gaps: type.gaps.map(({ reason, permission }) => permission ?? reason).join(' '),
          useFrom: day(type.useKnownSince),
          useUntil: day(type.useKnownUntil),
        })),
      );
      print(
        rows,
        [
          { head: 'scope', cell: (row) => row.scope },
          { head: 'type', cell: (row) => row.type },
          { head: 'state', cell: (row) => row.state },
          { head: 'missing', cell: (row) => row.gaps },
          { head: 'use known from', cell: (row) => row.useFrom },
          { head: 'until', cell: (row) => row.useUntil },
        ],
        output,
        data,
      );
    });
}

interface Identity {
  readonly id: string;
  readonly displayName: string;
  readonly kind: string;
  readonly source: { readonly name: string };
  readonly owner: { readonly displayName: string } | null;
  readonly privilege: string;
  readonly risk: { readonly level: string | null };
  readonly aiUse: string;
  readonly lastUse: { readonly state: string; readonly at: string | null };
  readonly openFindings: number;
}

const lastUse = (row: { readonly lastUse: { readonly state: string; readonly at: string | null } }): string =>
  row.lastUse.state === 'used' ? day(row.lastUse.at) : row.lastUse.state;

export function identityCommand(program: Command): void {
  const identity = program.command('identity').description('non-human identities, and the people beside them');
  listCommand<Identity>(identity, {
    path: 'identities',
    filters: {
      kind: 'user, role, service-account ...',
      status: 'active, disabled, unknown, removed',
      nature: 'human, non-human, mixed, undetermined',
      'managed-by': 'us, cloud-provider, platform, vendor',
      'ai-use': 'yes, no, unknown',
      source: 'id of a source',
      unit: 'id of a unit',
      environment: 'production ...',
      owner: 'id of a person, or none',
      'use-case': 'id of a use case',
      privilege: 'admin ... unknown',
      risk: 'low ... critical, unrated',
      q: 'part of the name',
      'as-of': 'an instant',
    },
    empty: 'No identity matches. "mandate source list" shows where identities come from.',
    columns: [
      { head: 'name', cell: (row) => row.displayName },
      { head: 'kind', cell: (row) => row.kind },
      { head: 'source', cell: (row) => row.source.name },
      { head: 'owner', cell: (row) => row.owner?.displayName },
      { head: 'privilege', cell: (row) => row.privilege },
      { head: 'risk', cell: (row) => row.risk.level ?? 'unrated' },
      { head: 'ai', cell: (row) => row.aiUse },
      { head: 'last use', cell: lastUse },
      { head: 'findings', cell: (row) => row.openFindings },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(identity, 'identities');
  addIdentityNormality(identity);
  withOutput(identity.command('grants'))
    .argument('<id>')
    .description('what it may do')
    .action(async (id: string, { output }: CommonOptions) => {
      const rows = await connect().list<{
        entitlement: { displayName: string; kind: string };
        privilege: string;
        via: { displayName: string } | null;
        resource: { displayName: string } | null;
        lastUse: { state: string; at: string | null };
      }>(`identities/${id}/grants`, {}, 1000);
      print<(typeof rows)[number]>(
        rows,
        [
          { head: 'entitlement', cell: (row) => row.entitlement.displayName },
          { head: 'kind', cell: (row) => row.entitlement.kind },
          { head: 'privilege', cell: (row) => row.privilege },
          { head: 'resource', cell: (row) => row.resource?.displayName },
          { head: 'via', cell: (row) => row.via?.displayName },
          { head: 'last use', cell: lastUse },
        ],
        output,
      );
    });
  withOutput(identity.command('tree'))
    .argument('<id>')
    .description('why it exists and what it can do')
    .action(async (id: string, { output }: CommonOptions) => {
      const graph = await connect().get<{
        nodes: { id: string; column: string; label: string; detail: string | null }[];
        left: Record<string, number>;
      }>(`identities/${id}/graph`);
      print(
        graph.nodes,
        [
          { head: 'column', cell: (row) => row.column },
          { head: 'name', cell: (row) => row.label },
          { head: 'detail', cell: (row) => row.detail },
        ],
        output,
        graph,
      );
      for (const [column, left] of Object.entries(graph.left)) note(`(and ${left} more ${column}s)`);
    });
  withOutput(identity.command('outcomes'))
    .argument('<id>')
    .description('what every check says of it, and why')
    .action(async (id: string, { output }: CommonOptions) => {
      const { data } = await connect().get<{
        data: {
          check: string;
          result: string;
          because: string | null;
          severity: string | null;
          until: string | null;
        }[];
      }>(`identities/${id}/outcomes`);
      print(
        data,
        [
          { head: 'check', cell: (row) => row.check },
          { head: 'result', cell: (row) => row.result },
          { head: 'severity', cell: (row) => row.severity },
          { head: 'because', cell: (row) => row.because },
          { head: 'until', cell: (row) => day(row.until) },
        ],
        output,
      );
    });
  withOutput(identity.command('assign'))
    .argument('<id>')
    .requiredOption('--owner <person>', 'id or user name')
    .option('--team <id>', 'the team that operates it')
    .option('--deputy <person...>', 'who stands in')
    .option('--reason <text>')
    .description('name who answers for it')
    .action(
      async (
        id: string,
        options: CommonOptions & { owner: string; team?: string; deputy?: string[]; reason?: string },
      ) => {
        const client = connect();
        const { etag } = await client.call('GET', `identities/${id}/ownership`);
        const deputies = await Promise.all((options.deputy ?? []).map(personId));
        const { body } = await client.call<Record<string, unknown>>('PUT', `identities/${id}/ownership`, {
          etag,
          body: {
            owner: await personId(options.owner),
            team: options.team ?? null,
            deputies,
            reason: options.reason ?? null,
          },
        });
        printOne(body, options.output);
      },
    );
}

interface Person {
  readonly id: string;
  readonly userName: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly active: boolean;
  readonly department: string | null;
  readonly manager: { readonly displayName: string } | null;
  readonly leavesAt: string | null;
}

export function personCommand(program: Command): void {
  const person = program.command('person').description('people who answer for identities');
  listCommand<Person>(person, {
    path: 'people',
    filters: { q: 'part of a name', active: 'true or false', unit: 'id of a unit' },
    empty: 'Nobody yet. "mandate person import" reads an HR file.',
    columns: [
      { head: 'name', cell: (row) => row.displayName },
      { head: 'user name', cell: (row) => row.userName },
      { head: 'active', cell: (row) => row.active },
      { head: 'manager', cell: (row) => row.manager?.displayName },
      { head: 'department', cell: (row) => row.department },
      { head: 'leaves', cell: (row) => day(row.leavesAt) },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(person, 'people');
  personRecordCommands(person);
  withOutput(person.command('import'))
    .argument('<file>', 'CSV of the HR system')
    .option('--dry-run', 'show what it would change', false)
    .option('--snapshot', 'who is not in the file has left', false)
    .option('--time-zone <zone>', 'of dates without a time; the feed says else')
    .option('--feed <name>', 'the HR feed it belongs to; "hr" without one')
    .option('--mapping <json>', 'our field to the header the file uses, as JSON')
    .description('read an HR file')
    .action(
      async (
        file: string,
        options: CommonOptions & {
          dryRun: boolean;
          snapshot: boolean;
          timeZone?: string;
          feed?: string;
          mapping?: string;
        },
      ) => {
        const { openAsBlob } = await import('node:fs');
        const { setTimeout: delay } = await import('node:timers/promises');
        const form = new FormData();
        form.append('dryRun', String(options.dryRun));
        form.append('snapshot', String(options.snapshot));
        for (const field of ['timeZone', 'feed', 'mapping'] as const)
          if (options[field] !== undefined) form.append(field, options[field]);
        form.append('file', await openAsBlob(file), 'people.csv');
        const client = connect();
        let { body: run } = await client.call<{
          id: string;
          status: string;
          counts: Record<string, number>;
          errors: { line: number; field: string | null; detail: string }[];
          error: string | null;
        }>('POST', 'people/imports', { form });
        while (run.status === 'queued' || run.status === 'running') {
          await delay(300);
          run = await client.get(`people/imports/${run.id}`);
        }
        printOne(run, options.output);
        if (run.status !== 'complete')
          throw new CommandFailed(
            run.error ?? `${run.errors.length} rows could not be taken.`,
            run.status === 'failed' ? EXIT.failure : EXIT.partial,
          );
      },
    );
}

interface Credential {
  readonly id: string;
  readonly displayName: string;
  readonly kind: string;
  readonly identity: { readonly displayName: string };
  readonly status: string;
  readonly rotatedAt: string | null;
  readonly issuedAt: string | null;
  readonly expiresAt: string | null;
  readonly lastUse: { readonly state: string; readonly at: string | null };
  readonly openFindings: number;
}

export function credentialCommand(program: Command): void {
  const credential = program.command('credential').description('what authenticates as identities; never its value');
  listCommand<Credential>(credential, {
    path: 'credentials',
    filters: {
      kind: 'access-key, api-key ...',
      status: 'active, disabled, expired, unknown, removed',
      source: 'id of a source',
      identity: 'id of an identity',
      'expires-before': 'an instant',
      q: 'part of a name',
    },
    empty: 'No credential matches.',
    columns: [
      { head: 'name', cell: (row) => row.displayName },
      { head: 'kind', cell: (row) => row.kind },
      { head: 'identity', cell: (row) => row.identity.displayName },
      { head: 'status', cell: (row) => row.status },
      { head: 'rotated', cell: (row) => day(row.rotatedAt ?? row.issuedAt) },
      { head: 'expires', cell: (row) => day(row.expiresAt) },
      { head: 'last use', cell: lastUse },
      { head: 'findings', cell: (row) => row.openFindings },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(credential, 'credentials');
  addConsumers(credential);
}
