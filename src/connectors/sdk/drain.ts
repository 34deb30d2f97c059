import { ConnectorBug, VendorFailure } from './connector.js';

export interface VendorPage<T> {
  readonly items: readonly T[];
  /** Null or empty at the end. */
  readonly next: string | null | undefined;
}

/** More pages than any listing we read can have: an endless one is an error, never silently cut short. */
const MAX_PAGES = 100_000;

/** Walks every page of a listing. The guards live here once, so that no connector can forget them. */
export async function* drain<T>(
  what: string,
  read: (cursor: string | undefined) => Promise<VendorPage<T>>,
  maxPages = MAX_PAGES,
): AsyncGenerator<readonly T[]> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < maxPages; pages++) {
    const page = await read(cursor);
    if (!Array.isArray(page.items)) throw new ConnectorBug(`${what}: a page without items`);
    yield page.items;
    if (page.next === null || page.next === undefined || page.next === '') return;
    // The vendor's paging, not ours, goes round in circles: what was read so far is not the whole.
    if (seen.has(page.next))
      throw new VendorFailure(
        `${what}: the source gave the same page mark twice, so its list cannot be read to the end`,
        'malformed',
      );
    seen.add(page.next);
    cursor = page.next;
  }
  throw new VendorFailure(`${what}: more than ${maxPages} pages; the source's list does not end`, 'malformed');
}

/** All items of a listing that is known to be short. */
export async function drainAll<T>(
  what: string,
  read: (cursor: string | undefined) => Promise<VendorPage<T>>,
  maxPages = 1_000,
): Promise<T[]> {
  const all: T[] = [];
  for await (const items of drain(what, read, maxPages)) all.push(...items);
  return all;
}

/** Runs `work` over `items`, at most `width` at a time, and yields results in order. The first failure ends it. */
export async function* inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const queue: Promise<R>[] = [];
  let next = 0;
  const start = () => {
    const running = work(items[next++]!);
    running.catch(() => undefined); // it is awaited below, in its turn; until then it must not count as unhandled
    queue.push(running);
  };
  while (next < items.length && queue.length < width) start();
  while (queue.length > 0) {
    const done = await queue.shift()!;
    if (next < items.length) start();
    yield done;
  }
}
