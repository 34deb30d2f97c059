import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { MeasureProgramme } from './operations/measure-programme.js';

export const measureProgramme = defineJob<{ measureProgramme: Pick<MeasureProgramme, 'execute'> }, object>({
  id: 'evidence.measure-programme',
  title: 'Write down the figures of the programme for the day',
  schedule: '50 23 * * *',
  payload: z.strictObject({}),
  timeoutMs: 60 * 60_000,
  retry: { attempts: 5, backoffMs: 60_000 },
  exclusive: () => 'all',
  async run({ measureProgramme: operation }, run) {
    return { ...(await operation.execute(run)) };
  },
});
