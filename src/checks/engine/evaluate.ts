import { hash } from 'node:crypto';
import type { Instant, Outcome, Severity, SubjectType } from '../sdk/index.js';
import type { Decision, Decisions, Mode } from './decisions.js';
import type { AnyCheck } from './load-checks.js';
import type { Turn } from './outcome-sink.js';

/** One place of `evaluations.results`. */
export type Letter = 'p' | 'n' | 'e' | 'f' | 's' | '-';

/** A check with its place in the results of its kind of subject. */
export interface PlacedCheck {
  readonly check: AnyCheck;
  readonly place: number;
}

/** What is stored of a subject. */
export interface StoredEvaluation {
  readonly results: string;
  readonly failing: string;
  readonly dueAt: number | null;
  /** When time alone may turn each check: `place:instant` with commas between, by place; null = not known. */
  readonly dueByCheck: string | null;
}

/** A failing check as `evaluations.failing` keeps it: enough to see whether anything about it changed. */
type Failing = readonly [
  place: number,
  reason: string,
  severity: Severity,
  mode: Mode,
  policyId: string,
  since: number,
  evidence: string,
];

export interface Evaluated extends StoredEvaluation {
  readonly dueByCheck: string;
  /** The failing outcomes themselves, by place. */
  readonly failures: ReadonlyMap<number, Extract<Turn, { to: 'failing' }>>;
  /** Of what another failure makes pointless, the check that does, by place. */
  readonly superseders: ReadonlyMap<number, string>;
}

/** Gaps that lie over a subject: resource types of its scope that could not be read, as far as they concern it. */
export type GapTypes = ReadonlySet<string> | null;

/** Of one subject, the failures it may go on with: see {@link exceptedKey}. */
export type Excepted = ReadonlySet<string>;
export const NOTHING_EXCEPTED: Excepted = new Set();
export const exceptedKey = (check: string, reason: string): string => `${check} ${reason}`;

const NO_FAILURES: Evaluated['failures'] = new Map();
const NO_SUPERSEDERS: Evaluated['superseders'] = new Map();

type Failures = Map<number, Extract<Turn, { to: 'failing' }>>;

/** A check with what is decided of it, where that is the same for every subject at every time. */
interface Asked extends PlacedCheck {
  readonly decided: Decision | null | undefined;
}

/** Runs every check of a kind of subject on one subject's facts. Pure: the same facts at the same instant give the same answer. */
export class Evaluator {
  /** Where the answers of one subject are put together; used again for the next. */
  private readonly letters: Letter[];
  private readonly dues: number[];
  private readonly asked: readonly Asked[];
  private readonly askedAt: ReadonlyMap<number, Asked>;
  /** Facts that the checks in force and the policies' selectors read. */
  readonly wanted: ReadonlySet<string>;

  constructor(
    private readonly subject: SubjectType,
    private readonly checks: readonly PlacedCheck[],
    private readonly decisions: Decisions,
    /** Facts that the policies' selectors read of this kind of subject. */
    private readonly selectorFacts: readonly string[],
  ) {
    const places = checks.reduce((most, { place }) => Math.max(most, place + 1), 0);
    this.letters = new Array<Letter>(places).fill('-');
    this.dues = new Array<number>(places).fill(Infinity);
    this.asked = checks
      .map((placed) => ({ ...placed, decided: decisions.always(placed.check.id) }))
      .filter(({ decided }) => decided === undefined || decided?.enabled === true);
    this.askedAt = new Map(this.asked.map((asked) => [asked.place, asked]));
    this.wanted = new Set([
      ...selectorFacts,
      ...checks.flatMap(({ check }) => (decisions.isAsked(check.id) ? (check.facts as readonly string[]) : [])),
    ]);
  }

  evaluate(
    subjectId: string,
    facts: never,
    now: Instant,
    ownTypeHasGap: boolean,
    gaps: GapTypes,
    excepted: Excepted = NOTHING_EXCEPTED,
  ): Evaluated {
    this.letters.fill('-');
    this.dues.fill(Infinity);
    const failures = this.ask(this.asked, subjectId, facts, now, ownTypeHasGap, gaps);
    return this.told(failures, excepted, now, []);
  }

  /**
   * Of a subject of which nothing but time has moved, the places of the checks whose time has come: asked of them alone,
   * everything else stands as it was stored. Null = it has to be evaluated as a whole.
   */
  comeDue(stored: Pick<StoredEvaluation, 'results' | 'dueByCheck'>, now: Instant): readonly number[] | null {
    if (stored.dueByCheck === null || stored.results.length !== this.letters.length) return null;
    const places: number[] = [];
    for (const [place, at] of decodeDues(stored.dueByCheck)) if (at <= now) places.push(place);
    return places.length > 0 && places.every((place) => this.turnsAlone(place, places, stored.results)) ? places : null;
  }

