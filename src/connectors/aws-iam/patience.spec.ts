import { describe, expect, it } from '@jest/globals';
import { Gate } from './gate.js';
import { RetryBudget } from './retry-budget.js';
import { kept } from './sign-in.js';

const never = new AbortController().signal;
const info = (errorType: 'THROTTLING' | 'TRANSIENT' | 'SERVER_ERROR' | 'CLIENT_ERROR') =>
  ({ errorType, error: new Error('x') }) as Parameters<RetryBudget['refreshRetryTokenForRetry']>[1];

describe('retries of one API', () => {
  const aBudget = (attempts: number, retries: number) => {
    const waits: number[] = [];
    return { waits, budget: new RetryBudget(attempts, retries, async (ms) => void waits.push(ms)) };
  };

  it('wait longer each time, within bounds, and longer when asked to slow down', async () => {
    const { budget, waits } = aBudget(12, 100);
    let token = await budget.acquireInitialRetryToken();
    for (let turn = 0; turn < 10; turn++) token = await budget.refreshRetryTokenForRetry(token, info('THROTTLING'));
    waits.forEach((wait, turn) => {
      const longest = Math.min(500 * 2 ** turn, 20_000);
      expect(wait).toBeGreaterThanOrEqual(longest / 2);
      expect(wait).toBeLessThanOrEqual(longest);
    });
    const other = aBudget(2, 100);
    await other.budget.refreshRetryTokenForRetry(await other.budget.acquireInitialRetryToken(), info('TRANSIENT'));
    expect(other.waits[0]).toBeLessThanOrEqual(100);
  });

  it('are as many as the attempts allow', async () => {
    const { budget } = aBudget(3, 100);
    let token = await budget.acquireInitialRetryToken();
    token = await budget.refreshRetryTokenForRetry(token, info('TRANSIENT'));
    token = await budget.refreshRetryTokenForRetry(token, info('TRANSIENT'));
    await expect(budget.refreshRetryTokenForRetry(token, info('TRANSIENT'))).rejects.toThrow('no retry');
  });

  it.each(['SERVER_ERROR', 'CLIENT_ERROR'] as const)(
    'are not made of what will not get better (%s)',
    async (errorType) => {
      const { budget } = aBudget(3, 100);
      await expect(
        budget.refreshRetryTokenForRetry(await budget.acquireInitialRetryToken(), info(errorType)),
      ).rejects.toThrow('no retry');
    },
  );

  it('run out, and come back with every success', async () => {
    const { budget } = aBudget(9, 2);
    const first = await budget.refreshRetryTokenForRetry(await budget.acquireInitialRetryToken(), info('TRANSIENT'));
    await budget.refreshRetryTokenForRetry(await budget.acquireInitialRetryToken(), info('TRANSIENT'));
    await expect(
      budget.refreshRetryTokenForRetry(await budget.acquireInitialRetryToken(), info('TRANSIENT')),
    ).rejects.toThrow('no retry');
    budget.recordSuccess(first);
    await expect(
      budget.refreshRetryTokenForRetry(await budget.acquireInitialRetryToken(), info('TRANSIENT')),
    ).resolves.toBeDefined();
  });
});

describe('the gate', () => {
  it('lets so many in, and the next when one leaves', async () => {
    const gate = new Gate(2);
    const leave = await gate.enter(never);
    await gate.enter(never);
    let isIn = false;
    const third = gate.enter(never).then(() => (isIn = true));
    await Promise.resolve();
    expect(isIn).toBe(false);
    leave();
    await third;
    expect(isIn).toBe(true);
  });

  it('forgets who stopped waiting, and lets the next one in', async () => {
    const gate = new Gate(1);
    const leave = await gate.enter(never);
    const stop = new AbortController();
    const gone = gate.enter(stop.signal);
    const next = gate.enter(never);
    stop.abort(new Error('told to stop'));
    await expect(gone).rejects.toThrow('told to stop');
    leave();
    await expect(next).resolves.toBeDefined();
  });
});

describe('what is kept to sign with', () => {
  const signing = (expiresInMs?: number) => ({
    accessKeyId: 'a',
    secretAccessKey: 'b',
    ...(expiresInMs === undefined ? {} : { expiration: new Date(expiresInMs) }),
  });

  it('is taken once, however many ask at the same time', async () => {
    let taken = 0;
    const get = kept(
      async () => (taken++, signing()),
      () => 0,
    );
    await Promise.all([get(never), get(never), get(never)]);
    await get(never);
    expect(taken).toBe(1);
  });

  it('is taken anew five minutes before it ends', async () => {
    let taken = 0;
    let now = 0;
    const get = kept(
      async () => (taken++, signing(3_600_000)),
      () => now,
    );
    await get(never);
    now = 3_299_999;
    await get(never);
    expect(taken).toBe(1);
    now = 3_300_000;
    await get(never);
    expect(taken).toBe(2);
  });

  it('is asked for again after it was refused', async () => {
    let taken = 0;
    const get = kept(
      async () => {
        if (taken++ === 0) throw new Error('refused');
        return signing();
      },
      () => 0,
    );
    await expect(get(never)).rejects.toThrow('refused');
    await expect(get(never)).resolves.toBeDefined();
  });
});
