import { z } from 'zod';
import { RequestInvalid } from './problem.js';

/** How every list is asked for: by key, never by offset. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'How many at most (1 to 200).' }),
  cursor: z.string().max(2000).optional().meta({ description: 'The `next` of the page before.' }),
};

/** What every list answers. */
export interface Page<T> {
  readonly data: readonly T[];
  /** Give it as `cursor` to read on; null at the end. */
  readonly next: string | null;
}

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ data: z.array(item), next: z.string().nullable() });

/** A place in a sorted list: the sort values of the last row that was given. */
export type Keys = readonly (string | number | null)[];

export const encodeCursor = (keys: Keys): string => Buffer.from(JSON.stringify(keys)).toString('base64url');

/** The keys behind a cursor, or null without one. A cursor that is not ours is the caller's mistake, told as such. */
export function decodeCursor(cursor: string | undefined, length: number): Keys | null {
  if (cursor === undefined) return null;
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(keys) &&
      keys.length === length &&
      keys.every((key) => key === null || typeof key === 'string' || typeof key === 'number')
    )
      return keys as Keys;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new RequestInvalid([{ parameter: 'cursor', detail: 'is not a cursor this list gave' }]);
}

/** A page out of `limit + 1` rows: the surplus row only tells that there is more. */
export function toPage<T>(rows: readonly T[], limit: number, keysOf: (row: T) => Keys): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? encodeCursor(keysOf(last)) : null };
}
