import { z } from 'zod';
import { defineJob } from '../platform/jobs/index.js';
import type { ExpireExceptions } from './operations/expire-exceptions.js';
import type { PlanWaves } from './operations/plan-waves.js';
import type { WorkOutDue } from './operations/work-out-due.js';

const nothing = z.strictObject({});

export const expireExceptions = defineJob<{ expireExceptions: Pick<ExpireExceptions, 'execute'> }, object>({
  id: 'findings.expire-exceptions',
  title: 'End the exceptions whose time is up',
  schedule: '* * * * *',
  payload: nothing,
  timeoutMs: 10 * 60_000,
  retry: { attempts: 5, backoffMs: 5_000 },
  exclusive: () => 'all',
  run: ({ expireExceptions: operation }, run) => operation.execute(run.signal),
});

const policy = z.strictObject({ policy: z.uuid() });

export const followPolicy = defineJob<{ planWaves: Pick<PlanWaves, 'follow'> }, z.output<typeof policy>>({
  id: 'findings.follow-policy',
  title: 'Work due dates out by what a policy says now',
  payload: policy,
  timeoutMs: 60 * 60_000,
  retry: { attempts: 5, backoffMs: 5_000 },
  exclusive: ({ policy: id }) => id,
  run: ({ planWaves }, run) => planWaves.follow(run.payload.policy, run.signal),
});

export const planWaves = defineJob<{ planWaves: Pick<PlanWaves, 'execute'> }, object>({
  id: 'findings.plan-waves',
  title: 'Spread first runs over the weeks of their plans',
  schedule: '*/5 * * * *',
  payload: nothing,
  timeoutMs: 60 * 60_000,
  retry: { attempts: 5, backoffMs: 5_000 },
  exclusive: () => 'all',
  run: ({ planWaves: operation }, run) => operation.execute(run.signal),
});

export const moveDueDates = defineJob<{ workOutDue: Pick<WorkOutDue, 'execute'> }, object>({
  id: 'findings.move-due-dates',
  title: 'Work due dates out by the calendars as they are now',
  payload: nothing,
  timeoutMs: 4 * 3_600_000,
  retry: { attempts: 5, backoffMs: 10_000 },
  exclusive: () => 'all',
  run: ({ workOutDue }, run) => workOutDue.execute(null, 'a calendar changed', run.signal),
});
