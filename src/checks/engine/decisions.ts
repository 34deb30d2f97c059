import type { Severity, SubjectType } from '../sdk/index.js';
import type { AnyCheck } from './load-checks.js';
import { compileSelector, factsOfSelector, type Selector } from './selector.js';

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

/** Finds, for one kind of subject, which policy decides about each check: the first in order whose selector matches. */
export class Decisions {
  private readonly byCheck = new Map<
    string,
    readonly { matches: ((facts: never) => boolean) | null; decision: Decision }[]
  >();

  constructor(
    readonly subject: SubjectType,
    checks: readonly AnyCheck[],
    policies: readonly DecidingPolicy[],
  ) {
    for (const check of checks) {
      const ways: { matches: ((facts: never) => boolean) | null; decision: Decision }[] = [];
      for (const policy of policies) {
        const own = policy.checks.find(({ id }) => id === check.id);
        if (!own && policy.checks.length > 0) continue;
        const matches = compileSelector(policy.selector, subject);
        if (matches === 'nothing') continue;
        ways.push({
          matches,
          decision: {
            policyId: policy.id,
            enabled: own?.enabled ?? true,
            severity: own?.severity ?? check.severity,
            severityFixed: own?.severity !== undefined,
            parameters: { ...(check.parameters as object), ...own?.parameters },
            mode: policy.mode,
          },
        });
        if (matches === null) break;
      }
      this.byCheck.set(check.id, ways);
    }
  }

  /** Whether any policy has the check applied to any subject of this kind. */
  isAsked(checkId: string): boolean {
    return this.byCheck.get(checkId)!.some(({ decision }) => decision.enabled);
  }

  /** Null when no policy speaks of the check for this subject. */
  of(checkId: string, facts: never): Decision | null {
    for (const { matches, decision } of this.byCheck.get(checkId)!)
      if (matches === null || matches(facts)) return decision;
    return null;
  }
}

export const factsOfPolicies = (policies: readonly DecidingPolicy[]): readonly string[] => [
  ...new Set(policies.flatMap(({ selector }) => factsOfSelector(selector))),
];
