import type { SubjectEvidence } from '../catalogue/index.js';

export type Use = 'seen' | 'not-seen' | 'cannot-tell';
export type Verdict = 'keep' | 'reduce' | 'rotate' | 'revoke' | 'not-mine';

/** What the evidence speaks for, and the sentence that says so. Null = it speaks for nothing. Never chosen for anybody. */
export interface Recommendation {
  readonly verdict: Exclude<Verdict, 'not-mine'> | null;
  readonly because: string;
  readonly rule: string;
  readonly use: Use;
  /** Nothing about it asks for a second look. */
  readonly routine: boolean;
  readonly stale: boolean;
}

export interface UseWindow {
  readonly unusedDays: number;
  readonly maximumUsageLagHours: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const day = (instant: string | null): string => (instant ?? '').slice(0, 10);
/** How exactly a source tells the instant of a use. */
const TOLD_TO: Readonly<Record<string, string>> = {
  '15m': ' (to a quarter of an hour)',
  day: ' (to the day)',
  period: ' (to its reporting period)',
};
const NEEDED_THOUGH_IDLE = ['break-glass', 'standby', 'seasonal', 'scheduled'];
const GRAVE = ['high', 'critical'];

/** Seen in use, not seen although the data covers the window, or cannot tell: the same rule as `use_seen` in SQL. */
export function useOf(
  { lastUse, bornAt }: Pick<SubjectEvidence, 'lastUse' | 'bornAt'>,
  now: number,
  window: UseWindow,
): Use {
  const from = now - window.unusedDays * DAY_MS;
  if (lastUse.at !== null && Date.parse(lastUse.at) > from) return 'seen';
  const { knownSince, knownUntil } = lastUse;
  const covered =
    knownSince !== null &&
    Date.parse(knownSince) <= from &&
    knownUntil !== null &&
    Date.parse(knownUntil) >= now - window.maximumUsageLagHours * HOUR_MS;
  return covered && bornAt !== null && Date.parse(bornAt) <= from ? 'not-seen' : 'cannot-tell';
}

/** The first of these that the evidence shows: leaked, owner gone, unused, too old, wider than its use, something grave, in use. */
export function recommend(evidence: SubjectEvidence, now: number, window: UseWindow): Recommendation {
  const use = useOf(evidence, now, window);
  const { lastUse, owner, findings, reach, knownLeaked, expectedUse, subject } = evidence;
  const say = (verdict: Recommendation['verdict'], rule: string, because: string): Recommendation => ({
    verdict,
    because,
    rule,
    use,
    routine: verdict === 'keep' && rule === 'in-use',
    stale: use === 'not-seen',
  });
  const lastUsed = lastUse.at === null ? 'no use is recorded' : `last used on ${day(lastUse.at)}`;
  const unused = `not used in ${window.unusedDays} days: ${lastUsed}, and the data covers the time from ${day(lastUse.knownSince)} to ${day(lastUse.knownUntil)}`;
  const unknown =
    lastUse.knownSince === null
      ? 'its source tells nothing of use'
      : `its source tells of use only from ${day(lastUse.knownSince)} to ${day(lastUse.knownUntil)}`;
  if (knownLeaked !== null)
    return use === 'not-seen'
      ? say('revoke', 'leaked', `It leaked (${knownLeaked}), and is ${unused}.`)
      : say('rotate', 'leaked', `It leaked (${knownLeaked}); ${lastUsed}.`);
  if (owner !== null && !owner.active && subject.type !== 'grant')
    return use === 'not-seen'
      ? say('revoke', 'owner-gone', `${owner.displayName}, who answered for it, has left, and it is ${unused}.`)
      : say(
          'rotate',
          'owner-gone',
          `${owner.displayName}, who answered for it, has left and may still know its secret; ${lastUsed}.`,
        );
  if (use === 'not-seen') {
    const pattern = expectedUse?.pattern ?? '';
    if (NEEDED_THOUGH_IDLE.includes(pattern))
      return say(
        null,
        'needed-though-idle',
        `It is ${unused}; it is recorded as needed though idle (${pattern}). Say whether that still holds.`,
      );
    return say('revoke', 'unused', `It is ${unused}.`);
  }
  const old = findings.find(({ check }) => check === 'credential-age-within-limit' || check === 'rotation-is-finished');
  if (old)
    return say(
      'rotate',
      'too-old',
      `Its secret is older than the policy allows (since ${day(old.since)}); ${lastUsed}.`,
    );
  const idle = reach.grants.filter(({ unused: is }) => is === true);
  if (subject.type !== 'grant' && idle.length > 0 && use === 'seen')
    return say(
      'reduce',
      'wider-than-use',
      `${idle.length} of ${reach.grants.length + reach.more} grants were not used in ${window.unusedDays} days: ${idle
        .slice(0, 3)
        .map(({ can }) => can)
        .join('; ')}.`,
    );
  const wide = findings.find(({ check }) => check === 'privilege-fits-risk');
  if (wide)
    return say(
      'reduce',
      'privilege-above-risk',
      `It may do more than its risk allows (${wide.reason}, since ${day(wide.since)}); ${lastUsed}.`,
    );
  const grave = findings.find(({ severity }) => GRAVE.includes(severity));
  if (grave)
    return say(
      null,
      'open-finding',
      `Something is wrong with it: ${grave.check} (${grave.reason}, ${grave.severity}, since ${day(grave.since)}). Look before you decide.`,
    );
  if (use === 'seen') return say('keep', 'in-use', `In use: ${lastUsed}${TOLD_TO[lastUse.precision] ?? ''}.`);
  return say(null, 'cannot-tell', `Nobody can tell whether it is used: ${unknown}.`);
}

/** What was counted of the members that one question stands for. */
export interface CollectionFacts {
  readonly members: number;
  readonly seen: number;
  readonly notSeen: number;
  readonly approvedBefore: { readonly at: string; readonly sameEntitlements: boolean } | null;
}

/** The same for a collection asked as a whole. */
export function recommendForCollection({ members, seen, notSeen, approvedBefore }: CollectionFacts): Recommendation {
  const use: Use = seen > 0 ? 'seen' : notSeen === members ? 'not-seen' : 'cannot-tell';
  const counted = `${seen} of ${members} are seen in use, ${notSeen} are known to be unused`;
  const say = (verdict: Recommendation['verdict'], rule: string, because: string): Recommendation => ({
    verdict,
    because,
    rule,
    use,
    routine: false,
    stale: use === 'not-seen',
  });
  if (use === 'not-seen') return say('revoke', 'unused', `None of its ${members} members is used.`);
  if (approvedBefore?.sameEntitlements && use === 'seen')
    return say('keep', 'in-use', `Its entitlements are those approved on ${day(approvedBefore.at)}; ${counted}.`);
  return say(
    null,
    approvedBefore ? 'entitlements-changed' : 'asked-first-time',
    `${approvedBefore ? `Its entitlements are not those approved on ${day(approvedBefore.at)}` : 'Nobody approved its entitlements before'}; ${counted}.`,
  );
}
