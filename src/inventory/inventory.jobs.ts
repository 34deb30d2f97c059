import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { FindExpectedUse } from './operations/find-expected-use.js';

export const findExpectedUseJob = defineJob<{ findExpectedUse: Pick<FindExpectedUse, 'execute'> }, object>({
  id: 'inventory.find-expected-use',
  title: 'Find out of how identities are used in what rhythm they are',
  schedule: '50 3 * * *',
  payload: z.strictObject({}),
  timeoutMs: 60 * 60_000,
  retry: { attempts: 3, backoffMs: 60_000 },
  exclusive: () => 'all',
  run: ({ findExpectedUse }, { id, signal }) => findExpectedUse.execute(id, signal),
});
