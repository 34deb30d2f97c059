import type { IAMClientConfig } from '@aws-sdk/client-iam';

/** The SDK's own extension point for retries: its middleware asks, we only say whether and when. */
type Strategy = Extract<NonNullable<IAMClientConfig['retryStrategy']>, { acquireInitialRetryToken: unknown }>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;
type ErrorInfo = Parameters<Strategy['refreshRetryTokenForRetry']>[1];

const TRANSIENT_BASE_MS = 100;
const THROTTLE_BASE_MS = 500;
const LONGEST_MS = 20_000;

/**
 * Retries of one API: the SDK's standard rules (throttling and transient failures, doubling waits) with a budget that no
 * other API can use up. A success gives back what it cost.
 */
export class RetryBudget implements Strategy {
  private spent = 0;
  private turns = 0;
  /** Of the call that was made last: an aborted run waits for nothing. */
  signal: AbortSignal | null = null;

  constructor(
    private readonly attempts: number,
    private readonly retries: number,
    private readonly pause: (ms: number, signal: AbortSignal) => Promise<void>,
  ) {}

  async acquireInitialRetryToken(): Promise<Token> {
    return tokenOf(0);
  }

  async refreshRetryTokenForRetry(token: Token, { errorType }: ErrorInfo): Promise<Token> {
    const isRetried = errorType === 'THROTTLING' || errorType === 'TRANSIENT';
    if (!isRetried || token.getRetryCount() + 1 >= this.attempts || this.spent >= this.retries)
      throw new Error('no retry');
    this.spent++;
    const longest = Math.min(
      (errorType === 'THROTTLING' ? THROTTLE_BASE_MS : TRANSIENT_BASE_MS) * 2 ** token.getRetryCount(),
      LONGEST_MS,
    );
    await this.pause(Math.round(longest * this.spread()), this.signal ?? new AbortController().signal);
    return tokenOf(token.getRetryCount() + 1);
  }

  recordSuccess(token: Token): void {
    this.spent = Math.max(0, this.spent - token.getRetryCount());
  }

  /** Between a half and one, never the same twice in a row: waits of parallel calls must not fall together. */
  private spread(): number {
    return 0.5 + ((++this.turns * 0.618_034) % 1) / 2;
  }
}

const tokenOf = (count: number): Token =>
  ({ getRetryCount: () => count, getRetryDelay: () => 0, getRetryCost: () => undefined }) as Token;
