import { days, hours, type Instant, latest } from './check.js';
import type { ExpectedUseFact, PersonStanding, UseFacts } from './facts.js';

/** Whether a person can answer for something now, and until when. On leave counts: they come back, and deputies exist. */
export function answers(person: PersonStanding, now: Instant): boolean {
  return person.status !== 'left' && (person.leavesAt === null || now < person.leavesAt);
}

/** Since when a person can no longer answer; undefined while they can, or when the day is not recorded. */
export const goneSince = (person: PersonStanding, now: Instant): Instant | undefined =>
  answers(person, now) ? undefined : person.leavesAt !== null && person.leavesAt <= now ? person.leavesAt : undefined;

export type Idleness =
  | { readonly is: 'used'; readonly idleFrom: Instant; readonly knownToEnd: Instant }
  | { readonly is: 'unused'; readonly since: Instant; readonly knownToEnd: Instant }
  /** Too young, or its data does not reach back far enough yet: `from` is when the answer could come. */
  | { readonly is: 'too-early'; readonly from: Instant; readonly why: string; readonly knownToEnd: Instant }
  | { readonly is: 'unknown'; readonly missing: string; readonly until?: Instant };

/**
 * Whether something was used in the `idleDays` before `now`. "Unused" holds only if the source's usage data covers that
 * whole span (a lag of `maximumUsageLagHours` at its end is tolerated), the thing is at least that old, and no use is
 * recorded in it. Otherwise the answer is unknown: missing telemetry is not inactivity.
 * `knownToEnd` is when the data becomes too old for any answer, if nothing newer is read.
 */
export function idleness(use: UseFacts, existsSince: Instant | null, idleDays: number, maximumUsageLagHours: number, now: Instant): Idleness {
  const { lastUsedAt, useKnownSince, useKnownUntil } = use;
  if (useKnownUntil === null || useKnownSince === null) {
    // A use that is recorded was a use, whatever the coverage: it settles the answer while it is recent.
    if (lastUsedAt !== null && now < lastUsedAt + days(idleDays)) return { is: 'used', idleFrom: (lastUsedAt + days(idleDays)) as Instant, knownToEnd: (lastUsedAt + days(idleDays)) as Instant };
    return { is: 'unknown', missing: 'its source has no usage data that covers the time' };
  }
  const knownToEnd = (useKnownUntil + hours(maximumUsageLagHours)) as Instant;
  if (lastUsedAt !== null && now < lastUsedAt + days(idleDays)) {
    return { is: 'used', idleFrom: (lastUsedAt + days(idleDays)) as Instant, knownToEnd };
  }
  if (now >= knownToEnd) return { is: 'unknown', missing: 'its usage data has not been read recently enough' };
  if (existsSince === null) return { is: 'unknown', missing: 'the source does not say how old it is' };
  const coveredFrom = latest(useKnownSince, existsSince)!;
  const answerFrom = (coveredFrom + days(idleDays)) as Instant;
  // Data that starts after the thing was made, and no use since: before that it may have been used.
  if (now < answerFrom) return { is: 'too-early', from: answerFrom, knownToEnd, why: existsSince >= useKnownSince ? `younger than ${idleDays} days` : `usage data does not reach back ${idleDays} days yet` };
  return { is: 'unused', since: ((lastUsedAt ?? coveredFrom) + days(idleDays)) as Instant, knownToEnd };
}

/** Whether an approved expectation covers being idle now, and until when it does. */
export function excusesIdleness(expected: ExpectedUseFact | null, now: Instant): { readonly excused: boolean; readonly until?: Instant } {
  if (expected === null || expected.pattern === 'continuous' || expected.approvedBy === null) return { excused: false };
  const ends = [expected.approvedUntil, expected.pattern === 'break-glass' || expected.pattern === 'standby' ? null : expected.nextDueAt]
    .filter((at): at is string => at !== null)
    .map((at) => Date.parse(at));
  const end = ends.length === 0 ? undefined : (Math.min(...ends) as Instant);
  if (end !== undefined && now >= end) return { excused: false };
  return end === undefined ? { excused: true } : { excused: true, until: end };
}