  /** Whether what a check says next touches no failure of a check that is not asked with it. */
  private turnsAlone(place: number, places: readonly number[], results: string): boolean {
    const check = this.askedAt.get(place)?.check;
    if (!check) return false;
    return this.checks.every(
      (other) =>
        places.includes(other.place) ||
        !(check.supersedes?.includes(other.check.id) || other.check.supersedes?.includes(check.id)) ||
        !'fs'.includes(results[other.place]!),
    );
  }

  /** Evaluates some checks again, as {@link comeDue} names them; the same as evaluating all of them, as only time has moved. */
  evaluateAgain(
    places: readonly number[],
    before: StoredEvaluation,
    subjectId: string,
    facts: never,
    now: Instant,
    ownTypeHasGap: boolean,
    gaps: GapTypes,
    excepted: Excepted = NOTHING_EXCEPTED,
  ): Evaluated {
    for (let place = 0; place < this.letters.length; place++) this.letters[place] = before.results[place] as Letter;
    this.dues.fill(Infinity);
    for (const [place, at] of decodeDues(before.dueByCheck!)) this.dues[place] = at;
    for (const place of places) {
      this.letters[place] = '-';
      this.dues[place] = Infinity;
    }
    const asked = places.map((place) => this.askedAt.get(place)!);
    const failures = this.ask(asked, subjectId, facts, now, ownTypeHasGap, gaps);
    const others =
      before.failing === '' ? [] : decodeFailing(before.failing).filter(([place]) => !places.includes(place));
    return this.told(failures, excepted, now, others);
  }

  /** The facts that some checks read, with those of the selectors where these decide about them. */
  factsOf(places: ReadonlySet<number>): ReadonlySet<string> {
    const asked = [...places].map((place) => this.askedAt.get(place)!);
    return new Set([
      ...(asked.some(({ decided }) => decided === undefined) ? this.selectorFacts : []),
      ...asked.flatMap(({ check }) => check.facts as readonly string[]),
    ]);
  }

  private ask(
    asked: readonly Asked[],
    subjectId: string,
    facts: never,
    now: Instant,
    ownTypeHasGap: boolean,
    gaps: GapTypes,
  ): Failures | null {
    const { letters, dues } = this;
    let failures: Failures | null = null;
    for (const { check, place, decided } of asked) {
      let decision = decided;
      if (decision === undefined) {
        decision = this.decisions.of(check.id, facts, now);
        dues[place] = this.decisions.turnsAt(check.id, facts, now) ?? Infinity;
      }
      if (!decision?.enabled) continue;
      const outcome: Outcome = check.evaluate(facts, decision.parameters as never, now as never);
      if (outcome.until !== undefined && outcome.until < dues[place]!) dues[place] = outcome.until;
      // A gap is laid over what would otherwise be said for certain; what does not apply needs nothing to be seen.
      const unseen =
        (outcome.result === 'pass' || outcome.result === 'fail') &&
        (ownTypeHasGap || (gaps !== null && readsGap(check.reads, gaps)));
      if (unseen) letters[place] = 'e';
      else if (outcome.result === 'fail') {
        letters[place] = 'f';
        failures ??= new Map();
        failures.set(place, {
          check: check.id,
          checkVersion: check.version,
          subjectType: this.subject,
          subjectId,
          to: 'failing',
          reason: outcome.reason,
          severity: decision.severityFixed ? decision.severity : (outcome.severity ?? decision.severity),
          mode: decision.mode,
          policyId: decision.policyId,
          since: outcome.since,
          evidence: outcome.evidence,
        });
      } else letters[place] = outcome.result === 'pass' ? 'p' : outcome.result === 'not-applicable' ? 'n' : 'e';
    }
    return failures;
  }

  /** What has been put together of a subject. `others` fails as it did before. */
  private told(failures: Failures | null, excepted: Excepted, now: Instant, others: readonly Failing[]): Evaluated {
    const { letters, dues } = this;
    const superseders = failures === null ? NO_SUPERSEDERS : this.supersede(letters, failures, excepted);
    let first = Infinity;
    let dueByCheck = '';
    for (let place = 0; place < dues.length; place++) {
      let at = dues[place]!;
      if (at === Infinity) continue;
      // An instant that has already come would wake the subject for ever: a check's mistake must not become a busy loop.
      if (at <= now) at = now + 60_000;
      if (at < first) first = at;
      dueByCheck += dueByCheck === '' ? `${place}:${at}` : `,${place}:${at}`;
    }
    return {
      results: letters.join(''),
      failing: failures === null && others.length === 0 ? '' : this.encodeFailing(failures ?? NO_FAILURES, others),
      dueAt: first === Infinity ? null : first,
      dueByCheck,
      failures: failures ?? NO_FAILURES,
      superseders,
    };
  }

  /** Whether every check of a subject is decided as another evaluator would: then both say the same of it. */
  decidesAs(other: Evaluator, facts: never, now: Instant): boolean {
    return this.checks.every(
      ({ check }) => this.decisions.keyOf(check.id, facts, now) === other.decisions.keyOf(check.id, facts, now),
    );
  }

