import type { Acting, Loading, Step, Waiting } from './loading.js';
import type { SampleTime } from '../sample-time.js';
import { figuresStep } from './figures-step.js';
import { expectedUseStep, ownersStep } from './owner-steps.js';
import { leaversStep, peopleStep } from './people-steps.js';
import { isLoaded, policiesStep, quietStep } from './policy-steps.js';
import { awsStep, filesStep, rereadStep, troubleStep } from './source-steps.js';
import { useCasesStep } from './use-case-steps.js';

const FIRST_TIME: readonly Step[] = [
  quietStep,
  peopleStep,
  awsStep,
  filesStep,
  ownersStep,
  expectedUseStep,
  useCasesStep,
  leaversStep,
  troubleStep,
  policiesStep,
  figuresStep,
];

export interface LoadOptions {
  readonly time: SampleTime;
  readonly acting: Acting;
  readonly waiting: Waiting;
  readonly signal?: AbortSignal;
  /** Told when a step begins, and when it has ended. */
  readonly tell?: (title: string, outcome: string | null) => void;
}

/**
 * Puts the sample organisation in place, through the API alone. Every step leaves alone what it finds done, so that a
 * load that was killed goes on where it was, and a whole sample is only read again.
 */
export async function loadSample({
  time,
  acting,
  waiting,
  signal,
  tell,
}: LoadOptions): Promise<'loaded' | 'was-there'> {
  const setup = await acting('Sample setup', ['admin', 'iam-engineer', 'policy-author']);
  const loading: Loading = { time, setup, acting, waiting, signal: signal ?? new AbortController().signal };
  const wasThere = await isLoaded(setup);
  for (const step of wasThere ? [rereadStep] : FIRST_TIME) {
    loading.signal.throwIfAborted();
    tell?.(step.title, null);
    const outcome = await step.run(loading);
    tell?.(step.title, outcome);
  }
  if (wasThere) await waiting.evaluated(setup, false);
  return wasThere ? 'was-there' : 'loaded';
}
