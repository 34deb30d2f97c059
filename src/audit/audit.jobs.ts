import { z } from 'zod';
import type { Clock } from '../platform/clock/index.js';
import type { Database } from '../platform/database/index.js';
import { IdempotencyKeysRepository } from '../platform/http/index.js';
import { defineJob } from '../platform/jobs/index.js';

const KEPT_MS = 48 * 3_600_000;

export const forgetIdempotencyKeys = defineJob<{ database: Database; clock: Clock }, object>({
  id: 'http.forget-idempotency-keys',
  title: 'Forget the answers kept for repeated requests after 48 hours',
  schedule: '40 3 * * *',
  payload: z.strictObject({}),
  timeoutMs: 5 * 60_000,
  retry: { attempts: 3, backoffMs: 60_000 },
  exclusive: () => 'all',
  async run({ database, clock }) {
    const before = new Date(clock.now().getTime() - KEPT_MS);
    return { forgotten: await database.transaction((tx) => tx.use(IdempotencyKeysRepository).forgetBefore(before)) };
  },
});
