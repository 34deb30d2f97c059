import type { Recommendation, Verdict } from './recommendation.js';

/** What an item says of itself when somebody decides about it. */
export interface Decided {
  readonly verdict: Verdict;
  readonly risk: string | null;
  readonly recommended: Recommendation['verdict'];
  readonly stale: boolean;
}

/** Why a reason has to be given; empty = none has to. Only a keep has to be explained: nobody is harmed by the rest. */
export function reasonsToExplain({ verdict, risk, recommended, stale }: Decided): string[] {
  if (verdict !== 'keep') return [];
  const because: string[] = [];
  if (risk === 'high' || risk === 'critical') because.push(`its risk is ${risk}`);
  if (recommended !== null && recommended !== 'keep') because.push(`the evidence speaks for "${recommended}"`);
  if (stale) because.push('it was not seen in use');
  return because;
}

export const isAgainstAdvice = ({ verdict, recommended }: Pick<Decided, 'verdict' | 'recommended'>): boolean =>
  verdict !== 'not-mine' && recommended !== null && verdict !== recommended;

const STRICT: readonly Verdict[] = ['revoke', 'reduce', 'rotate', 'keep'];

/** Of what several reviewers said of one subject the strictest stands; a keep stands only when nobody is still asked. */
export function outcomeOf(verdicts: readonly (Verdict | null)[]): Verdict | null {
  const strictest = STRICT.find((verdict) => verdicts.includes(verdict)) ?? null;
  return strictest === 'keep' && verdicts.includes(null) ? null : strictest;
}

/** Whether a verdict makes sense for a kind of subject. */
export function mayBe(verdict: Verdict, subject: string): boolean {
  if (verdict === 'rotate') return subject !== 'grant';
  if (verdict === 'reduce') return subject === 'identity' || subject === 'credential';
  return true;
}
