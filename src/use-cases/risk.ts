import type { RiskLevel } from './use-case.entity.js';

/**
 * Level of a use case from likelihood and consequence, each 1 to 5: the sum of their squares (2 to 50). The bands are
 * ours: low up to 8, moderate up to 24, high from 25 (any 5, or 4 with at least 3), critical from 41 (5 with 4 or 5).
 */
export function riskLevel(likelihood: number | null, consequence: number | null): RiskLevel | null {
  if (likelihood === null || consequence === null) return null;
  const score = likelihood ** 2 + consequence ** 2;
  return score >= 41 ? 'critical' : score >= 25 ? 'high' : score >= 9 ? 'moderate' : 'low';
}
