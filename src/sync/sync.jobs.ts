import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { EndLostRuns } from './operations/end-lost-runs.js';
import type { RequestSync } from './operations/request-sync.js';
import type { RunSync } from './operations/run-sync.js';

const ATTEMPTS = 5;
const payload = z.strictObject({ runId: z.uuid() });

export const runSync = defineJob<{ runSync: Pick<RunSync, 'execute'> }, z.output<typeof payload>>({
  id: 'sync.run-sync',
  title: 'Read a source',
  payload,
  timeoutMs: 6 * 3_600_000,
  retry: { attempts: ATTEMPTS, backoffMs: 2_000 },
  exclusive: ({ runId }) => runId,
  run: ({ runSync: operation }, { payload: { runId }, attempt, signal }) =>
    operation.execute(runId, attempt, attempt >= ATTEMPTS, signal),
});

export const readDueSources = defineJob<
  { requestSync: Pick<RequestSync, 'requestDue'>; endLostRuns: Pick<EndLostRuns, 'execute'> },
  object
>({
  id: 'sync.read-due-sources',
  title: 'Ask for the sources whose time to be read has come',
  schedule: '* * * * *',
  payload: z.strictObject({}),
  timeoutMs: 60_000,
  retry: { attempts: 3, backoffMs: 5_000 },
  exclusive: () => 'all',
  async run({ requestSync, endLostRuns }) {
    return { lost: await endLostRuns.execute(), requested: await requestSync.requestDue() };
  },
});

export const readOwnCredentials = defineJob<{ requestSync: Pick<RequestSync, 'requestOwn'> }, object>({
  id: 'sync.read-own-credentials',
  title: "Ask for Mandate's own credentials, because one of them changed",
  payload: z.strictObject({}),
  timeoutMs: 60_000,
  retry: { attempts: 3, backoffMs: 5_000 },
  exclusive: () => 'all',
  async run({ requestSync }) {
    return { requested: await requestSync.requestOwn() };
  },
});
