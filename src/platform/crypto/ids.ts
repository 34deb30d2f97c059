import { randomFillSync, randomInt } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from '../clock/index.js';

let last = { msecs: -1, seq: 0 };

/**
 * A UUIDv7 stamped by our clock: sorts by creation, so a list can page by it. Ids that this process makes within one
 * millisecond (or while a test's clock stands still) count up, so that they sort by creation too.
 */
export function newId(clock: Clock): string {
  const msecs = clock.now().getTime();
  // Half of the room is left above the start, so that counting up never wraps.
  last = { msecs, seq: msecs === last.msecs ? last.seq + 1 : randomInt(0x7fff_ffff) };
  return v7({ ...last, random: nextRandom() });
}

/** Asking the system for sixteen bytes at a time takes longer than everything else about a thousand ids. */
const pool = new Uint8Array(4096);
let used = pool.length;
function nextRandom(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.slice(used - 16, used);
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
