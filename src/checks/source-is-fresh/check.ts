import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  earliest,
  fail,
  hours,
  iso,
  latest,
  notApplicable,
  pass,
  plus,
} from '../sdk/index.js';

/**
 * Excludes `source-population-is-complete`, which asks whether a reading saw everything: a source that is read on time
 * but not whole is fresh. Of its own reasons the nearest cause is given: a reading that failed or is held, before that
 * nothing new has come.
 */
export default defineCheck({
  id: 'source-is-fresh',
  code: 'NHI-EVD-02',
  version: 1,
  title: 'Sources are read on time',
  risk: 'Everything said about a source that is not read any more is about the past: new identities, leaks and leavers in it go unnoticed.',
  remediation:
    'See why its last reading did not end well (an expired credential of ours, a permission taken away, a removal that waits for confirmation), mend that, and read it again. For a file, bring a new one.',
  severity: 'high',
  subject: 'source',
  facts: ['status', 'scheduled', 'createdAt', 'lastCompleteAt', 'lastReadAt'],
  reads: [],
  controls: controlsOf('NHI-EVD-02', 'partial'),
  parameters: { maximumAgeHours: 26, maximumImportAgeDays: 35, firstReadingHours: 24 },
  parameterSchema: z.strictObject({
    maximumAgeHours: z.number().min(1).max(8784),
    maximumImportAgeDays: z.number().min(1).max(3660),
    firstReadingHours: z.number().min(0).max(8784),
  }),
  parameterNotes: {
    maximumAgeHours: {
      unit: 'hours',
      source: 'ours: a daily reading, and two hours for it to run',
      organisationDecides: true,
    },
    maximumImportAgeDays: {
      unit: 'days',
      source: 'ours: a monthly file, and some days to bring it',
      organisationDecides: true,
    },
    firstReadingHours: { unit: 'hours', source: 'ours: a day after it was registered', organisationDecides: true },
  },
  evaluate(
    { status, scheduled, createdAt, lastCompleteAt, lastReadAt },
    { maximumAgeHours, maximumImportAgeDays, firstReadingHours },
    now,
  ) {
    // What a failed or held reading brought is not in the inventory, so only a partial one counts beside the complete.
    const readAt = latest(lastCompleteAt, status === 'partial' ? lastReadAt : null);
    const staleAt =
      readAt === undefined
        ? plus(createdAt, hours(firstReadingHours))
        : plus(readAt, scheduled ? hours(maximumAgeHours) : days(maximumImportAgeDays));
    const since = earliest(readAt ?? createdAt, now)!;
    const evidence = { lastReadAt: iso(readAt), createdAt: iso(createdAt) };
    const soon = now < staleAt ? ({ severity: 'medium', until: staleAt } as const) : {};
    if (status === 'failed') return fail('failed', since, evidence, soon);
    if (status === 'held') return fail('held', since, evidence, soon);
    if (readAt === undefined) {
      if (now < staleAt) return notApplicable('new: there is still time for its first reading', staleAt);
      return fail('never-read', staleAt, evidence, { severity: 'medium' });
    }
    if (now < staleAt) return pass(staleAt);
    return fail('stale', staleAt, { ...evidence, scheduled }, scheduled ? {} : { severity: 'medium' });
  },
});
