import { dueDaysOf, type PolicySettings } from '../checks/index.js';
import type { Severity } from '../checks/sdk/index.js';
import { DAY_MS } from '../platform/clock/index.js';
import { type DueDate, dueDate, type WorkCalendar } from './due-dates.js';

/** What a due date was worked out from. `wave`: a week of the plan that the first run of a policy became. */
export type DueBasis = 'severity' | 'at-once' | 'wave';

export interface Due extends DueDate {
  readonly from: Date;
  readonly days: number;
  readonly basis: DueBasis;
}

/** Where a subject lies and since when we know it, as far as due dates go. */
export interface Place {
  readonly unitId: string | null;
  /** Null = nobody tells, as for people. */
  readonly firstSeenAt: number | null;
}

/** Calendars by the unit they are for; the one under null is for everybody else. */
export type Calendars = ReadonlyMap<string | null, WorkCalendar>;

interface Broken {
  readonly check: string;
  readonly severity: Severity;
  /** Since when the rule is broken. */
  readonly since: number;
}

/** What a due date that is there was worked out from. */
export interface Fallen {
  readonly basis: DueBasis;
  readonly from: Date;
  readonly wave: number | null;
}

/** What waits for no calendar: somebody may be using it now. */
const EMERGENCIES: ReadonlySet<string> = new Set(['leaked-credential-is-off']);

/** The end of the plan a baseline becomes. */
export const planEnd = (waves: NonNullable<PolicySettings['waves']>): number =>
  Date.parse(waves.baselineAt!) + waves.weeks * 7 * DAY_MS;

/** Whether something was there, and broken, before the baseline was taken. */
export const isInBaseline = (waves: NonNullable<PolicySettings['waves']>, broken: { since: number }, place: Place) => {
  const baseline = Date.parse(waves.baselineAt!);
  return broken.since <= baseline && (place.firstSeenAt === null || place.firstSeenAt <= baseline);
};

/** Works due dates out, the one way for all that do. */
export class DuePlan {
  constructor(private readonly calendars: Calendars) {}

  /** When something that is found now falls due. What belongs to a plan is due at its end until it has its week. */
  start(settings: PolicySettings, broken: Broken, place: Place, at: Date): Due {
    const { waves } = settings;
    if (waves?.baselineAt && !EMERGENCIES.has(broken.check)) {
      if (isInBaseline(waves, broken, place)) {
        if (at.getTime() < planEnd(waves))
          return this.on('wave', settings, broken, place, new Date(waves.baselineAt), waves.weeks * 7);
      } else if (waves.newSubjects === 'at-once' && (place.firstSeenAt ?? 0) > Date.parse(waves.baselineAt))
        return this.on('at-once', settings, broken, place, at, 0);
    }
    return this.on('severity', settings, broken, place, at, dueDaysOf(settings, broken.severity));
  }

  /** When something that falls due already does so under a policy that says otherwise now, or that took it over. */
  again(settings: PolicySettings, broken: Broken, due: Fallen, place: Place, at: Date): Due & { wave: number | null } {
    const started = this.start(settings, broken, place, at);
    if (started.basis === 'wave') {
      const wave = due.basis === 'wave' && due.wave !== null ? Math.min(due.wave, settings.waves!.weeks) : null;
      const days = wave === null ? started.days : wave * 7;
      return { ...this.on('wave', settings, broken, place, started.from, days), wave };
    }
    if (due.basis === 'wave') return { ...started, wave: null };
    // It runs since it began to, whichever policy says for how long.
    return { ...this.on(started.basis, settings, broken, place, due.from, started.days), wave: null };
  }

  /** The same due date by other calendars. */
  moved(settings: PolicySettings, broken: Broken, due: Fallen & { days: number }, place: Place): Due {
    return this.on(due.basis, settings, broken, place, due.from, due.days);
  }

  on(basis: DueBasis, settings: PolicySettings, broken: Broken, place: Place, from: Date, days: number): Due {
    const calendar = EMERGENCIES.has(broken.check)
      ? null
      : (this.calendars.get(place.unitId) ?? this.calendars.get(null) ?? null);
    // Weeks of a plan are weeks, whatever the policy counts in otherwise.
    const count = basis === 'wave' || EMERGENCIES.has(broken.check) ? 'calendar' : (settings.due?.count ?? 'calendar');
    return { ...this.dated(from, days, count, calendar), from, days, basis };
  }

  /** A run of findings asks the same a thousand times. */
  private dated(from: Date, days: number, count: 'calendar' | 'business', calendar: WorkCalendar | null): DueDate {
    const key = `${from.getTime()} ${days} ${count} ${calendar?.name ?? ''}`;
    const date = this.worked.get(key) ?? dueDate(from, days, count, calendar);
    this.worked.set(key, date);
    return date;
  }
  private readonly worked = new Map<string, DueDate>();
}
