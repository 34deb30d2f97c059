import type { Severity } from '../checks/sdk/index.js';
import { DAY_MS } from '../platform/clock/index.js';

/** Days to work a finding off, by severity. Ours: no framework gives these numbers, the organisation decides. */
export const DUE_DAYS: Readonly<Record<Severity, number>> = { critical: 3, high: 14, medium: 30, low: 90 };
const RANK: Readonly<Record<Severity, number>> = { low: 1, medium: 2, high: 3, critical: 4 };

export const isWorse = (a: Severity, b: Severity): boolean => RANK[a] > RANK[b];
export const dueAfter = (severity: Severity, from: Date): Date =>
  new Date(from.getTime() + DUE_DAYS[severity] * DAY_MS);
