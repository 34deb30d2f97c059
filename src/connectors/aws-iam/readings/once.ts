import type { Emitted, Reading } from '../../sdk/index.js';

/** A reading that hands each thing on once, although AWS may show it on two pages: what is listed shifts while it is paged. */
export const once = (reading: Reading): Reading => ({
  ...reading,
  async *read(ctx, scope) {
    const seen = new Set<string>();
    for await (const batch of reading.read(ctx, scope)) {
      yield (batch as readonly Emitted[]).filter(({ record: { type, id } }) => {
        const key = `${type} ${id}`;
        return !seen.has(key) && seen.add(key);
      });
    }
  },
});
