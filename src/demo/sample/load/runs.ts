import type { Client } from '../../../cli/client.js';
import type { Loading } from './loading.js';

const OVER = ['complete', 'partial', 'failed', 'held'];

export interface Run {
  readonly id: string;
  readonly status: string;
  readonly counts: Readonly<
    Record<
      string,
      { readonly created: number; readonly updated: number; readonly removed: number; readonly unchanged: number }
    >
  >;
  readonly error: unknown;
}

/** Waits until a run (of a sync, an import, an import of people) is over. */
export async function over<R extends { status: string }>(
  { setup, waiting, signal }: Loading,
  path: string,
): Promise<R> {
  for (;;) {
    signal.throwIfAborted();
    const run = await setup.get<R>(path);
    if (OVER.includes(run.status)) return run;
    await waiting.breathe();
  }
}

/** A form as the API takes files: its fields first, then the file. */
export function fileForm(fields: Readonly<Record<string, string>>, name: string, text: string): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([text]), name);
  return form;
}

export interface SourceView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly lastRun: Run | null;
}
export const sourceNamed = async (client: Client, name: string): Promise<SourceView | undefined> =>
  (await client.list<SourceView>('sources', {}, 1000)).find((source) => source.name === name);

/** Reads a source and waits for the end. */
export async function sync(loading: Loading, source: SourceView): Promise<Run> {
  const started = await loading.setup.post<Run>(`sources/${source.id}/sync`);
  return over<Run>(loading, `sync-runs/${started.id}`);
}

/** How many things a run found, made or not. */
export const seenBy = ({ counts }: Run, kind: string): number => {
  const own = counts[kind];
  return own ? own.created + own.updated + own.unchanged : 0;
};
