import type { Client } from '../../../cli/client.js';
import type { SampleTime } from '../sample-time.js';

/** What ends by itself, and how whoever runs the queue waits for it. */
export interface Waiting {
  /** Until background work that was asked for has had its turn. Called again and again while something is not over. */
  breathe(): Promise<void>;
  /** Until everything that changed up to now has been evaluated. `afterFullPass` = a policy was changed before. */
  evaluated(client: Client, afterFullPass: boolean): Promise<void>;
}

/** Acting for somebody: a client of the API that holds their token. */
export type Acting = (name: string, roles: readonly string[], person?: string) => Promise<Client>;

/** What every step of putting the sample in place works with. */
export interface Loading {
  readonly time: SampleTime;
  /** Sets up: sources, people, owners, policies. Approves nothing. */
  readonly setup: Client;
  readonly acting: Acting;
  readonly waiting: Waiting;
  readonly signal: AbortSignal;
}

/** Puts something in place unless it is; returns what to tell of it. */
export interface Step {
  readonly title: string;
  run(loading: Loading): Promise<string>;
}

/** Does something with every item, a few at once, and stops when it is told to. */
export async function each<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
  atOnce = 6,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      signal.throwIfAborted();
      await work(items[next++]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
