import { createHash } from 'node:crypto';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Instants before and after the moment the sample begins: everything in it is that old whenever the demo is started. */
export class SampleTime {
  readonly start: number;

  /** To the minute: AWS tells seconds, files tell milliseconds, and both must tell the same. */
  constructor(start: number) {
    this.start = start - (start % 60_000);
  }

  daysAgo(days: number): number {
    return this.start - Math.round(days * DAY);
  }

  daysAhead(days: number): number {
    return this.start + Math.round(days * DAY);
  }

  hoursAgo(hours: number): number {
    return this.start - Math.round(hours * HOUR);
  }
}

export const isoOf = (instant: number): string => new Date(instant).toISOString();
export const dayOf = (instant: number): string => isoOf(instant).slice(0, 10);

/** A whole number from `from` to `to` that looks like chance and is the same for the same name, always. */
export function spread(name: string, from: number, to: number): number {
  const digest = createHash('sha256').update(`sample ${name}`).digest().readUInt32BE(0);
  return from + (digest % (to - from + 1));
}

export const pick = <T>(name: string, among: readonly T[]): T => among[spread(name, 0, among.length - 1)]!;