  /** Of what fails, what another failure makes pointless is not told beside it; what may stay as it is hides nothing. */
  private supersede(
    letters: Letter[],
    failures: ReadonlyMap<number, Extract<Turn, { to: 'failing' }>>,
    excepted: Excepted,
  ): ReadonlyMap<number, string> {
    const superseders = new Map<number, string>();
    for (const { check, place } of this.checks) {
      // A failure that was not asked again is beside none that was: what it makes pointless stands as it did.
      if (letters[place] !== 'f' || !check.supersedes || !failures.has(place)) continue;
      if (excepted.has(exceptedKey(check.id, failures.get(place)!.reason))) continue;
      for (const other of this.checks)
        if (letters[other.place] === 'f' && check.supersedes.includes(other.check.id)) {
          letters[other.place] = 's';
          superseders.set(other.place, check.id);
        }
    }
    return superseders;
  }

  /** In the order of the checks, whichever of them were asked this time. */
  private encodeFailing(failures: Evaluated['failures'], others: readonly Failing[]): string {
    const failing: Failing[] = [];
    for (const { place } of this.asked) {
      const failure = failures.get(place);
      const other = failure ? undefined : others.find(([known]) => known === place);
      if (other) failing.push(other);
      if (!failure || this.letters[place] !== 'f') continue;
      failing.push([
        place,
        failure.reason,
        failure.severity,
        failure.mode,
        failure.policyId,
        failure.since,
        hash('sha256', JSON.stringify(failure.evidence), 'base64url').slice(0, 12),
      ]);
    }
    return failing.length === 0 ? '' : JSON.stringify(failing);
  }

  /** What turned between what was stored and what is now, check by check. */
  turns(subjectId: string, before: StoredEvaluation | null, after: Evaluated): Turn[] {
    if (before !== null && before.results === after.results && before.failing === after.failing) return [];
    const failedBefore = new Map(
      decodeFailing(before?.failing ?? '').map((failing) => [failing[0], JSON.stringify(failing)]),
    );
    const failingNow = new Map(decodeFailing(after.failing).map((failing) => [failing[0], JSON.stringify(failing)]));
    const turns: Turn[] = [];
    for (const { check, place } of this.checks) {
      const [was, is] = [(before?.results[place] ?? '-') as Letter, after.results[place] as Letter];
      if (was === is && (is !== 'f' || failedBefore.get(place) === failingNow.get(place))) continue;
      const base = { check: check.id, checkVersion: check.version, subjectType: this.subject, subjectId };
      if (is === 'f') turns.push(after.failures.get(place)!);
      else if (is === 's') turns.push({ ...base, to: 'superseded', by: after.superseders.get(place)! });
      // A subject that never failed has nothing to resolve: only what was failing, or was frozen while it failed, is told.
      else if (was === 'f' || was === 's' || was === 'e')
        turns.push({ ...base, to: is === 'p' ? 'passing' : is === 'e' ? 'frozen' : 'not-applicable' });
    }
    return turns;
  }

  /** Checks of which something may be open: they fail, or cannot be evaluated and may have failed before. */
  openIn(results: string): string[] {
    return this.checks
      .filter(({ place }) => ['f', 's', 'e'].includes(results[place] ?? '-'))
      .map(({ check }) => check.id);
  }

  /** The subject is gone: everything that was open about it ends. */
  gone(subjectId: string, before: StoredEvaluation): Turn[] {
    const open = new Set(this.openIn(before.results));
    return this.checks
      .filter(({ check }) => open.has(check.id))
      .map(({ check: { id, version } }) => ({
        check: id,
        checkVersion: version,
        subjectType: this.subject,
        subjectId,
        to: 'subject-gone',
      }));
  }
}

/** Whether a check reads one of the types that could not be read; `*.` in its list stands for every connector. */
export function readsGap(reads: readonly string[], gaps: ReadonlySet<string>): boolean {
  for (const pattern of reads) {
    if (gaps.has(pattern)) return true;
    if (!pattern.startsWith('*.')) continue;
    const suffix = pattern.slice(1);
    for (const type of gaps) if (type.endsWith(suffix)) return true;
  }
  return false;
}

const decodeFailing = (text: string): Failing[] => (text === '' ? [] : (JSON.parse(text) as Failing[]));

function* decodeDues(text: string): Generator<readonly [place: number, at: number]> {
  if (text === '') return;
  for (const due of text.split(',')) {
    const colon = due.indexOf(':');
    yield [Number(due.slice(0, colon)), Number(due.slice(colon + 1))];
  }
}

/**
 * Whether nothing would be missed by what is stored: no check turns before the instant that is kept for it. It may be
 * early: a check that is asked early goes back to sleep.
 */
export function wakesInTime(stored: string | null, now: string): boolean {
  if (stored === null || stored === now) return true;
  const kept = new Map(decodeDues(stored));
  for (const [place, at] of decodeDues(now)) if ((kept.get(place) ?? Infinity) > at) return false;
  return true;
}
