import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  earliest,
  excusesIdleness,
  fail,
  type HeldPrivilege,
  type Instant,
  latest,
  idleness,
  iso,
  notApplicable,
  notEvaluated,
  notGoverned,
  pass,
  plus,
  unlessEnded,
} from '../sdk/index.js';

/** All that is held, with its use: which of it is unused moves with time, and evidence must not. */
const evidenceOf = (held: readonly HeldPrivilege[], unusedDays: number): Record<string, unknown> => ({
  unusedDays,
  grants: held
    .slice(0, 20)
    .map(({ name, privilege, lastUsedAt }) => ({ name, privilege, lastUsedAt: iso(lastUsedAt) })),
});

/** The earliest day on which one of them, whose use is told, had not been used for so long. */
const sinceOf = (held: readonly HeldPrivilege[], born: Instant, unusedDays: number, now: Instant): Instant =>
  earliest(
    now,
    ...held
      .filter(({ useKnownSince, useKnownUntil }) => useKnownSince !== null && useKnownUntil !== null)
      .map(({ lastUsedAt }) => plus(latest(born, lastUsedAt)!, days(unusedDays))),
  )!;

/**
 * Asked of what is at work: what an identity needs shows only while it does something. One that nothing uses is judged
 * by `identity-is-used` and `credential-is-used`.
 */
export default defineCheck({
  id: 'unused-privilege-is-taken-away',
  code: 'NHI-PRIV-02',
  version: 1,
  title: 'Privileges that nothing uses are taken away',
  risk: 'Nobody misses what nobody uses, except whoever takes the identity over.',
  remediation:
    'Take the grants named in the evidence away, or replace them by ones for what is used. If they are needed though unused, record the expected use and have it approved.',
  severity: 'medium',
  subject: 'identity',
  facts: [
    'heldPrivileges',
    'createdAt',
    'firstSeenAt',
    'expectedUse',
    'lastUsedAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: ['*.grant', '*.managed-policy', '*.inline-policy', '*.group-membership', '*.service-last-accessed'],
  controls: controlsOf('NHI-PRIV-02', 'partial'),
  parameters: { unusedDays: 90, maximumUsageLagHours: 48, newGrantGraceDays: 30 },
  parameterSchema: z.strictObject({
    unusedDays: z.number().min(1).max(3660),
    maximumUsageLagHours: z.number().min(0).max(8784),
    newGrantGraceDays: z.number().min(0).max(366),
  }),
  parameterNotes: {
    unusedDays: {
      unit: 'days',
      source: 'the look-back AWS Access Analyzer uses in its examples: 90 days',
      organisationDecides: true,
    },
    maximumUsageLagHours: {
      unit: 'hours',
      source: 'ours: sources tell a use hours late and are read daily; two days without news of use are tolerated',
      organisationDecides: true,
    },
    newGrantGraceDays: {
      unit: 'days',
      source: 'ours: sources do not tell when something was granted, so a month after it was first seen',
      organisationDecides: true,
    },
  },
  evaluate(facts, { unusedDays, maximumUsageLagHours, newGrantGraceDays }, now) {
    const { heldPrivileges, createdAt, firstSeenAt, expectedUse, lastUsedAt } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (heldPrivileges.length === 0) return notApplicable('it may change nothing, as far as its grants tell');
    const excuse = excusesIdleness(expectedUse, now);
    if (excuse.excused) return notApplicable('approved to be idle now', excuse.until);
    const lastUse = latest(lastUsedAt, ...heldPrivileges.map((held) => held.lastUsedAt));
    if (lastUse === undefined || now >= plus(lastUse, days(unusedDays)))
      return notEvaluated('a use of it: what it needs shows only while it works');
    const idleFrom = plus(lastUse, days(unusedDays));
    const turns: (Instant | undefined)[] = [];
    let unknown = false;
    const unused: HeldPrivilege[] = [];
    const born = createdAt ?? firstSeenAt;
    for (const held of heldPrivileges) {
      const graceEnds = plus(held.firstSeenAt, days(newGrantGraceDays));
      if (now < graceEnds) {
        turns.push(graceEnds);
        continue;
      }
      const idle = idleness(held, born, unusedDays, maximumUsageLagHours, now);
      if (idle.is === 'unused') {
        unused.push(held);
        turns.push(idle.knownToEnd);
      } else if (idle.is === 'used') turns.push(idle.idleFrom);
      else if (idle.is === 'unknown') unknown = true;
      else {
        unknown ||= !idle.young;
        turns.push(earliest(idle.from, idle.young ? undefined : idle.knownToEnd));
      }
    }
    const until = earliest(idleFrom, ...turns)!;
    if (unused.length > 0) {
      const grave = unused.some(({ privilege }) => privilege !== 'write');
      return fail(
        'unused-privilege',
        sinceOf(heldPrivileges, born, unusedDays, now),
        evidenceOf(heldPrivileges, unusedDays),
        {
          ...(grave ? {} : { severity: 'low' as const }),
          until,
        },
      );
    }
    // When it is idle it is not evaluated either: that turns nothing.
    if (unknown) return notEvaluated('whether everything it holds was used', unlessEnded(earliest(...turns), idleFrom));
    return pass(until);
  },
});
