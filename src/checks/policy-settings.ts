import { z } from 'zod';
import { SEVERITIES, type Severity } from './sdk/index.js';

const SOURCE = 'Ours: no framework gives these numbers, the organisation decides.';

/** Days to work a finding off, by severity. */
export const DUE_DAYS: Readonly<Record<Severity, number>> = { critical: 3, high: 14, medium: 30, low: 90 };
/** Days an exception may last at the most, by severity; 0 = none is given. */
export const EXCEPTION_DAYS: Readonly<Record<Severity, number>> = { critical: 30, high: 90, medium: 180, low: 365 };

const daysBySeverity = (least: number, most: number) =>
  z
    .strictObject(
      Object.fromEntries(SEVERITIES.map((severity) => [severity, z.number().int().min(least).max(most)])) as Record<
        Severity,
        z.ZodNumber
      >,
    )
    .partial();

/** What a policy says beside its checks. Whatever is left out follows the defaults. */
export const settingsShape = {
  due: z
    .strictObject({
      days: daysBySeverity(0, 3650).default({}),
      count: z.enum(['calendar', 'business']).default('calendar').meta({ description: 'Which days are counted.' }),
    })
    .optional()
    .meta({ description: 'When findings fall due. Nothing falls due while the policy only observes.' }),
  exceptions: z
    .strictObject({ maximumDays: daysBySeverity(0, 3650) })
    .optional()
    .meta({ description: 'How long an exception may last at the most, by severity; 0 = none is given.' }),
  waves: z
    .strictObject({
      weeks: z.number().int().min(1).max(104),
      newSubjects: z
        .enum(['at-once', 'by-severity'])
        .default('at-once')
        .meta({ description: 'When what was first seen after the baseline falls due.' }),
      baselineAt: z.iso
        .datetime()
        .optional()
        .meta({ description: 'What was there by then is worked off in waves; left out = the instant of saving.' }),
    })
    .optional()
    .meta({ description: 'The first run becomes a plan over weeks; what is new is held to the policy at once.' }),
  queue: z
    .string()
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'is not lower-case words joined by hyphens')
    .max(100)
    .optional()
    .meta({ description: 'Where findings go whose subject nobody answers for; left out = "triage".' }),
};

export const settingsSchema = z.strictObject(settingsShape);
export type PolicySettings = z.output<typeof settingsSchema>;

/** Where findings go that nobody answers for and no policy sends elsewhere. */
export const DEFAULT_QUEUE = 'triage';

export const dueDaysOf = (settings: PolicySettings, severity: Severity): number =>
  settings.due?.days[severity] ?? DUE_DAYS[severity];

export const exceptionDaysOf = (settings: PolicySettings, severity: Severity): number =>
  settings.exceptions?.maximumDays[severity] ?? EXCEPTION_DAYS[severity];

/** A number a policy works with: what it is, where it comes from, and what it would be by default. */
export interface EffectiveParameter {
  readonly check: string | null;
  readonly parameter: string;
  readonly value: unknown;
  readonly default: unknown;
  readonly unit: string;
  readonly source: string;
  readonly organisationDecides: boolean;
  readonly isSet: boolean;
}

/** The settings as numbers with unit and source, beside the parameters of checks. */
export const effectiveSettings = (settings: PolicySettings): EffectiveParameter[] =>
  SEVERITIES.flatMap((severity) => [
    {
      check: null,
      parameter: `due.days.${severity}`,
      value: dueDaysOf(settings, severity),
      default: DUE_DAYS[severity],
      unit: settings.due?.count === 'business' ? 'business days' : 'days',
      source: SOURCE,
      organisationDecides: true,
      isSet: settings.due?.days[severity] !== undefined,
    },
    {
      check: null,
      parameter: `exceptions.maximumDays.${severity}`,
      value: exceptionDaysOf(settings, severity),
      default: EXCEPTION_DAYS[severity],
      unit: 'days',
      source: SOURCE,
      organisationDecides: true,
      isSet: settings.exceptions?.maximumDays[severity] !== undefined,
    },
  ]);
