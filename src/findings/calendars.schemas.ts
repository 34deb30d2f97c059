import { IANAZone } from 'luxon';
import { z } from 'zod';

const LONGEST_DAYS = 366;
const day = z.iso.date();

const calendarDay = z
  .strictObject({
    kind: z.enum(['holiday', 'freeze']),
    startsOn: day,
    endsOn: day.optional().meta({ description: 'Left out = it is one day.' }),
    name: z.string().trim().min(1).max(200),
    origin: z.string().trim().min(1).max(100).default('entered'),
  })
  .transform((one) => ({ ...one, endsOn: one.endsOn ?? one.startsOn }))
  .refine(({ startsOn, endsOn }) => endsOn >= startsOn, { message: 'ends before it begins', path: ['endsOn'] })
  .refine(({ startsOn, endsOn }) => Date.parse(endsOn) - Date.parse(startsOn) < LONGEST_DAYS * 86_400_000, {
    message: 'lasts longer than a year',
    path: ['endsOn'],
  });

export const newCalendar = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    zone: z
      .string()
      .max(100)
      .refine((zone) => IANAZone.isValidZone(zone), { message: 'is no time zone of the IANA list' })
      .meta({ description: 'Whose days they are: an IANA name, as Europe/Zurich.' }),
    workingDays: z
      .array(z.number().int().min(1).max(7))
      .min(1)
      .max(7)
      .default([1, 2, 3, 4, 5])
      .meta({ description: '1 = Monday ... 7 = Sunday.' }),
    isDefault: z.boolean().default(false).meta({ description: 'For every unit that has no calendar of its own.' }),
    units: z.array(z.uuid()).max(500).default([]),
    days: z
      .array(calendarDay)
      .max(2000)
      .refine((days) => new Set(days.map(({ kind, startsOn }) => `${kind} ${startsOn}`)).size === days.length, {
        message: 'holds two of a kind that begin on one day',
      })
      .default([]),
  })
  .meta({ id: 'NewCalendar' });

export const calendarSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    zone: z.string(),
    workingDays: z.array(z.number().int()),
    isDefault: z.boolean(),
    units: z.array(z.strictObject({ id: z.uuid(), name: z.string() })),
    days: z.array(
      z.strictObject({
        kind: z.enum(['holiday', 'freeze']),
        startsOn: day,
        endsOn: day,
        name: z.string(),
        origin: z.string(),
      }),
    ),
    changedBy: z.string(),
    changedAt: z.iso.datetime(),
    version: z.number().int(),
  })
  .meta({ id: 'Calendar' });

export const proposalsQuery = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/, 'is not a country code of two capitals'),
  state: z.string().max(10).optional().meta({ description: 'Part of the country, as BY in DE.' }),
  year: z.coerce.number().int().min(2000).max(2100),
  years: z.coerce.number().int().min(1).max(10).default(1).meta({ description: 'How many years from there.' }),
});

export const proposalSchema = z
  .strictObject({
    zone: z.string(),
    data: z.array(
      z.strictObject({ kind: z.literal('holiday'), startsOn: day, endsOn: day, name: z.string(), origin: z.string() }),
    ),
    next: z.null(),
  })
  .meta({ id: 'HolidayProposal' });
