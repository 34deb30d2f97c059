import { describe, expect, it } from '@jest/globals';
import { compileSelector, type Selector } from './selector.js';
import { selectorCondition } from './selector-sql.js';

const NOW = new Date('2026-03-01T00:00:00Z');
const matches = (selector: Selector, facts: object): boolean => {
  const compiled = compileSelector(selector, 'identity');
  return compiled === 'nothing' ? false : compiled === null || compiled(facts, NOW.getTime());
};

describe('a selector', () => {
  it('takes names with a star for anything, and nothing else for a pattern', () => {
    expect(matches({ names: ['prod-*'] }, { identityName: 'prod-a' })).toBe(true);
    expect(matches({ names: ['prod-*'] }, { identityName: 'a-prod-a' })).toBe(false);
    expect(matches({ names: ['a.b'] }, { identityName: 'axb' })).toBe(false);
    expect(matches({ names: ['a.b', 'axb'] }, { identityName: 'axb' })).toBe(true);
    expect(matches({ names: ['*'] }, {})).toBe(false);
  });

  it('takes accounts by their own ids', () => {
    expect(matches({ accounts: ['111122223333'] }, { account: '111122223333' })).toBe(true);
    expect(matches({ accounts: ['111122223333'] }, { account: null })).toBe(false);
  });

  it('binds every value in SQL and never writes one into the text', () => {
    const value = "'; DROP TABLE persons; --";
    const condition = selectorCondition(
      { environments: [value], names: [value], accounts: [value], tags: { [value]: value, any: null }, kinds: [value] },
      (name) => `f.${name}`,
      NOW,
    );
    expect(condition.text).not.toContain('DROP');
    expect(condition.values.flat()).toContain(value);
  });

  it('refuses in SQL what it does not know, so that nothing is widened', () => {
    expect(() => selectorCondition({ mood: ['good'] } as never, () => 'x', NOW)).toThrow('mood');
  });

  it('is about nothing where it asks what no identity has', () => {
    expect(selectorCondition({ credentialKinds: ['api-key'] }, () => 'x', NOW).text).toBe('FALSE');
    expect(selectorCondition({ subjects: ['source'] }, () => 'x', NOW).text).toBe('FALSE');
    expect(selectorCondition({}, () => 'x', NOW).text).toBe('TRUE');
  });
});
