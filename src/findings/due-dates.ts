import { DateTime } from 'luxon';
import { DAY_MS } from '../platform/clock/index.js';

/** A span of whole days on which no work is asked for. */
export interface CalendarDays {
  readonly kind: 'holiday' | 'freeze';
  readonly startsOn: string;
  readonly endsOn: string;
  readonly name: string;
}

/** When a unit works. */
export interface WorkCalendar {
  readonly name: string;
  readonly zone: string;
  /** 1 = Monday ... 7 = Sunday. */
  readonly workingDays: readonly number[];
  readonly days: readonly CalendarDays[];
}

export interface DueDate {
  readonly at: Date;
  /** Why it is not simply so many days later; null where it is. */
  readonly because: string | null;
}

/** A calendar that never works again would move a date for ever. */
const FURTHEST_DAYS = 3 * 366;
const WEEK: WorkCalendar = { name: 'Monday to Friday', zone: 'UTC', workingDays: [1, 2, 3, 4, 5], days: [] };

/**
 * The instant something is due, so many days after another. With a calendar the days are those of its zone, and a date
 * that would fall on a day without work moves to the next one with it.
 */
export function dueDate(
  from: Date,
  days: number,
  count: 'calendar' | 'business',
  calendar: WorkCalendar | null,
): DueDate {
  if (calendar === null && count === 'calendar') return { at: new Date(from.getTime() + days * DAY_MS), because: null };
  const free = freeDaysOf(calendar ?? WEEK);
  const start = DateTime.fromJSDate(from, { zone: (calendar ?? WEEK).zone });
  const planned = count === 'calendar' ? start.plus({ days }) : free.afterWorkingDays(start, days);
  const moved = free.nextWorkingDay(planned);
  const why = free.whyFree(planned);
  return {
    at: moved.toJSDate(),
    because:
      why === null || moved.equals(planned)
        ? null
        : `${planned.toISODate()} is ${why}; moved to the next working day of the calendar "${(calendar ?? WEEK).name}"`,
  };
}

const known = new WeakMap<WorkCalendar, FreeDays>();
function freeDaysOf(calendar: WorkCalendar): FreeDays {
  const free = known.get(calendar) ?? new FreeDays(calendar);
  known.set(calendar, free);
  return free;
}

/** Days of a calendar on which no work is asked for. */
class FreeDays {
  private readonly named = new Map<string, string>();
  private readonly workingDays: ReadonlySet<number>;

  constructor(calendar: WorkCalendar) {
    this.workingDays = new Set(calendar.workingDays);
    for (const { kind, startsOn, endsOn, name } of calendar.days) {
      const last = DateTime.fromISO(endsOn, { zone: 'UTC' });
      for (let day = DateTime.fromISO(startsOn, { zone: 'UTC' }); day <= last; day = day.plus({ days: 1 }))
        this.named.set(day.toISODate()!, `${name} (${kind})`);
    }
  }

  /** What a day without work is; null on a working day. */
  whyFree(day: DateTime): string | null {
    return (
      this.named.get(day.toISODate()!) ??
      (this.workingDays.has(day.weekday) ? null : day.toFormat('EEEE', { locale: 'en' }))
    );
  }

  nextWorkingDay(day: DateTime): DateTime {
    for (let ahead = 0; ahead <= FURTHEST_DAYS; ahead++) {
      const candidate = day.plus({ days: ahead });
      if (this.whyFree(candidate) === null) return candidate;
    }
    return day;
  }

  afterWorkingDays(from: DateTime, days: number): DateTime {
    let [at, left] = [from, days];
    for (let ahead = 0; left > 0 && ahead <= FURTHEST_DAYS + days * 2; ahead++) {
      at = at.plus({ days: 1 });
      if (this.whyFree(at) === null) left--;
    }
    return at;
  }
}
