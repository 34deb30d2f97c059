import { type GapCause, inParallel, type ReadContext, type Scope, VendorFailure } from '../../sdk/index.js';
import type { Account } from '../account.js';
import { Absent } from '../apis.js';
import { asFailure } from '../answers.js';
import type { Limits } from '../limits.js';
import type { ReadPermission } from '../permissions.js';

/** The account a scope is read through. */
export type AccountOf = (scope: Scope) => Account;

/** The gap a failure makes. What is no gap (a refused sign-in, an aborted run, a mistake of ours) is thrown on. */
export function causeOf(error: unknown, signal: AbortSignal): GapCause {
  signal.throwIfAborted();
  if (error instanceof VendorFailure && error.reason !== 'unauthenticated') return error.toCause();
  throw error;
}

/**
 * Reads one thing for each of many parents. A parent that cannot be read is a gap below it; when nothing can be read, or
 * too much in a row, the API itself is the gap.
 */
export class EachParent {
  private inARow = 0;
  private successes = 0;
  private last: Error | null = null;
  private isOver = false;

  constructor(
    private readonly type: string,
    private readonly permission: ReadPermission,
    private readonly ctx: ReadContext,
    private readonly limits: Pick<Limits, 'failuresInARow' | 'inFlight'>,
  ) {}

  /** What `read` gives for each parent; nothing, with a gap said, where it fails. A parent that is gone has nothing. */
  async *over<P, T>(
    parents: readonly P[],
    idOf: (parent: P) => string,
    read: (parent: P) => Promise<readonly T[]>,
  ): AsyncGenerator<readonly T[]> {
    yield* batches(inParallel(parents, this.limits.inFlight, (parent) => this.of(idOf(parent), () => read(parent))));
    if (this.last !== null && this.successes === 0) throw this.last;
  }

  private async of<T>(parent: string, read: () => Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      const found = await read();
      this.successes++;
      this.inARow = 0;
      return found;
    } catch (error) {
      if (error instanceof Absent) return [];
      const failure = asFailure(error, this.permission);
      const cause = causeOf(failure, this.ctx.signal);
      this.last = failure as Error;
      this.inARow++;
      // What still runs when the reading is given up has nothing more to say.
      if (this.isOver) return [];
      // Refusals are told parent by parent (policies can be about some users only), unless nobody at all could be read.
      this.isOver = this.inARow >= this.limits.failuresInARow && (this.successes === 0 || cause.reason !== 'forbidden');
      if (this.isOver) throw failure;
      this.ctx.gap({ type: this.type, parent, ...cause });
      return [];
    }
  }
}

/** Collects into batches, so that what is handed on is neither one thing at a time nor everything at once. */
async function* batches<T>(source: AsyncIterable<readonly T[]>, size = 200): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const items of source) {
    batch.push(...items);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
