import { z } from 'zod';

const count = z.number().int();
const day = z.iso.date('is not a day (2026-01-31)');

export const programmeQuery = z.strictObject({
  from: day.optional().meta({ description: 'First day; ninety days up to `to` where it is left out.' }),
  to: day.optional().meta({ description: 'Last day; today where it is left out.' }),
  unit: z.uuid().optional(),
  format: z.enum(['json', 'csv']).optional().meta({ description: 'Before what `Accept` asks for.' }),
});
export const programmePageQuery = programmeQuery.omit({ format: true }).extend({
  // A form sends its empty choice, too.
  unit: z.union([z.uuid(), z.literal('').transform(() => undefined)]).optional(),
});

export const programmeReport = z
  .strictObject({
    from: z.iso.date(),
    to: z.iso.date(),
    unit: z.strictObject({ id: z.uuid(), name: z.string() }).nullable(),
    notMeasured: count.meta({ description: 'Days of the span on which nothing was measured. They are not in `days`.' }),
    days: z.array(
      z.strictObject({
        day: z.iso.date(),
        measuredAt: z.iso.datetime(),
        identities: z.strictObject({
          total: count.meta({ description: 'Live identities somebody here has to answer for.' }),
          owned: count.meta({ description: 'With an owner who is there.' }),
          accepted: count.meta({ description: 'With an owner who is there and said yes.' }),
          unused: count,
          useUnknown: count,
        }),
        credentials: z.strictObject({
          total: count.meta({ description: 'Their credentials that could be used.' }),
          overAge: count,
          ageUnknown: count,
          unused: count,
          useUnknown: count,
          static: count.meta({ description: 'Stored secrets.' }),
          federated: count,
          other: count.meta({ description: 'Certificates, passwords and tokens of people.' }),
        }),
        findings: z.strictObject({
          unresolved: count,
          overdue: count,
          excepted: count,
          opened: count.meta({ description: 'Since the measurement before.' }),
          closed: count.meta({ description: 'Mended since the measurement before.' }),
        }),
        timeToClose: z.strictObject({
          meanHours: z.number().nullable(),
          within1Day: count,
          within7Days: count,
          within30Days: count,
          within90Days: count,
          longer: count,
        }),
      }),
    ),
  })
  .meta({ id: 'ProgrammeReport' });
