import { z } from 'zod';
import { defineJob } from '../jobs/index.js';
import type { Housekeeping } from './housekeeping.js';

export const clearAway = defineJob<{ housekeeping: Pick<Housekeeping, 'execute'> }, object>({
  id: 'platform.clear-away',
  title: 'Clear away kept answers, broken-off uploads and runs that found nothing to do',
  schedule: '17 * * * *',
  payload: z.strictObject({}),
  timeoutMs: 10 * 60_000,
  retry: { attempts: 3, backoffMs: 60_000 },
  exclusive: () => 'all',
  run: ({ housekeeping }) => housekeeping.execute(),
});
