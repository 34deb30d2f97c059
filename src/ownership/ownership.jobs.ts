import { z } from 'zod';
import type { Clock } from '../platform/clock/index.js';
import type { Database } from '../platform/database/index.js';
import { defineJob } from '../platform/jobs/index.js';
import type { AssignTokenOwners } from './operations/assign-token-owners.js';
import type { ApplyRules } from './operations/apply-rules.js';
import type { EscalateSilence } from './operations/escalate-silence.js';
import type { MeasureOwnership } from './operations/measure-ownership.js';
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

export const applyRulesJob = defineJob<{ applyRules: Pick<ApplyRules, 'execute'> }, object>({
  id: 'ownership.apply-rules',
  title: 'Give identities the owners that rules say',
  // Also without a change: a person's last day passes by itself.
  schedule: '*/10 * * * *',
  payload: z.strictObject({}),
  timeoutMs: 60 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  run: ({ applyRules }, { id, signal, usedParameters }) => applyRules.execute(id, signal, { usedParameters }),
});

export const escalateSilenceJob = defineJob<{ escalateSilence: Pick<EscalateSilence, 'execute'> }, object>({
  id: 'ownership.escalate-silence',
  title: 'Remind who was asked to accept, and ask the next where they stay silent',
  schedule: '*/5 * * * *',
  payload: z.strictObject({}),
  timeoutMs: 15 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  run: ({ escalateSilence }, { id, signal }) => escalateSilence.execute(id, signal),
});

export const measureOwnershipJob = defineJob<{ measureOwnership: Pick<MeasureOwnership, 'execute'> }, object>({
  id: 'ownership.measure',
  title: 'Measure how much is owned by somebody who accepted, and how long the rest was not',
  schedule: '40 * * * *',
  payload: z.strictObject({}),
  timeoutMs: 15 * 60_000,
  retry: { attempts: 3, backoffMs: 60_000 },
  exclusive: () => 'all',
  run: ({ measureOwnership }) => measureOwnership.execute(),
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
