import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { covers, fits } from './glob.js';

const asRegExp = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]')}$`,
  );
const letters = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 12 });
const plain = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 12 });

const MANY = { numRuns: 20_000 };

describe('patterns of policies', () => {
  it('fit what the same regular expression fits', () => {
    fc.assert(
      fc.property(letters, plain, (pattern, text) => fits(pattern, text) === asRegExp(pattern).test(text)),
      MANY,
    );
  });

  it('cover a narrower pattern only if they fit all that it fits', () => {
    fc.assert(
      fc.property(
        letters,
        letters,
        plain,
        (wide, narrow, text) => !covers(wide, narrow) || !fits(narrow, text) || fits(wide, text),
      ),
      MANY,
    );
  });

  it('are answered at once, however many stars they have', () => {
    const began = performance.now();
    expect(fits(`${'*a'.repeat(2_000)}b`, 'a'.repeat(20_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
