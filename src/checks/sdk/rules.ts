import { days, hours, type Instant, latest, plus } from './check.js';
import type {
  CredentialFacts,
  ExpectedUseFact,
  IdentityContext,
  OwnershipFacts,
  PersonStanding,
  UseCaseFacts,
  UseFacts,
} from './facts.js';

/** Whether a person can answer for something now, and until when. On leave counts: they come back, and deputies exist. */
export function answers(person: PersonStanding, now: Instant): boolean {
  return person.status !== 'left' && (person.leavesAt === null || now < person.leavesAt);
}

/** Since when a person can no longer answer; undefined while they can, or when the day is not recorded. */
export const goneSince = (person: PersonStanding, now: Instant): Instant | undefined =>
  answers(person, now) ? undefined : person.leavesAt !== null && person.leavesAt <= now ? person.leavesAt : undefined;

/** The one person who was made to answer, still there or not. Who is only proposed was never asked; a team is nobody. */
export const namedOwner = ({
  owner,
  ownershipState,
}: Pick<OwnershipFacts, 'owner' | 'ownershipState'>): PersonStanding | null =>
  ownershipState === 'provisional' || ownershipState === 'accepted' ? owner : null;

/** When the last of those who can answer now will be gone; undefined where one of them stays, or none can answer. */
export function lastOneLeavesAt(people: readonly PersonStanding[], now: Instant): Instant | undefined {
  const there = people.filter((person) => answers(person, now));
  return there.some(({ leavesAt }) => leavesAt === null) ? undefined : latest(...there.map(({ leavesAt }) => leavesAt));
}

/**
 * Why nothing is asked of anybody about an identity; undefined = somebody has to answer for it. What is not known to be
 * a person's own account is governed like one that is not.
 */
export function notGoverned(
  identity: Pick<IdentityContext, 'managedBy' | 'identityStatus' | 'nature' | 'identityKind'>,
): string | undefined {
  if (identity.managedBy !== 'us') return 'whoever provides it manages it';
  if (identity.identityStatus === 'disabled') return 'disabled at its source';
  if (identity.nature === 'human') return "a person's own account";
  if (identity.identityKind === 'group') return 'a group does nothing itself: its members are judged';
  return undefined;
}

/** Why nothing is asked about a use case; undefined = identities work for it, so what it is has to be settled. */
export function notAtWork({
  status,
  liveIdentities,
}: Pick<UseCaseFacts, 'status' | 'liveIdentities'>): string | undefined {
  if (status === 'retired') return 'retired';
  if (liveIdentities === 0) return 'nothing works for it';
  if (status === 'rejected') return 'rejected: what works for it has to stop, not to be described';
  return undefined;
}

/** Why a credential cannot be used now; undefined = as far as is known it can. Expiry goes by the clock, whatever its source says. */
export function outOfUse(
  credential: Pick<CredentialFacts, 'status' | 'identityStatus' | 'expiresAt'>,
  now: Instant,
): string | undefined {
  const { status, identityStatus, expiresAt } = credential;
  if (status === 'disabled') return 'switched off at its source';
  if (identityStatus === 'disabled') return 'its identity is disabled at its source';
  if (expiresAt === null ? status === 'expired' : now >= expiresAt) return 'expired';
  return undefined;
}

export type Idleness =
  | { readonly is: 'used'; readonly idleFrom: Instant; readonly knownToEnd: Instant }
  /**
   * `since`: idle for that long by what is recorded; usage data that slides forward does not move it. `provenSince`: by
   * what the data covers.
   */
  | { readonly is: 'unused'; readonly since: Instant; readonly provenSince: Instant; readonly knownToEnd: Instant }
  /**
   * Nobody can say yet: `from` is when the answer could come. `young`: it has not existed for so long; otherwise its
   * usage data does not reach back that far.
   */
  | {
      readonly is: 'too-early';
      readonly from: Instant;
      readonly young: boolean;
      readonly why: string;
      readonly knownToEnd: Instant;
    }
  | { readonly is: 'unknown'; readonly missing: string; readonly until?: Instant };

/**
 * Whether something was used in the `idleDays` before `now`. "Unused" holds only if the source's usage data covers that
 * whole span (a lag of `maximumUsageLagHours` at its end is tolerated), the thing is at least that old, and no use is
 * recorded in it. Otherwise the answer is unknown: missing telemetry is not inactivity.
 * `knownToEnd` is when the data becomes too old for any answer, if nothing newer is read.
 */
