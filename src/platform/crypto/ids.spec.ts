import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../clock/index.js';
import { newId, UUID } from './ids.js';

describe('ids', () => {
  it('sort by creation, also while the clock stands still', () => {
    const clock = new ManualClock('2026-03-01T00:00:00Z');
    const ids = Array.from({ length: 2000 }, (_none, at) => {
      if (at === 1000) clock.advance({ ms: 1 });
      return newId(clock);
    });
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every((id) => UUID.test(id))).toBe(true);
  });
});
