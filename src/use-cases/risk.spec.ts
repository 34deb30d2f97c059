import { describe, expect, it } from '@jest/globals';
import { riskLevel } from './risk.js';

describe('risk of a use case', () => {
  it.each([
    [1, 1, 'low'],
    [2, 2, 'low'],
    [3, 1, 'moderate'],
    [4, 2, 'moderate'],
    [4, 3, 'high'],
    [5, 1, 'high'],
    [5, 3, 'high'],
    [5, 4, 'critical'],
    [5, 5, 'critical'],
  ] as const)('likelihood %i and consequence %i are %s', (likelihood, consequence, level) => {
    expect(riskLevel(likelihood, consequence)).toBe(level);
    expect(riskLevel(consequence, likelihood)).toBe(level);
  });
  it('is unrated, not low, when one of the two is missing', () => {
    expect([riskLevel(null, 5), riskLevel(5, null)]).toEqual([null, null]);
  });
});
