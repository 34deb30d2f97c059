import type { Command } from 'commander';
import { connect } from '../client.js';
import { CommandFailed, EXIT } from '../exit.js';
import { note } from '../output.js';
import { listCommand } from './list-command.js';

interface Session {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly endedBecause: string | null;
  readonly roles: readonly { readonly role: string }[];
  readonly amr: readonly string[];
  readonly lastSeenAt: string;
  readonly version: number;
}

export function sessionCommand(program: Command): void {
  const session = program.command('session').description('who is signed in on a browser');
  listCommand<Session>(session, {
    path: 'sessions',
    empty: 'Nobody is signed in.',
    filters: { status: 'active (the default) or all' },
    columns: [
      { head: 'who', cell: (row) => row.name },
      { head: 'roles', cell: (row) => row.roles.map(({ role }) => role).join(' ') },
      { head: 'signed in by', cell: (row) => row.amr.join(' ') },
      { head: 'status', cell: (row) => row.endedBecause ?? row.status },
      { head: 'last seen', cell: (row) => row.lastSeenAt.slice(0, 16).replace('T', ' ') },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  session
    .command('end')
    .argument('<id>')
    .description('end a session at once')
    .action(async (id: string) => {
      const client = connect();
      const found = (await client.list<Session>('sessions', { status: 'all' }, 100_000)).find((one) => one.id === id);
      if (!found) throw new CommandFailed('There is no such session.', EXIT.notFound);
      await client.call('DELETE', `sessions/${id}`, { etag: `"${found.version}"` });
      note('Ended.');
    });
}
