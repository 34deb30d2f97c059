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

/** Runs every check of a kind of subject on one subject's facts. Pure: the same facts at the same instant give the same answer. */
export class Evaluator {
  /** Where the answers of one subject are put together; used again for the next. */
  private readonly letters: Letter[];
  /** The checks with what is decided of each, where that is the same for every subject at every time. */
  private readonly asked: readonly (PlacedCheck & { readonly decided: Decision | null | undefined })[];

  constructor(
    private readonly subject: SubjectType,
    private readonly checks: readonly PlacedCheck[],
    private readonly decisions: Decisions,
    /** Facts it reads; undefined = all there are. */
    readonly wanted?: ReadonlySet<string>,
  ) {
    this.letters = new Array<Letter>(checks.reduce((most, { place }) => Math.max(most, place + 1), 0)).fill('-');
    this.asked = checks
      .map((placed) => ({ ...placed, decided: decisions.always(placed.check.id) }))
      .filter(({ decided }) => decided === undefined || decided?.enabled === true);
  }

  evaluate(
    subjectId: string,
    facts: never,
    now: Instant,
    ownTypeHasGap: boolean,
    gaps: GapTypes,
    excepted: Excepted = NOTHING_EXCEPTED,
  ): Evaluated {
    const { letters } = this;
    letters.fill('-');
    let failures: Map<number, Extract<Turn, { to: 'failing' }>> | null = null;
    let due: number | undefined;
    for (const { check, place, decided } of this.asked) {
      let decision = decided;
      if (decision === undefined) {
        decision = this.decisions.of(check.id, facts, now);
        const handedOnAt = this.decisions.turnsAt(check.id, facts, now);
        if (handedOnAt !== undefined && (due === undefined || handedOnAt < due)) due = handedOnAt;
      }
      if (!decision?.enabled) continue;
      const outcome: Outcome = check.evaluate(facts, decision.parameters as never, now as never);
      if (outcome.until !== undefined && (due === undefined || outcome.until < due)) due = outcome.until;
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
    const superseders = failures === null ? NO_SUPERSEDERS : this.supersede(letters, failures, excepted);
    // An instant that has already come would wake the subject for ever: a check's mistake must not become a busy loop.
    return {
      results: letters.join(''),
      failing: failures === null ? '' : encodeFailing(letters, failures),
      dueAt: due === undefined ? null : due > now ? due : now + 60_000,
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
      if (letters[place] !== 'f' || !check.supersedes) continue;
      if (excepted.has(exceptedKey(check.id, failures.get(place)!.reason))) continue;
      for (const other of this.checks)
        if (letters[other.place] === 'f' && check.supersedes.includes(other.check.id)) {
          letters[other.place] = 's';
          superseders.set(other.place, check.id);
        }
    }
    return superseders;
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

  /** The subject is gone: everything that was open about it ends. */
  gone(subjectId: string, before: StoredEvaluation): Turn[] {
    return this.checks.flatMap(({ check, place }) =>
      ['f', 's', 'e'].includes(before.results[place] ?? '-')
        ? [
            {
              check: check.id,
              checkVersion: check.version,
              subjectType: this.subject,
              subjectId,
              to: 'subject-gone' as const,
            },
          ]
        : [],
    );
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

function encodeFailing(
  letters: readonly Letter[],
  failures: ReadonlyMap<number, Extract<Turn, { to: 'failing' }>>,
): string {
  const failing: Failing[] = [];
  for (const [place, failure] of failures) {
    if (letters[place] !== 'f') continue;
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

const decodeFailing = (text: string): Failing[] => (text === '' ? [] : (JSON.parse(text) as Failing[]));
