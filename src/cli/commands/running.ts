import type { Command } from 'commander';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { type CommonOptions, day, positive, withOutput } from '../options.js';
import { note, print, printOne } from '../output.js';
import { listCommand } from './list-command.js';

interface Job {
  readonly id: string;
  readonly title: string;
  readonly schedule: string | null;
  readonly lastRun: {
    readonly status: string;
    readonly startedAt: string;
    readonly counts: Record<string, number> | null;
  } | null;
}

export function jobCommand(program: Command): void {
  const job = program.command('job').description('what runs in the background');
  withOutput(job.command('list'))
    .description('every job, its schedule and its last run')
    .action(async ({ output }: CommonOptions) => {
      const { data } = await connect().get<{ data: Job[] }>('jobs');
      print(
        data,
        [
          { head: 'job', cell: (row) => row.id },
          { head: 'schedule', cell: (row) => row.schedule },
          { head: 'last run', cell: (row) => row.lastRun?.startedAt },
          { head: 'status', cell: (row) => row.lastRun?.status },
          { head: 'counts', cell: (row) => (row.lastRun?.counts ? JSON.stringify(row.lastRun.counts) : null) },
          { head: 'title', cell: (row) => row.title },
        ],
        output,
      );
    });
  withOutput(job.command('runs'))
    .argument('<job>')
    .option('--limit <n>', 'how many', positive, 20)
    .description('the history of a job')
    .action(async (id: string, { output, limit }: CommonOptions) => {
      const rows = await connect().list<{
        id: string;
        status: string;
        attempt: number;
        startedAt: string;
        finishedAt: string | null;
        counts: unknown;
        error: string | null;
      }>(`jobs/${encodeURIComponent(id)}/runs`, {}, limit);
      print(
        rows,
        [
          { head: 'started', cell: (row) => row.startedAt },
          { head: 'finished', cell: (row) => row.finishedAt },
          { head: 'status', cell: (row) => row.status },
          { head: 'attempt', cell: (row) => row.attempt },
          { head: 'counts', cell: (row) => JSON.stringify(row.counts) },
          { head: 'error', cell: (row) => row.error },
        ],
        output,
      );
    });
  job
    .command('run')
    .argument('<job>')
    .option('--payload <json>', 'what it is about', '{}')
    .description('run a job now')
    .action(async (id: string, { payload }: { payload: string }) => {
      let value: unknown;
      try {
        value = JSON.parse(payload);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        throw new CommandFailed('--payload is not JSON.', EXIT.usage);
      }
      await connect().post(`jobs/${encodeURIComponent(id)}/runs`, { payload: value });
      note(`${id} is queued.`);
    });
}

interface Token {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly roles: readonly { readonly role: string }[];
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
}

export function tokenCommand(program: Command): void {
  const token = program.command('token').description('API tokens of Mandate itself');
  listCommand<Token>(token, {
    path: 'tokens',
    empty: 'No token.',
    columns: [
      { head: 'name', cell: (row) => row.name },
      { head: 'roles', cell: (row) => row.roles.map(({ role }) => role).join(' ') },
      { head: 'status', cell: (row) => row.status },
      { head: 'expires', cell: (row) => day(row.expiresAt) },
      { head: 'last used', cell: (row) => day(row.lastUsedAt) },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  withOutput(token.command('create'))
    .argument('<name>')
    .requiredOption('--role <role...>', 'what it may do')
    .option('--expires-in-days <n>', 'at most 365', positive, 90)
    .option('--owner <person>', 'id of the person who answers for it')
    .description('make a token; its value is printed once')
    .action(
      async (name: string, options: CommonOptions & { role: string[]; expiresInDays: number; owner?: string }) => {
        const made = await connect().post<Record<string, unknown>>('tokens', {
          name,
          roles: options.role.map((role) => ({ role })),
          expiresInDays: options.expiresInDays,
          owner: options.owner ?? null,
        });
        printOne(made, options.output);
      },
    );
  token
    .command('revoke')
    .argument('<id>')
    .description('end a token at once')
    .action(async (id: string) => {
      const client = connect();
      const found = (await client.list<{ id: string; version: number }>('tokens', {}, 10_000)).find(
        (one) => one.id === id,
      );
      if (!found) throw new CommandFailed('There is no such token.', EXIT.notFound);
      await client.call('DELETE', `tokens/${id}`, { etag: `"${found.version}"` });
      note('Revoked.');
    });
  token
    .command('first-admin')
    .description('print the one-time link that makes the first administrator')
    .action(async () => {
      const client = connect();
      const { path, expiresAt } = await client.post<{ path: string; expiresAt: string }>('tokens/first-administrator');
      process.stdout.write(`${client.url}${path}\n`);
      note(`Valid once, until ${expiresAt}.`);
    });
}

export function apiCommand(program: Command): void {
  program
    .command('api')
    .argument('<method>')
    .argument('<path>', 'below /api/v1, such as identities?limit=5')
    .option('--body <json>')
    .option('--if-match <etag>')
    .description('call the API directly')
    .action(async (method: string, path: string, options: { body?: string; ifMatch?: string }) => {
      const { body } = await connect().call(method.toUpperCase(), path.replace(/^\/?(?:api\/v1\/)?/, ''), {
        ...(options.body ? { body: JSON.parse(options.body) as unknown } : {}),
        ...(options.ifMatch ? { etag: options.ifMatch } : {}),
      });
      process.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
    });
}
