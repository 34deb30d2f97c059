import { z } from 'zod';
import { type Clock, DAY_MS } from '../platform/clock/index.js';
import type { Database, Tx } from '../platform/database/index.js';
import { defineJob } from '../platform/jobs/index.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { MessagesRepository } from './messages.repository.js';
import type { DeliverWebhooks } from './operations/deliver-webhooks.js';
import type { PlanDigests } from './operations/plan-digests.js';
import type { SendMessages } from './operations/send-messages.js';

const nothing = z.strictObject({});
const TOLD_KEPT_MS = 400 * DAY_MS;
const LOGS_KEPT_MS = 90 * DAY_MS;
const FORGOTTEN_AT_ONCE = 10_000;

export const planDigests = defineJob<{ plan: Pick<PlanDigests, 'execute'> }, object>({
  id: 'notifications.plan-digests',
  title: 'Write one digest for each person whose hour has come and who owes something',
  schedule: '*/5 * * * *',
  payload: nothing,
  timeoutMs: 30 * 60_000,
  retry: { attempts: 3, backoffMs: 30_000 },
  exclusive: () => 'all',
  run: ({ plan }, { signal }) => plan.execute(signal),
});

export const sendMessages = defineJob<{ send: Pick<SendMessages, 'execute'> }, object>({
  id: 'notifications.send-messages',
  title: 'Send the messages that wait',
  schedule: '* * * * *',
  payload: nothing,
  timeoutMs: 20 * 60_000,
  retry: { attempts: 3, backoffMs: 10_000 },
  exclusive: () => 'all',
  run: ({ send }, { signal }) => send.execute(signal),
});

export const deliverWebhooks = defineJob<{ deliver: Pick<DeliverWebhooks, 'execute'> }, object>({
  id: 'notifications.deliver-webhooks',
  title: 'Hand what happened to the webhooks that asked for it',
  schedule: '* * * * *',
  payload: nothing,
  timeoutMs: 20 * 60_000,
  retry: { attempts: 3, backoffMs: 10_000 },
  exclusive: () => 'all',
  run: ({ deliver }, { signal }) => deliver.execute(signal),
});

export const forgetTold = defineJob<{ database: Database; clock: Clock }, object>({
  id: 'notifications.forget-told',
  title: 'Forget the words of old messages, old deliveries of webhooks, and what was told more than a year ago',
  schedule: '50 3 * * *',
  payload: nothing,
  timeoutMs: 20 * 60_000,
  retry: { attempts: 3, backoffMs: 60_000 },
  exclusive: () => 'all',
  async run({ database, clock }, { signal }) {
    const before = (age: number): Date => new Date(clock.now().getTime() - age);
    const told = await database.transaction((tx) => tx.use(MessagesRepository).forgetToldBefore(before(TOLD_KEPT_MS)));
    const untilNone = async (forget: (tx: Tx) => Promise<number>): Promise<number> => {
      let all = 0;
      for (let done = FORGOTTEN_AT_ONCE; done === FORGOTTEN_AT_ONCE && !signal.aborted; all += done)
        done = await database.transaction(forget);
      return all;
    };
    const deliveries = await untilNone((tx) =>
      tx.use(DeliveriesRepository).forgetBefore(before(LOGS_KEPT_MS), FORGOTTEN_AT_ONCE),
    );
    const words = await untilNone((tx) =>
      tx.use(MessagesRepository).forgetWordsBefore(before(LOGS_KEPT_MS), FORGOTTEN_AT_ONCE),
    );
    return { told, deliveries, words };
  },
});
