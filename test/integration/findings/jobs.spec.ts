import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExpireExceptions } from '../../../src/findings/operations/expire-exceptions.js';
import { PlanWaves } from '../../../src/findings/operations/plan-waves.js';
import { WorkOutDue } from '../../../src/findings/operations/work-out-due.js';
import { WavePlansRepository } from '../../../src/findings/wave-plans.repository.js';
import { startApp, type TestApp } from '../../support/app.js';
import { importFile, ndjson } from '../../support/files.js';

const DAY = 86_400_000;

describe('the jobs of findings', () => {
  let t: TestApp;
  let policy: string;
  const keys = (name: string, count: number) =>
    ndjson(
      Array.from({ length: count }, (_none, n) => [
        { entity: 'identity', id: `${name}-${n}`, name: `${name}-${n}`, createdAt: '2024-01-01' },
        {
          entity: 'credential',
          id: `key-${name}-${n}`,
          identity: `${name}-${n}`,
          kind: 'access-key',
          canExpire: false,
          issuedAt: new Date(t.clock.now().getTime() - (100 + n * 20) * DAY).toISOString(),
        },
      ]).flat(),
    );
  const dates = () =>
    t.sql<{ id: string; wave: number | null; due_at: Date }>(
      `SELECT id, wave, due_at, due_basis, due_because FROM findings WHERE status <> 'resolved' ORDER BY id`,
    );

  beforeAll(async () => {
    t = await startApp();
    await importFile(t, { format: 'ndjson', source: 'first' }, keys('first', 9));
    policy = (
      await t.call('POST', '/api/v1/policies', {
        token: await t.token('policy-author'),
        body: {
          name: 'Keys',
          mode: 'notify',
          checks: [{ id: 'credential-age-within-limit' }],
          waves: { weeks: 3 },
        },
      })
    ).body.id;
    await t.settle();
  });
  afterAll(() => t.close());

  it('make the same plan when they are run again', async () => {
    const before = await dates();
    expect(new Set(before.map(({ wave }) => wave))).toContain(3);
    const plan = t.app.nest.get(PlanWaves);
    expect(await plan.follow(policy)).toMatchObject({ moved: 0 });
    expect(await plan.execute()).toEqual({ planned: 0, joined: 0 });
    expect(await t.app.nest.get(WorkOutDue).execute(null, 'again')).toMatchObject({ moved: 0 });
    expect(await dates()).toEqual(before);
  });

  it('finish a plan that was broken off', async () => {
    const before = await dates();
    // As it stands after a process was killed: weeks given, due dates not worked out, the plan not settled.
    await t.sql(
      `UPDATE findings SET wave = NULL, due_at = due_from + interval '21 days', due_days = 21 WHERE due_basis = 'wave'`,
    );
    await t.sql('UPDATE wave_plans SET settled_at = NULL');
    await t.app.database.transaction((tx) => tx.use(WavePlansRepository).spread(policy, 3));
    expect(await dates()).not.toEqual(before);
    await t.app.nest.get(PlanWaves).execute();
    expect(await dates()).toEqual(before);
    const [row] = await t.sql<{ settled_at: Date | null }>('SELECT settled_at FROM wave_plans');
    expect(row!.settled_at).not.toBeNull();
  });

  it('wait for the first run to be over before they make a plan, but not for ever', async () => {
    await t.sql('UPDATE wave_plans SET settled_at = NULL, asked_at = $1', [new Date(t.clock.now().getTime() + DAY)]);
    expect(await t.app.nest.get(PlanWaves).execute()).toEqual({ planned: 0, joined: 0 });
    await t.sql('UPDATE wave_plans SET asked_at = $1', [new Date(t.clock.now().getTime() - 2 * DAY)]);
    await t.app.nest.get(PlanWaves).execute();
    const [row] = await t.sql<{ settled_at: Date | null }>('SELECT settled_at FROM wave_plans');
    expect(row!.settled_at).not.toBeNull();
  });

  it('put what turns up late into the week of its rank, but not into one that is over', async () => {
    const late = async (rank: number) => {
      await t.sql(
        `UPDATE findings SET wave = NULL, rank = $1 WHERE id = (SELECT id FROM findings WHERE due_basis = 'wave' ORDER BY id LIMIT 1)`,
        [rank],
      );
      await t.app.nest.get(PlanWaves).execute();
      const [row] = await t.sql<{ wave: number }>(
        `SELECT wave FROM findings WHERE due_basis = 'wave' ORDER BY id LIMIT 1`,
      );
      return row!.wave;
    };
    expect(await late(100)).toBe(1);
    expect(await late(0)).toBe(3);
    t.clock.advance({ days: 8 });
    expect(await late(100)).toBe(2);
  });

  it('end each exception once, however many run at once', async () => {
    const { data } = (await t.call('GET', '/api/v1/findings?status=open&check=credential-age-within-limit&limit=3'))
      .body;
    const [engineer, acceptor] = [await t.token('iam-engineer'), await t.token('risk-acceptor')];
    for (const { id } of data) {
      const asked = await t.call('POST', `/api/v1/findings/${id}/exceptions`, {
        token: engineer,
        body: {
          reason: 'r',
          compensatingControl: 'c',
          expiresAt: new Date(t.clock.now().getTime() + DAY).toISOString(),
        },
      });
      expect((await t.call('POST', `/api/v1/exceptions/${asked.body.id}/approve`, { token: acceptor })).status).toBe(
        200,
      );
    }
    const expire = t.app.nest.get(ExpireExceptions);
    expect(await expire.execute()).toEqual({ expired: 0 });
    t.clock.advance({ days: 1 });
    const runs = await Promise.all([expire.execute(), expire.execute(), expire.execute()]);
    expect(runs.reduce((sum, { expired }) => sum + expired, 0)).toBe(3);
    expect(await expire.execute()).toEqual({ expired: 0 });
    const [ended] = await t.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM finding_events WHERE type = 'exception-ended'`,
    );
    expect(ended!.count).toBe(3);
    expect(await t.sql('SELECT * FROM excepted_outcomes')).toEqual([]);
  });
});
