import { describe, expect, it } from '@jest/globals';
import { KeyedHasher, keyedHash } from './digests.js';

describe('hashing many texts under one key', () => {
  const texts = ['', 'a', 'Grüße, 東京', 'x'.repeat(100_000), '{"entity":"identity"}'];

  it('gives what one hash gives, of text and of its bytes, whatever came before', () => {
    const hasher = new KeyedHasher('schlüssel|1|');
    for (const text of [...texts, ...texts.toReversed()]) {
      hasher.take(text);
      const ofText = hasher.uuid();
      hasher.take(Buffer.from(text));
      expect([ofText, hasher.uuid()]).toEqual(Array(2).fill(keyedHash('schlüssel|1|', text)));
    }
  });

  it('keeps the words of the last', () => {
    const hasher = new KeyedHasher('key');
    const words = [...hasher.take('text')].map((word) => word.toString(16).padStart(8, '0')).join('');
    expect(words).toBe(keyedHash('key', 'text').replaceAll('-', ''));
  });
});
