import type { Client } from '../../../cli/client.js';
import type { Waiting } from './loading.js';

interface JobRun {
  readonly id: string;
  readonly status: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

/** Waits for a Mandate that works by itself: it can only be asked whether it is done. */
export function waitingOn(breathe: () => Promise<void>): Waiting {
  const runSince = async (client: Client, job: string, since: string): Promise<JobRun> => {
    for (;;) {
      const { data } = await client.get<{ data: JobRun[] }>(`jobs/${job}/runs`, { limit: 5 });
      const run = data.find(({ status, startedAt }) => status === 'succeeded' && startedAt >= since);
      if (run) return run;
      await breathe();
    }
  };
  return {
    breathe,
    async evaluated(client, afterFullPass) {
      let since = new Date(Date.now()).toISOString();
      if (afterFullPass) {
        // It marks what came out differently; the marks are worked off by the job that every mark wakes.
        await client.post('jobs/checks.full-pass/runs', { payload: { kind: 'full' } });
        since = (await runSince(client, 'checks.full-pass', since)).finishedAt!;
      }
      await client.post('jobs/checks.evaluate-due/runs');
      await runSince(client, 'checks.evaluate-due', since);
    },
  };
}
