/** Milliseconds since 1970, UTC. Facts hold instants as numbers: they are streamed a million at a time. */
export type Instant = number & { readonly __brand: 'epoch-ms' };

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** The one clock. Everything that asks for the time asks here, so that a test which moves it moves everything. */
export abstract class Clock {
  abstract now(): Date;
  /** The same as milliseconds since 1970. */
  instant(): Instant {
    return this.now().getTime() as Instant;
  }
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}

/** Stands still until it is moved: for tests, and for the demo's story, which plays in sample time. */
export class ManualClock extends Clock {
  private ms: number;
  constructor(start: Date | string) {
    super();
    this.ms = new Date(start).getTime();
  }
  now(): Date {
    return new Date(this.ms);
  }
  set(to: Date | string): void {
    this.ms = new Date(to).getTime();
  }
  advance(by: { days?: number; hours?: number; minutes?: number; ms?: number }): void {
    this.ms += (by.days ?? 0) * DAY_MS + (by.hours ?? 0) * HOUR_MS + (by.minutes ?? 0) * 60_000 + (by.ms ?? 0);
  }
}
