import { setFlagsFromString } from 'node:v8';

/** By so many percent what lives may grow before it is collected: as the start scripts say, and while bulk work runs. */
const [USUAL, TIGHT] = [100, 30];

let running = 0;

/**
 * Runs bulk work in little memory: a million records pass through, and what is left of them is collected before it has
 * piled up. Collecting that often all the time would make whoever waits for a page wait for it: once a second for 50 ms,
 * as was measured. V8 reads the setting at every collection.
 */
export async function withTightHeap<T>(work: () => Promise<T>): Promise<T> {
  if (running++ === 0) setFlagsFromString(`--heap-growing-percent=${TIGHT}`);
  try {
    return await work();
  } finally {
    if (--running === 0) setFlagsFromString(`--heap-growing-percent=${USUAL}`);
  }
}
