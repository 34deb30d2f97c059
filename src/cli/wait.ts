import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.js';
import { CommandFailed, EXIT } from './exit.js';
import { note, Progress } from './output.js';

export interface SyncRun {
  readonly id: string;
  readonly source: { readonly id: string; readonly name: string };
  readonly status: 'queued' | 'running' | 'complete' | 'partial' | 'failed' | 'held';
  readonly counts: Readonly<Record<string, { created: number; updated: number; removed: number; unchanged: number }>>;
  readonly gaps: readonly {
    readonly scope: string;
    readonly type: string;
    readonly parent?: string;
    readonly reason: string;
    readonly permission?: string;
    readonly detail: string;
  }[];
  readonly rowErrors: readonly { readonly line: number; readonly field: string | null; readonly detail: string }[];
  readonly rowErrorCount: number;
  readonly error: { readonly detail?: string } | null;
  readonly progress: { readonly seen?: Readonly<Record<string, number>>; readonly what?: string };
}

/** Waits for a run, telling how far it is. `step` drives a queue that does not work by itself. */
export async function waitForRun(
  client: Client,
  id: string,
  options: { quiet: boolean; timeoutMs: number; step?: () => Promise<unknown> },
): Promise<SyncRun> {
  const progress = new Progress(options.quiet);
  const driving = options.step?.();
  let failure: Error | undefined;
  driving?.catch((error: unknown) => (failure = error instanceof Error ? error : new Error(String(error))));
  try {
    for (let waited = 0; ; waited += 300) {
      const run = await client.get<SyncRun>(`sync-runs/${id}`);
      if (run.status !== 'queued' && run.status !== 'running') return run;
      if (failure !== undefined) throw failure;
      const seen = Object.values(run.progress.seen ?? {}).reduce((sum, n) => sum + n, 0);
      progress.say(
        `${run.source.name}: ${run.status}${seen > 0 ? `, ${seen} records seen` : ''}${run.progress.what ? ` (${run.progress.what})` : ''}`,
      );
      if (waited > options.timeoutMs)
        throw new CommandFailed(
          `The run ${id} is not over after ${options.timeoutMs / 1000} seconds; it goes on. "mandate source run ${id}" shows it.`,
          EXIT.failure,
        );
      await delay(300);
    }
  } finally {
    progress.end();
    await driving?.catch(() => undefined); // told above, through `failure`
  }
}

/** What a run came to, for people; and the code it ends with. */
export function tellRun(run: SyncRun): number {
  const sum = (name: 'created' | 'updated' | 'removed' | 'unchanged') =>
    Object.values(run.counts).reduce((total, counts) => total + counts[name], 0);
  note(
    `${run.source.name}: ${run.status}. ${sum('created')} created, ${sum('updated')} updated, ${sum('removed')} removed, ${sum('unchanged')} unchanged.`,
  );
  for (const gap of run.gaps.slice(0, 20))
    note(
      `  not seen: ${gap.type} in ${gap.scope}${gap.parent ? ` below ${gap.parent}` : ''} (${gap.reason}${gap.permission ? `, needs ${gap.permission}` : ''}): ${gap.detail}`,
    );
  if (run.gaps.length > 20) note(`  ... and ${run.gaps.length - 20} more gaps`);
  for (const { line, field, detail } of run.rowErrors.slice(0, 20))
    note(`  line ${line}${field ? `, ${field}` : ''}: ${detail}`);
  if (run.rowErrorCount > 20) note(`  ... ${run.rowErrorCount} rows in all could not be taken`);
  if (run.error?.detail) note(`  ${run.error.detail}`);
  return run.status === 'complete'
    ? EXIT.ok
    : run.status === 'partial' || run.status === 'held'
      ? EXIT.partial
      : EXIT.failure;
}
