import { isDeepStrictEqual } from 'node:util';

/** One line of the answer. A ratio is cost to floor: lower is better. */
export interface BenchRow {
  readonly row: string;
  readonly n: number;
  readonly ratio: number | null;
  readonly goal: number | null;
  readonly floorMs: number | null;
  readonly ms: number | null;
  readonly rssMb: number;
}

export const note = (text: string): void => void process.stderr.write(`${text}\n`);

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));

/** The most this process ever held. */
export const peakMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** What must be equal for a figure to mean anything. */
export function assertSame(what: string, found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected))
    throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}