export function idleness(
  use: UseFacts,
  existsSince: Instant | null,
  idleDays: number,
  maximumUsageLagHours: number,
  now: Instant,
): Idleness {
  const { lastUsedAt, useKnownSince, useKnownUntil } = use;
  const covered = useKnownUntil !== null && useKnownSince !== null;
  if (lastUsedAt !== null && now < lastUsedAt + days(idleDays)) {
    // A use that is recorded was a use, whatever the coverage: it settles the answer while it is recent.
    const idleFrom = plus(lastUsedAt, days(idleDays));
    return { is: 'used', idleFrom, knownToEnd: covered ? plus(useKnownUntil, hours(maximumUsageLagHours)) : idleFrom };
  }
  if (existsSince !== null && now < existsSince + days(idleDays)) {
    // No data is needed to know that something young cannot have been idle for so long.
    const from = plus(existsSince, days(idleDays));
    return {
      is: 'too-early',
      from,
      young: true,
      why: `younger than ${idleDays} days`,
      knownToEnd: covered ? plus(useKnownUntil, hours(maximumUsageLagHours)) : from,
    };
  }
  if (!covered) return { is: 'unknown', missing: 'its source has no usage data that covers the time' };
  const knownToEnd = plus(useKnownUntil, hours(maximumUsageLagHours));
  if (now >= knownToEnd) return { is: 'unknown', missing: 'its usage data has not been read recently enough' };
  if (existsSince === null) return { is: 'unknown', missing: 'the source does not say how old it is' };
  const from = plus(useKnownSince, days(idleDays));
  if (now < from)
    return {
      is: 'too-early',
      from,
      young: false,
      why: `usage data does not reach back ${idleDays} days yet`,
      knownToEnd,
    };
  const recorded = latest(existsSince, lastUsedAt)!;
  // What lies before the data is not known to be idle, even where a use from before is recorded.
  return {
    is: 'unused',
    since: plus(recorded, days(idleDays)),
    provenSince: plus(latest(recorded, useKnownSince)!, days(idleDays)),
    knownToEnd,
  };
}

/** The instants at which something approved is due: those up to `now`, the latest and how far they reach back, and the next. */
export interface DueDates {
  /** The latest at or before the instant asked about; null = it is not due yet. */
  readonly last: Instant | null;
  readonly next: Instant | null;
}
export function dueDates({ nextDueAt, everyDays }: ExpectedUseFact, now: Instant): DueDates {
  const first = nextDueAt ? Date.parse(nextDueAt) : NaN;
  if (Number.isNaN(first)) return { last: null, next: null };
  if (now < first) return { last: null, next: first as Instant };
  if (!everyDays) return { last: first as Instant, next: null };
  const last = first + Math.floor((now - first) / days(everyDays)) * days(everyDays);
  return { last: last as Instant, next: (last + days(everyDays)) as Instant };
}

/** Whether a use is approved and awaited, and until when: then it is told that it does not come, and not that it is idle. */
export function awaitsUse(
  expected: ExpectedUseFact | null,
  now: Instant,
): { readonly awaited: boolean; readonly until?: Instant } {
  if (!expected?.approvedBy || expected.pattern === 'standby' || expected.pattern === 'break-glass')
    return { awaited: false };
  const { last, next } = dueDates(expected, now);
  if (expected.pattern !== 'continuous' && last === null && next === null) return { awaited: false };
  if (!expected.approvedUntil) return { awaited: true };
  const end = Date.parse(expected.approvedUntil) as Instant;
  return now < end ? { awaited: true, until: end } : { awaited: false };
}

/**
 * Whether an approved expectation covers being idle now, and until when it does. A use that is due may come up to
 * `graceDays` late: it is done, read and told with a delay. What is due again and again is excused from one time to the
 * next, as `lastUsedAt` shows that it happens.
 */
export function excusesIdleness(
  expected: ExpectedUseFact | null,
  now: Instant,
  graceDays = 0,
  lastUsedAt: Instant | null = null,
): { readonly excused: boolean; readonly until?: Instant } {
  // Members may be missing altogether: the fact is JSON as it was stated.
  if (!expected?.approvedBy || expected.pattern === 'continuous') return { excused: false };
  const ends: number[] = [];
  if (expected.approvedUntil) ends.push(Date.parse(expected.approvedUntil));
  if ((expected.pattern === 'scheduled' || expected.pattern === 'seasonal') && expected.nextDueAt) {
    // What was done when it was due is excused until it is due again; a use a little early was for that day too.
    const due = dueDates(expected, (now - days(graceDays)) as Instant);
    const done = due.last !== null && lastUsedAt !== null && lastUsedAt >= due.last - days(graceDays);
    const owed = due.last !== null && !(done && due.next !== null) ? due.last : due.next;
    // An instant nobody can read excuses nothing, so it must not vanish here.
    ends.push((owed ?? Date.parse(expected.nextDueAt)) + days(graceDays));
  }
  if (ends.length === 0) return { excused: true };
  const end = Math.min(...ends) as Instant;
  // Written so that an instant nobody can read excuses nothing.
  return now < end ? { excused: true, until: end } : { excused: false };
}
