import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { ImportPeople } from './operations/import-people.js';

const payload = z.strictObject({ importId: z.uuid(), confirmed: z.boolean() });

export const importPeople = defineJob<{ importPeople: Pick<ImportPeople, 'run'> }, z.output<typeof payload>>({
  id: 'people.import-people',
  title: 'Check and merge an HR file',
  payload,
  timeoutMs: 30 * 60_000,
  retry: { attempts: 3, backoffMs: 5_000 },
  exclusive: ({ importId }) => importId,
  run: ({ importPeople: operation }, { payload: { importId, confirmed } }) => operation.run(importId, confirmed),
});
