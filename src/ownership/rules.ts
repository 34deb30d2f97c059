import type { Selector } from '../subjects/index.js';

/** Somebody who is to answer: by name, as holder of a position, or as head of the identity's own unit (or the next above it that has one). */
export type Answerer =
  | { readonly person: string }
  | { readonly position: string; readonly unit?: string | undefined }
  | { readonly headOf: 'unit' };

/** What a rule says, as a person writes it. */
export interface RuleInput {
  readonly name: string;
  readonly selector: Selector;
  /** Null: the rule names a team or a sponsor alone, and the identity waits in the queue. */
  readonly owner: Answerer | null;
  readonly team: string | null;
  readonly sponsor: Answerer | null;
  readonly deputies: readonly Answerer[];
  readonly gives: 'proposed' | 'provisional';
  /** A hand-made assignment wins over a rule, unless the rule says this. */
  readonly replacesAssignments: boolean;
  readonly remindAfterDays: number;
  readonly escalateAfterDays: number;
}

export interface Rule extends RuleInput {
  readonly id: string;
  readonly order: number;
}

/** Who is in the organisation now, as far as rules ask: only people who can answer. */
export interface Standing {
  readonly able: ReadonlySet<string>;
  /** Holders by position in lower case. */
  readonly holders: ReadonlyMap<string, readonly { readonly id: string; readonly unit: string | null }[]>;
  /** The head who answers for a unit: its own, or that of the nearest unit above that has one. */
  readonly heads: ReadonlyMap<string, string>;
}

/** A rule with its people found. `named` false: it names an owner, and there is nobody (or nobody in particular) now. */
export interface ResolvedRule {
  readonly rule: Rule;
  readonly owner: string | null;
  readonly ownerIsHead: boolean;
  readonly sponsor: string | null;
  readonly sponsorIsHead: boolean;
  readonly deputies: readonly string[];
  readonly deputyIsHead: boolean;
  readonly named: boolean;
}

/** The one person an answerer means now. A position that two people hold means nobody: one person answers, never either. */
function personOf(answerer: Answerer, { able, holders }: Standing): string | null {
  if ('person' in answerer) return able.has(answerer.person) ? answerer.person : null;
  if ('headOf' in answerer) return null;
  const found = (holders.get(answerer.position.toLowerCase()) ?? []).filter(
    ({ unit }) => answerer.unit === undefined || unit === answerer.unit,
  );
  return found.length === 1 ? found[0]!.id : null;
}
const isHead = (answerer: Answerer | null): boolean => answerer !== null && 'headOf' in answerer;

export function resolveRule(rule: Rule, standing: Standing): ResolvedRule {
  const owner = rule.owner && personOf(rule.owner, standing);
  const deputies = rule.deputies.flatMap((answerer) => personOf(answerer, standing) ?? []);
  return {
    rule,
    owner,
    ownerIsHead: isHead(rule.owner),
    sponsor: rule.sponsor && personOf(rule.sponsor, standing),
    sponsorIsHead: isHead(rule.sponsor),
    deputies: [...new Set(deputies)].filter((person) => person !== owner),
    deputyIsHead: rule.deputies.some(isHead),
    named: rule.owner === null || isHead(rule.owner) || owner !== null,
  };
}

interface UnitRow {
  readonly id: string;
  readonly parentId: string | null;
  readonly headId: string | null;
}

/** For every unit the head who answers for it, climbing until there is one; a circle among units ends the climb. */
export function headsOf(units: readonly UnitRow[], able: ReadonlySet<string>): Map<string, string> {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const heads = new Map<string, string>();
  for (const { id } of units) {
    const seen = new Set<string>();
    for (let unit = byId.get(id); unit && !seen.has(unit.id); unit = byId.get(unit.parentId ?? '')) {
      seen.add(unit.id);
      if (unit.headId === null || !able.has(unit.headId)) continue;
      heads.set(id, unit.headId);
      break;
    }
  }
  return heads;
}

/** Of what an identity inherits its owner under a rule; null = the rule is about neither account, collection nor unit. */
export function inheritsFrom({
  selector,
  owner,
}: Pick<RuleInput, 'selector' | 'owner'>): 'account' | 'collection' | 'unit' | null {
  if (selector.collections) return 'collection';
  if (selector.accounts) return 'account';
  if (selector.units || isHead(owner)) return 'unit';
  return null;
}
