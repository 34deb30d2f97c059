import type { Severity, SubjectType } from '../sdk/index.js';
import type { AnyCheck } from './load-checks.js';
import { compileSelector, compileTurning, factsRead, type Selector } from '../../subjects/index.js';

export type Mode = 'observe' | 'notify' | 'enforce';

/** A policy as it decides. */
export interface DecidingPolicy {
  readonly id: string;
  readonly selector: Selector;
  readonly mode: Mode;
  /** Empty = it speaks of every check; else of these alone. */
  readonly checks: readonly {
    readonly id: string;
    readonly enabled: boolean;
    readonly severity?: Severity | undefined;
    readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  }[];
}

/** What a policy says of one check. */
export interface Decision {
  readonly policyId: string;
  readonly enabled: boolean;
  readonly severity: Severity;
  /** Set when the policy fixes the severity; else a check may raise it by itself. */
  readonly severityFixed: boolean;
  readonly parameters: object;
  readonly mode: Mode;
}

interface Way {
  readonly matches: ((facts: never, now: number) => boolean) | null;
  readonly turnsAt: ((facts: never, now: number) => number | undefined) | null;
  readonly decision: Decision;
  /** The decision as text, to see whether two are the same. */
  readonly key: string;
}

/** Finds, for one kind of subject, which policy decides about each check: the first in order whose selector matches. */
export class Decisions {
  private readonly byCheck = new Map<string, { readonly ways: readonly Way[]; readonly moves: boolean }>();

  constructor(
    readonly subject: SubjectType,
    checks: readonly AnyCheck[],
    policies: readonly DecidingPolicy[],
  ) {
    const selectors: string[] = [];
    for (const check of checks) {
      const ways: Way[] = [];
      for (const policy of policies) {
        const own = policy.checks.find(({ id }) => id === check.id);
        if (!own && policy.checks.length > 0) continue;
        const matches = compileSelector(policy.selector, subject);
        if (matches === 'nothing') continue;
        const decision: Decision = {
          policyId: policy.id,
          enabled: own?.enabled ?? true,
          severity: own?.severity ?? check.severity,
          severityFixed: own?.severity !== undefined,
          parameters: { ...(check.parameters as object), ...own?.parameters },
          mode: policy.mode,
        };
        ways.push({
          matches,
          turnsAt: compileTurning(policy.selector, subject),
          decision,
          key: JSON.stringify(decision),
        });
        selectors.push(`${check.id} ${JSON.stringify(policy.selector)} ${ways.at(-1)!.key}`);
        if (matches === null) break;
      }
      this.byCheck.set(check.id, { ways, moves: ways.some(({ turnsAt }) => turnsAt !== null) });
    }
    this.selectors = selectors;
  }
  private readonly selectors: readonly string[];

  /** The same for two sets of policies that decide alike about every subject of this kind. */
  fingerprint(): string {
    return this.selectors.join('\n');
  }

  /** What is decided, as text; null as `of`. */
  keyOf(checkId: string, facts: never, now: number): string | null {
    for (const { matches, key } of this.byCheck.get(checkId)!.ways)
      if (matches === null || matches(facts, now)) return key;
    return null;
  }

  /** Whether any policy has the check applied to any subject of this kind. */
  isAsked(checkId: string): boolean {
    return this.byCheck.get(checkId)!.ways.some(({ decision }) => decision.enabled);
  }

  /** What is decided of a check for every subject at every time, null where that is nothing; undefined = it depends. */
  always(checkId: string): Decision | null | undefined {
    const [first] = this.byCheck.get(checkId)!.ways;
    if (first === undefined) return null;
    return first.matches === null && first.turnsAt === null ? first.decision : undefined;
  }

  /** Null when no policy speaks of the check for this subject. */
  of(checkId: string, facts: never, now: number): Decision | null {
    for (const { matches, decision } of this.byCheck.get(checkId)!.ways)
      if (matches === null || matches(facts, now)) return decision;
    return null;
  }

  /** When time alone may hand the check to another policy: only policies up to the one that decides can do that. */
  turnsAt(checkId: string, facts: never, now: number): number | undefined {
    const { ways, moves } = this.byCheck.get(checkId)!;
    if (!moves) return undefined;
    let first: number | undefined;
    for (const { matches, turnsAt } of ways) {
      const at = turnsAt?.(facts, now);
      if (at !== undefined && (first === undefined || at < first)) first = at;
      if (matches === null || matches(facts, now)) break;
    }
    return first;
  }
}

/** The facts that the selectors of some policies look at. */
export const factsOfPolicies = (policies: readonly DecidingPolicy[]): readonly string[] => [
  ...new Set(policies.flatMap(({ selector }) => factsRead(selector))),
];
