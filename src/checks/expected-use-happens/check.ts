import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  dueDates,
  earliest,
  fail,
  hours,
  type Instant,
  iso,
  latest,
  notApplicable,
  notEvaluated,
  notGoverned,
  pass,
  plus,
} from '../sdk/index.js';

/** Excludes `identity-is-used`: what a use is approved and awaited of is judged here, and everything else there. */
export default defineCheck({
  id: 'expected-use-happens',
  code: 'NHI-LOG-01',
  version: 1,
  title: 'Use that is expected happens',
  risk: 'A job that was to run and did not leaves its work undone, and nobody misses it; or it runs by now as somebody else.',
  remediation:
    'Find out why it did not run. If it is still needed, mend it or record when it is due now and have that approved; if not, disable it.',
  severity: 'medium',
  subject: 'identity',
  facts: [
    'expectedUse',
    'anyUsedAt',
    'anyUseKnownSince',
    'anyUseKnownUntil',
    'createdAt',
    'firstSeenAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [
    '*.access-key',
    '*.api-key',
    '*.client-secret',
    '*.personal-access-token',
    '*.password',
    '*.service-credential',
  ],
  controls: controlsOf('NHI-LOG-01', 'supporting'),
  parameters: { dueGraceDays: 7, continuousSilenceDays: 14, maximumUsageLagHours: 48 },
  parameterSchema: z.strictObject({
    dueGraceDays: z.number().min(0).max(366),
    continuousSilenceDays: z.number().min(1).max(3660),
    maximumUsageLagHours: z.number().min(0).max(8784),
  }),
  parameterNotes: {
    dueGraceDays: {
      unit: 'days',
      source: 'ours: an approved use may come a week before or after the day it is due',
      organisationDecides: true,
    },
    continuousSilenceDays: {
      unit: 'days',
      source: 'ours: what runs all the time is missed after two weeks',
      organisationDecides: true,
    },
    maximumUsageLagHours: {
      unit: 'hours',
      source: 'ours: sources tell a use hours late and are read daily; two days without news of use are tolerated',
      organisationDecides: true,
    },
  },
  evaluate(facts, { dueGraceDays, continuousSilenceDays, maximumUsageLagHours }, now) {
    const { expectedUse, anyUsedAt, anyUseKnownSince, anyUseKnownUntil, createdAt, firstSeenAt } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (!expectedUse?.approvedBy) return notApplicable('no expected use of it is approved');
    const { pattern, nextDueAt, approvedAt, approvedUntil } = expectedUse;
    if (pattern === 'standby' || pattern === 'break-glass')
      return notApplicable('nothing is expected of it until it is needed');
    const ends = approvedUntil ? (Date.parse(approvedUntil) as Instant) : null;
    // Written so that an end nobody can read is one that has come.
    if (ends !== null && !(now < ends)) return notApplicable('what was expected of it is approved no longer');
    const evidence = { pattern, lastUsedAt: iso(anyUsedAt) };

    if (pattern === 'continuous') {
      const silence = days(continuousSilenceDays);
      const from = latest(
        anyUsedAt,
        createdAt ?? firstSeenAt,
        approvedAt ? (Date.parse(approvedAt) as Instant) : null,
      )!;
      if (now < from + silence) return pass(earliest(plus(from, silence), ends));
      if (anyUseKnownSince === null || anyUseKnownUntil === null)
        return notEvaluated('whether it was used cannot be seen', ends ?? undefined);
      const knownToEnd = plus(anyUseKnownUntil, hours(maximumUsageLagHours));
      if (now >= knownToEnd) return notEvaluated('its usage data has not been read recently enough', ends ?? undefined);
      const reachesAt = plus(anyUseKnownSince, silence);
      if (now < reachesAt)
        return notEvaluated('its usage data does not reach back far enough yet', earliest(reachesAt, knownToEnd, ends));
      return fail('stopped', plus(from, silence), evidence, { until: earliest(knownToEnd, ends)! });
    }

    const grace = days(dueGraceDays);
    const due = dueDates(expectedUse, (now - grace) as Instant);
    if (due.last === null && due.next === null) return notApplicable('it is not told when it is due');
    const deadline = (at: Instant | null): Instant | null => (at === null ? null : plus(at, grace));
    if (due.last === null) return pass(earliest(deadline(due.next), ends));
    if (anyUsedAt !== null && anyUsedAt >= due.last - grace) return pass(earliest(deadline(due.next), ends));
    // The first time it was due and did not run: that a later one passed too does not move it.
    const first = Date.parse(nextDueAt!);
    const step = days(expectedUse.everyDays ?? 0);
    const missed = (
      step === 0 || anyUsedAt === null || anyUsedAt < first - grace
        ? first
        : first + (Math.floor((anyUsedAt + grace - first) / step) + 1) * step
    ) as Instant;
    if (anyUseKnownSince === null || anyUseKnownUntil === null)
      return notEvaluated('whether it was used cannot be seen', ends ?? undefined);
    if (anyUseKnownSince > missed - grace)
      return notEvaluated('its usage data does not reach back to the day it was due', ends ?? undefined);
    if (anyUseKnownUntil + hours(maximumUsageLagHours) < missed + grace)
      return notEvaluated('its usage data has not been read since it was due', ends ?? undefined);
    return fail(
      'did-not-happen',
      plus(missed, grace),
      { ...evidence, dueAt: iso(missed) },
      ends ? { until: ends } : {},
    );
  },
});
