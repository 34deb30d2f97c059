import { describe, expect, it } from '@jest/globals';
import { CannotUnseal, Sealing } from './sealing.js';

describe('a sealed secret', () => {
  const sealing = new Sealing('a key of this installation, long enough');
  const sealed = sealing.seal('whsec_abc', 'webhook 1');

  it('opens where it was sealed for, and shows nothing of itself', () => {
    expect(sealing.open(sealed, 'webhook 1')).toBe('whsec_abc');
    expect(sealed).not.toContain('whsec');
    expect(sealing.seal('whsec_abc', 'webhook 1')).not.toBe(sealed);
  });

  it('opens nowhere else, under no other key, and not once it was touched', () => {
    expect(() => sealing.open(sealed, 'webhook 2')).toThrow(CannotUnseal);
    expect(() => new Sealing('another key of another installation').open(sealed, 'webhook 1')).toThrow(CannotUnseal);
    const touched = `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}`;
    expect(() => sealing.open(touched, 'webhook 1')).toThrow(CannotUnseal);
    expect(() => sealing.open('plain', 'webhook 1')).toThrow(CannotUnseal);
  });
});
