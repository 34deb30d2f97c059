import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { AskWhatIf } from './operations/ask-what-if.js';
import type { EvaluateDue } from './operations/evaluate-due.js';
import type { RunFullPass } from './operations/run-full-pass.js';

export const evaluateDue = defineJob<{ evaluateDue: Pick<EvaluateDue, 'execute'> }, object>({
  id: 'checks.evaluate-due',
  title: 'Evaluate what changed and what time may have turned',
  schedule: '* * * * *',
  payload: z.strictObject({}),
  timeoutMs: 60 * 60_000,
  retry: { attempts: 5, backoffMs: 2_000 },
  exclusive: () => 'all',
  run: ({ evaluateDue: operation }, run) => operation.execute(run.signal, run),
});

const kind = z.strictObject({ kind: z.enum(['full', 'self-check']).default('full') });

export const fullPass = defineJob<{ runFullPass: Pick<RunFullPass, 'execute'> }, z.output<typeof kind>>({
  id: 'checks.full-pass',
  title: 'Evaluate everything after a policy changed',
  payload: kind,
  timeoutMs: 4 * 3_600_000,
  retry: { attempts: 3, backoffMs: 10_000 },
  exclusive: ({ kind: what }) => what,
  async run({ runFullPass }, run) {
    return { ...(await runFullPass.execute(run.payload.kind, run.signal, run)) };
  },
});

export const selfCheck = defineJob<{ runFullPass: Pick<RunFullPass, 'execute'> }, object>({
  id: 'checks.self-check',
  title: 'Prove that the stored outcomes are what a full evaluation finds',
  schedule: '10 5 * * *',
  payload: z.strictObject({}),
  timeoutMs: 4 * 3_600_000,
  retry: { attempts: 3, backoffMs: 10_000 },
  exclusive: () => 'all',
  async run({ runFullPass }, run) {
    return { ...(await runFullPass.execute('self-check', run.signal, run)) };
  },
});

const asked = z.strictObject({ id: z.uuid() });

export const whatIf = defineJob<{ askWhatIf: Pick<AskWhatIf, 'run'> }, z.output<typeof asked>>({
  id: 'checks.what-if',
  title: 'Tell what a change of policies would do',
  payload: asked,
  timeoutMs: 4 * 3_600_000,
  retry: { attempts: 3, backoffMs: 10_000 },
  exclusive: ({ id }) => id,
  run: ({ askWhatIf }, run) => askWhatIf.run(run.payload.id, run.signal),
});
