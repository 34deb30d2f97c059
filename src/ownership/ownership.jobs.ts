import { z } from 'zod';
import type { Clock } from '../platform/clock/index.js';
import type { Database } from '../platform/database/index.js';
import { defineJob } from '../platform/jobs/index.js';
import type { AssignTokenOwners } from './operations/assign-token-owners.js';
import { suggestOwners } from './queries/suggest-owners.js';

export const suggestOwnersJob = defineJob<{ database: Database; clock: Clock }, object>({
  id: 'ownership.suggest-owners',
  title: 'Work out who might own what nobody owns',
  schedule: '25 4 * * *',
  payload: z.strictObject({}),
  timeoutMs: 30 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  async run({ database, clock }) {
    return database.transaction((tx) => suggestOwners(tx, clock.now()));
  },
});

export const assignTokenOwners = defineJob<{ assign: Pick<AssignTokenOwners, 'execute'> }, object>({
  id: 'ownership.assign-token-owners',
  title: "Name the owners of Mandate's own tokens for what uses them",
  payload: z.strictObject({}),
  timeoutMs: 5 * 60_000,
  retry: { attempts: 3, backoffMs: 10_000 },
  exclusive: () => 'all',
  run: ({ assign }) => assign.execute(),
});
