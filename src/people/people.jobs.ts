import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { ApplyDatedFacts } from './operations/apply-dated-facts.js';
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

export const applyDatedFacts = defineJob<{ apply: Pick<ApplyDatedFacts, 'execute'> }, object>({
  id: 'people.apply-dated-facts',
  title: 'Make true what was foreseen for people: first days, last days, planned moves',
  schedule: '*/5 * * * *',
  payload: z.strictObject({}),
  timeoutMs: 15 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  run: ({ apply }, { signal }) => apply.execute(signal),
});
