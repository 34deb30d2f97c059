import type { StandardSchemaV1 } from '@standard-schema/spec';

/** What a run reports: how many of what. Shown in the job's history. */
export type Counts = Readonly<Record<string, number>>;

export interface JobRun<P> {
  readonly payload: P;
  /** The history row of this run. */
  readonly id: string;
  /** Aborted at the timeout and at shutdown; the run is awaited all the same, so its lease outlives its work. */
  readonly signal: AbortSignal;
  /** Which attempt of the same job this is, from 1. */
  readonly attempt: number;
  /** Records by digest what the run read, and under which parameters: evidence that the control really ran on it. */
  readInput(input: unknown): void;
  usedParameters(parameters: unknown): void;
}

/** A piece of background work. One object says everything about it; `bind` in the module gives it what it needs. */
export interface Job<Deps, P> {
  readonly id: `${string}.${string}`;
  readonly title: string;
  /** Five-field cron in UTC; absent means it only runs when enqueued. */
  readonly schedule?: string;
  readonly payload: StandardSchemaV1<unknown, P>;
  readonly timeoutMs: number;
  readonly retry: { readonly attempts: number; readonly backoffMs: number };
  /** Two runs with the same key never overlap, in any process; of those waiting with one key, one is kept. */
  readonly exclusive: (payload: P) => string;
  run(deps: Deps, run: JobRun<P>): Promise<Counts>;
}

const defined: Job<never, never>[] = [];

export function defineJob<Deps, P>(job: Job<Deps, P>): Job<Deps, P> {
  defined.push(job as unknown as Job<never, never>);
  return job;
}

/** Every job of every module that was loaded. */
export const definedJobs = (): readonly Job<never, never>[] => defined;
