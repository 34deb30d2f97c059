import { invalidInput } from './errors.js';
import type { Call } from './call.js';
import type { Answer, Wire } from './xml.js';

/** How many items AWS gives when nobody says how many. */
const DEFAULT_ITEMS = 100;

/** One page of a listing: honours MaxItems and Marker, and says IsTruncated. */
export function page<T>(call: Call, name: string, items: Iterable<T>, show: (item: T) => Wire): Answer {
  const { from, size } = window(call);
  const shown: Wire[] = [];
  let index = 0;
  let more = false;
  for (const item of items) {
    if (index >= from + size) {
      more = true;
      break;
    }
    if (index >= from) shown.push(show(item));
    index++;
  }
  return { [name]: shown, IsTruncated: more, ...(more ? { Marker: markerAt(from + size) } : {}) };
}

/** Where a page begins and how long it may be. */
export function window(call: Call): { from: number; size: number } {
  const size = Number(call.text('MaxItems') ?? DEFAULT_ITEMS);
  if (!Number.isInteger(size) || size < 1 || size > 1000) throw invalidInput('MaxItems must be between 1 and 1000');
  const marker = call.text('Marker');
  if (marker === undefined) return { from: 0, size };
  const from = Number(/^at:(\d+)$/.exec(Buffer.from(marker, 'base64url').toString())?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) throw invalidInput('Invalid Marker');
  return { from, size };
}

export const markerAt = (index: number): string => Buffer.from(`at:${index}`).toString('base64url');
