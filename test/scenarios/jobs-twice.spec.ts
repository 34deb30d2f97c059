import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { definedJobs } from '../../src/platform/jobs/index.js';
import { type SampleApp, startSample } from '../support/sample.js';

/** What a run leaves behind by being one: its own history. */
const OF_RUNNING = new Set(['job_runs', 'job_schedules', 'evaluation_passes']);
/** That somebody asked for a run is recorded each time they do. */
const BY_JOBS = "type <> 'jobs.run-by-hand'";
/** Of the log, what the jobs themselves wrote; of how far webhooks were told it, what of that they still have to be told. */
const COMPARED_AS: Readonly<Record<string, string>> = {
  audit_entries: `(SELECT * FROM audit_entries WHERE ${BY_JOBS})`,
  webhook_cursor: `(SELECT e.id FROM audit_entries e, webhook_cursor c WHERE e.${BY_JOBS} AND (e.xid, e.id) > (c.xid, c.entry_id))`,
};

describe('every job that runs by a schedule', () => {
  let sample: SampleApp;
  let tables: string[];
  let token: string;
  beforeAll(async () => {
    sample = await startSample();
    await sample.load();
    token = await sample.t.token('admin', 'iam-engineer');
    await sample.t.settle();
    const rows = await sample.t.sql<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
    );
    tables = rows.map(({ name }) => name).filter((name) => !OF_RUNNING.has(name));
  });
  afterAll(() => sample.close());

  const everything = async (): Promise<Record<string, string>> => {
    const state: Record<string, string> = {};
    for (const table of tables) {
      const [row] = await sample.t.sql<{ digest: string | null }>(
        `SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) AS digest FROM ${COMPARED_AS[table] ?? table} AS t`,
      );
      state[table] = row!.digest ?? 'empty';
    }
    return state;
  };
  const run = async (id: string): Promise<void> => {
    const { status } = await sample.t.call('POST', `/api/v1/jobs/${id}/runs`, { token, body: {} });
    expect(status).toBe(202);
    await sample.t.settle();
    const { body } = await sample.t.call('GET', `/api/v1/jobs/${id}/runs?limit=1`);
    expect(body.data[0]).toMatchObject({ status: 'succeeded', finishedAt: expect.any(String) });
  };

  it.each(
    definedJobs()
      .filter(({ schedule }) => schedule !== undefined)
      .map(({ id }) => id),
  )('%s leaves the same state when it runs a second time at once', async (id) => {
    await run(id);
    const once = await everything();
    await run(id);
    expect(await everything()).toEqual(once);
  });

  it('is there for each, with a bound on its time and its attempts', () => {
    expect(definedJobs().length).toBeGreaterThan(5);
    for (const { timeoutMs, retry } of definedJobs()) {
      expect(timeoutMs).toBeGreaterThan(0);
      expect(timeoutMs).toBeLessThanOrEqual(24 * 3_600_000);
      expect(retry.attempts).toBeGreaterThan(0);
      expect(retry.attempts).toBeLessThanOrEqual(10);
    }
  });
});
