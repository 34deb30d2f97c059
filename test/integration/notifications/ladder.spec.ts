import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase } from '../../support/database.js';

describe('the ladder', () => {
  let db: Awaited<ReturnType<typeof openTestDatabase>>;
  const value = async <T>(expression: string): Promise<T> =>
    (await db.database.read((tx) => tx.query(`SELECT ${expression} AS value`))).rows[0]!.value as T;
  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());

  it('has a rung at 30, 14, 7, 3, 1 and 0 days and then one a week, and none in between', async () => {
    const rungs = await value<number[]>(
      '(SELECT array_agg(reminder_rung(d) ORDER BY d DESC) FROM generate_series(-30, 40) AS d)',
    );
    const steps: number[] = [];
    for (let at = 1; at < rungs.length; at++) if (rungs[at]! > rungs[at - 1]!) steps.push(40 - at);
    expect(steps).toEqual([30, 14, 7, 3, 1, 0, -7, -14, -21, -28]);
    expect(rungs[0]).toBe(0);
    expect(await value('reminder_rung(NULL)')).toBe(1);
  });

  it('reaches whoever is above once it is overdue for so long, and then every week', async () => {
    const rungs = await value<number[]>(
      '(SELECT array_agg(escalation_rung(-d, 14) ORDER BY d) FROM generate_series(0, 40) AS d)',
    );
    expect(rungs.findIndex((rung) => rung > 0)).toBe(14);
    expect([rungs[20], rungs[21], rungs[27], rungs[28], rungs[35]]).toEqual([1, 2, 2, 3, 4]);
    expect(await value('escalation_rung(NULL, 14)')).toBe(0);
  });

  it('has the steps a thing brings itself, each on its day on the calendar of the reader', async () => {
    const steps = `ARRAY['2026-03-01T10:00:00Z', '2026-03-06T23:30:00Z', '2026-03-11T10:00:00Z']::timestamptz[]`;
    const rungs = (zone: string, at: readonly string[]) =>
      Promise.all(at.map((instant) => value<number>(`steps_rung(${steps}, '${instant}', '${zone}')`)));
    const days = ['2026-02-28T23:59:00Z', '2026-03-01T00:01:00Z', '2026-03-06T08:00:00Z', '2026-03-11T00:00:00Z'];
    expect(await rungs('UTC', days)).toEqual([0, 1, 2, 3]);
    // Half an hour before midnight is the next day in Zurich.
    expect(await rungs('Europe/Zurich', days)).toEqual([1, 1, 1, 3]);
    expect(await value(`steps_rung(${steps}, NULL, 'UTC')`)).toBe(0);
  });

  it.each([
    ["next_local_hour('2026-03-28T06:59:00Z', 'Europe/Zurich', 8)", '2026-03-28T07:00:00.000Z'],
    ["next_local_hour('2026-03-28T07:00:00Z', 'Europe/Zurich', 8)", '2026-03-29T06:00:00.000Z'],
    ["next_local_hour('2026-10-24T06:00:00Z', 'Europe/Zurich', 8)", '2026-10-25T07:00:00.000Z'],
    ["next_local_hour('2026-03-01T08:00:00Z', 'Asia/Kolkata', 8)", '2026-03-02T02:30:00.000Z'],
    ["next_local_hour('2026-03-01T08:00:00Z', 'UTC', 0)", '2026-03-02T00:00:00.000Z'],
  ])('%s is %s, whatever the clocks there do', async (expression, instant) => {
    expect((await value<Date>(expression)).toISOString()).toBe(instant);
  });

  it.each([
    ["after_quiet('2026-03-01T21:00:00Z', 'UTC', '20:00', '07:00')", '2026-03-02T07:00:00.000Z'],
    ["after_quiet('2026-03-01T06:59:00Z', 'UTC', '20:00', '07:00')", '2026-03-01T07:00:00.000Z'],
    ["after_quiet('2026-03-01T07:00:00Z', 'UTC', '20:00', '07:00')", '2026-03-01T07:00:00.000Z'],
    ["after_quiet('2026-03-01T12:30:00Z', 'UTC', '12:00', '13:00')", '2026-03-01T13:00:00.000Z'],
    ["after_quiet('2026-03-01T19:30:00Z', 'Europe/Zurich', '20:00', '07:00')", '2026-03-02T06:00:00.000Z'],
    ["after_quiet('2026-03-01T12:30:00Z', 'UTC', NULL, NULL)", '2026-03-01T12:30:00.000Z'],
    ["after_quiet('2026-03-01T12:30:00Z', 'UTC', '09:00', '09:00')", '2026-03-01T12:30:00.000Z'],
  ])('%s is %s', async (expression, instant) => {
    expect((await value<Date>(expression)).toISOString()).toBe(instant);
  });

  it('counts days on the calendar of whoever reads it', async () => {
    expect(await value(`days_until('2026-03-02T00:30:00Z', '2026-03-01T23:30:00Z', 'UTC')`)).toBe(1);
    expect(await value(`days_until('2026-03-02T00:30:00Z', '2026-03-01T23:30:00Z', 'Europe/Zurich')`)).toBe(0);
  });
});
