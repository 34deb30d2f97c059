import { DateTime } from 'luxon';

export interface ProposedDay {
  readonly kind: 'holiday';
  readonly startsOn: string;
  readonly endsOn: string;
  readonly name: string;
  readonly origin: string;
}

export interface Proposal {
  readonly zone: string;
  readonly days: readonly ProposedDay[];
}

const NOON_HOURS = 12;

/** Loaded when it is first asked for: the rules of every country are large, and most never ask. */
const rules = async () => (await import('date-holidays')).default;

/**
 * The public holidays of a country (and of a part of it), to be looked through and kept. Null where the country or its
 * part is not known.
 */
export async function proposeHolidays(
  country: string,
  state: string | undefined,
  years: readonly number[],
): Promise<Proposal | null> {
  const Holidays = await rules();
  const known = new Holidays();
  if (!(country in known.getCountries('en'))) return null;
  if (state !== undefined && !(state in ((known.getStates(country, 'en') as Record<string, string> | undefined) ?? {})))
    return null;
  const options = { types: ['public' as const], languages: ['en'] };
  const holidays = state === undefined ? new Holidays(country, options) : new Holidays(country, state, options);
  const zone = holidays.getTimezones()[0] ?? 'UTC';
  const origin = state === undefined ? country : `${country}-${state}`;
  const days = new Map<string, ProposedDay>();
  for (const year of years)
    for (const { start, end, name } of holidays.getHolidays(year)) {
      // A day belongs to a holiday when its noon does: some begin at sunset the day before.
      let day = DateTime.fromJSDate(start, { zone }).startOf('day').plus({ hours: NOON_HOURS });
      if (day.toJSDate() < start) day = day.plus({ days: 1 });
      let last = day;
      while (last.plus({ days: 1 }).toJSDate() < end) last = last.plus({ days: 1 });
      const startsOn = day.toISODate()!;
      if (!days.has(startsOn))
        days.set(startsOn, { kind: 'holiday', startsOn, endsOn: last.toISODate()!, name, origin });
    }
  return { zone, days: [...days.values()].sort((a, b) => a.startsOn.localeCompare(b.startsOn)) };
}
