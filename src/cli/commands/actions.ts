import type { Command } from 'commander';
import { day } from '../options.js';
import { getCommand, listCommand } from './list-command.js';

interface Action {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly target: { readonly type: string; readonly displayName: string | null };
  readonly identity: { readonly displayName: string };
  readonly carriedOutBy: 'mandate' | 'person';
  readonly reason: string;
  readonly plannedAt: string;
}

export function actionCommand(program: Command): void {
  const action = program.command('action').description('what is to be changed at sources');
  listCommand<Action>(action, {
    path: 'actions',
    filters: {
      status: 'planned, approved, held, executing, executed, verified, unverified, failed, cancelled, undone',
      kind: 'disable, restore, rotate, revoke-grant, delete',
      identity: 'id of an identity',
      basis: 'id of what asked for it: a finding, a review item',
    },
    empty: 'Nothing is planned.',
    columns: [
      { head: 'kind', cell: (row) => row.kind },
      { head: 'status', cell: (row) => row.status },
      { head: 'target', cell: (row) => `${row.target.type} ${row.target.displayName ?? '(gone)'}` },
      { head: 'identity', cell: (row) => row.identity.displayName },
      { head: 'by', cell: (row) => row.carriedOutBy },
      { head: 'reason', cell: (row) => row.reason },
      { head: 'planned', cell: (row) => day(row.plannedAt) },
      { head: 'id', cell: (row) => row.id },
    ],
  });
  getCommand(action, 'actions');
}
