import type { Severity } from '../checks/sdk/index.js';

const RANK: Readonly<Record<Severity, number>> = { low: 1, medium: 2, high: 3, critical: 4 };

export const isWorse = (a: Severity, b: Severity): boolean => RANK[a] > RANK[b];
