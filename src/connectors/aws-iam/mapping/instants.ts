import type { Iso } from '../../sdk/index.js';

/** An instant of the source as we write it; null where it has none. Throws on a text that is no instant. */
export function iso(value: Date | string | number | null | undefined): Iso | null {
  if (value === null || value === undefined || value === '') return null;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new RangeError('a time that is none');
  return date.toISOString();
}

export const isoAt = (ms: number): Iso => new Date(ms).toISOString();

const DAY_MS = 86_400_000;

/** AWS keeps the use of roles and services this long. */
export const TRACKING_DAYS = 400;
/** To the full day: what is known since when should not look changed with every reading. */
export const trackedSince = (now: number): number => Math.ceil(now / DAY_MS - TRACKING_DAYS) * DAY_MS;

/** From when on AWS recorded the use of access keys, and of passwords. */
export const KEYS_TRACKED_SINCE = Date.UTC(2015, 3, 22);
export const PASSWORDS_TRACKED_SINCE = Date.UTC(2014, 9, 20);

export const later = (one: Iso | null, other: number): Iso =>
  isoAt(Math.max(one === null ? 0 : Date.parse(one), other));

export const latest = (instants: readonly (Iso | null)[]): Iso | null =>
  instants.reduce((last, at) => (at !== null && (last === null || at > last) ? at : last), null);
