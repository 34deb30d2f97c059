import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { FactsOf, SubjectType } from './facts.js';
import type { ControlMapping } from './controls.js';
import type { CheckCode } from './crosswalk.ids.js';

/** Milliseconds since 1970, UTC. Facts hold instants as numbers: they are streamed a million at a time. */
export type Instant = number & { readonly __brand: 'epoch-ms' };

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * What a check says of one subject. `until` is the instant at which time alone could turn it (it may come early, never
 * late); absent means that only a change of the facts can.
 */
export type Outcome =
  | { readonly result: 'pass'; readonly until?: Instant }
  | {
      readonly result: 'fail';
      /** Names the cause, never the degree: with check and subject it is what the finding is. kebab-case. */
      readonly reason: string;
      /**
       * Since when the rule is broken. Where the facts do not tell when it began, the first moment it could have (the day
       * the subject was first seen, say): time alone never moves it, or every evaluation would look like a change.
       */
      readonly since: Instant;
      /** Where it differs from the check's own; worsening raises it on the same finding. */
      readonly severity?: Severity;
      /** Instants, names and counts that show why. Never an age (stale the day after), never a secret. */
      readonly evidence: Readonly<Record<string, unknown>>;
      readonly until?: Instant;
    }
  | { readonly result: 'not-applicable'; readonly why: string; readonly until?: Instant }
  /** The inventory is not good enough to say. Never shown as a pass. */
  | { readonly result: 'not-evaluated'; readonly missing: string; readonly until?: Instant };

/** What a parameter is, for whoever sets it. */
export interface ParameterNote {
  readonly unit: 'days' | 'hours' | 'count' | 'share' | 'list' | 'map of days' | 'level' | 'flag';
  /** Where the default comes from: a framework's rule, or our own choice. Shown beside the number. */
  readonly source: string;
  /** True where no framework gives a number: the organisation has to decide. */
  readonly organisationDecides: boolean;
}

export interface Check<
  S extends SubjectType = SubjectType,
  P extends object = object,
  F extends keyof FactsOf[S] = keyof FactsOf[S],
> {
  /** The good state, and the folder's name. No vendor, no number, no control id. */
  readonly id: string;
  /** Its code in the crosswalk, where it has one: the label auditors see. */
  readonly code: CheckCode | null;
  /** Rises when the meaning changes. */
  readonly version: number;
  readonly title: string;
  readonly risk: string;
  readonly remediation: string;
  readonly severity: Severity;
  readonly subject: S;
  /** The facts it reads, and the only ones it is given: a pass over a million subjects reads no others. */
  readonly facts: readonly F[];
  /**
   * Resource types it reads beside the subject's own: a gap in one of them shows this check as not evaluated there.
   * `*` in the place of the part before the dot stands for every connector ('*.access-key').
   */
  readonly reads: readonly string[];
  readonly controls: readonly ControlMapping[];
  /** Checks on the same subject whose failure is pointless to work on while this one fails. */
  readonly supersedes?: readonly string[];
  /** It judges approvals themselves, which may take several to hold: it is never a condition of giving one. */
  readonly judgesApproval?: boolean;
  /** A use may turn a pass of it into a failure; of all others, a use only ever prolongs a pass. */
  readonly useMayBreak?: boolean;
  readonly parameters: P;
  /** Checks what a policy sets. */
  readonly parameterSchema: StandardSchemaV1<unknown, P>;
  readonly parameterNotes: { readonly [Name in keyof P]: ParameterNote };
  evaluate(facts: Pick<FactsOf[S], F>, parameters: P, now: Instant): Outcome;
}

export const defineCheck = <S extends SubjectType, P extends object, const F extends keyof FactsOf[S]>(
  check: Check<S, P, F>,
): Check<S, P, F> => check;

const DAY = 86_400_000;
const HOUR = 3_600_000;
export const days = (n: number): number => n * DAY;
export const hours = (n: number): number => n * HOUR;
export const plus = (at: Instant, ms: number): Instant => (at + ms) as Instant;

/** The earliest of the instants that are there; undefined when none is. */
export function earliest(...instants: readonly (Instant | null | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const at of instants) if (at !== null && at !== undefined && (first === undefined || at < first)) first = at;
  return first;
}
/** An instant at which something would turn if it did not end first; what has ended turns no more. */
export const unlessEnded = (at: Instant | undefined, endsAt: Instant | null): Instant | undefined =>
  at !== undefined && endsAt !== null && endsAt <= at ? undefined : at;
export function latest(...instants: readonly (Instant | null | undefined)[]): Instant | undefined {
  let last: Instant | undefined;
  for (const at of instants) if (at !== null && at !== undefined && (last === undefined || at > last)) last = at;
  return last;
}

export const pass = (until?: Instant): Outcome =>
  until === undefined ? { result: 'pass' } : { result: 'pass', until };
export const notApplicable = (why: string, until?: Instant): Outcome =>
  until === undefined ? { result: 'not-applicable', why } : { result: 'not-applicable', why, until };
export const notEvaluated = (missing: string, until?: Instant): Outcome =>
  until === undefined ? { result: 'not-evaluated', missing } : { result: 'not-evaluated', missing, until };
export const fail = (
  reason: string,
  since: Instant,
  evidence: Readonly<Record<string, unknown>>,
  more: { readonly severity?: Severity; readonly until?: Instant } = {},
): Outcome => ({
  result: 'fail',
  reason,
  since,
  evidence,
  ...(more.severity ? { severity: more.severity } : {}),
  ...(more.until !== undefined ? { until: more.until } : {}),
});

/** Names for evidence, in an order that does not depend on the reading: the first `atMost`, and how many there are if more. */
export function listed(name: string, values: readonly string[], atMost = 20): Record<string, unknown> {
  if (values.length === 0) return {};
  const named = [...values].sort().slice(0, atMost);
  return values.length > atMost ? { [name]: named, [`${name}Count`]: values.length } : { [name]: named };
}

/** An instant for evidence. */
export const iso = (at: Instant | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString();
