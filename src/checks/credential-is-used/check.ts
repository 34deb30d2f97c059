import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  earliest,
  excusesIdleness,
  fail,
  idleness,
  iso,
  notApplicable,
  notEvaluated,
  outOfUse,
  pass,
  plus,
  unlessEnded,
} from '../sdk/index.js';

/**
 * Excludes `identity-is-used`, which judges only identities none of whose live credentials tells its use, and
 * `service-account-is-not-used-by-people`, which judges the passwords of everything that is not a person's own account.
 */
export default defineCheck({
  id: 'credential-is-used',
  code: 'NHI-CRED-04',
  version: 1,
  title: 'Credentials that nothing uses are switched off',
  risk: 'Nobody misses an unused credential when it is stolen, and nobody notices when somebody else begins to use it.',
  remediation:
    'Ask its owner, then switch it off; delete it when nothing has broken for a while. If it is needed though idle, record when it is next due and have that approved.',
  severity: 'medium',
  subject: 'credential',
  facts: [
    'kind',
    'nature',
    'managedBy',
    'tellsLastUse',
    'isRoot',
    'issuedAt',
    'rotatedAt',
    'firstSeenAt',
    'expiresAt',
    'expectedUse',
    'lastUsedAt',
    'useKnownSince',
    'useKnownUntil',
    'status',
    'identityStatus',
  ],
  // Some sources tell the last use apart from the credential: where that could not be read, nothing is known of it.
  reads: ['*.access-key-last-used'],
  controls: controlsOf('NHI-CRED-04', 'partial'),
  // It is to be removed, so nothing of it is worth mending.
  supersedes: [
    'credential-age-within-limit',
    'credential-has-expiry',
    'credential-is-not-about-to-expire',
    'rotation-is-finished',
    'no-static-credential-where-federation-is-possible',
    'ai-credential-is-registered',
  ],
  parameters: { idleDays: 90, maximumUsageLagHours: 48, worseAfterDays: 90, dueGraceDays: 7 },
  parameterSchema: z.strictObject({
    idleDays: z.number().min(1).max(3660),
    maximumUsageLagHours: z.number().min(0).max(8784),
    worseAfterDays: z.number().min(1).max(3660),
    dueGraceDays: z.number().min(0).max(366),
  }),
  parameterNotes: {
    idleDays: {
      unit: 'days',
      source:
        'PCI DSS 4.0.1 8.2.6: 90 days. CIS AWS Foundations 7.0 2.11 and CIS Controls 8.1 5.3 ask for 45: set 45 to meet them, and approve the expected use of what runs quarterly',
      organisationDecides: false,
    },
    maximumUsageLagHours: {
      unit: 'hours',
      source: 'ours: sources tell a use hours late and are read daily; two days without news of use are tolerated',
      organisationDecides: true,
    },
    worseAfterDays: {
      unit: 'days',
      source: 'ours: idle for half a year it is due for deletion',
      organisationDecides: true,
    },
    dueGraceDays: {
      unit: 'days',
      source: 'ours: an approved use may come a week after it was due',
      organisationDecides: true,
    },
  },
  evaluate(facts, { idleDays, maximumUsageLagHours, worseAfterDays, dueGraceDays }, now) {
    const {
      kind,
      nature,
      managedBy,
      tellsLastUse,
      isRoot,
      issuedAt,
      rotatedAt,
      firstSeenAt,
      expiresAt,
      expectedUse,
      lastUsedAt,
    } = facts;
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    const out = outOfUse(facts, now);
    if (out !== undefined) return notApplicable(out);
    if (!tellsLastUse) return notApplicable('its platform tells no use of single credentials: its identity is judged');
    if (isRoot && kind === 'password') return notApplicable("the root's password is for emergencies");
    if (kind === 'password' && (nature === 'non-human' || nature === 'mixed'))
      return notApplicable('whether it should have a password at all is judged at its identity');
    const born = rotatedAt ?? issuedAt;
    const idle = idleness(facts, born ?? firstSeenAt, idleDays, maximumUsageLagHours, now);
    if (idle.is === 'used') return pass(earliest(idle.idleFrom, expiresAt));
    if (idle.is === 'too-early' && idle.young && born !== null)
      return notApplicable(idle.why, unlessEnded(idle.from, expiresAt));
    const excuse = excusesIdleness(expectedUse, now, dueGraceDays, lastUsedAt);
    if (excuse.excused) return notApplicable('approved to be idle now', unlessEnded(excuse.until, expiresAt));
    if (idle.is === 'unknown') return notEvaluated(idle.missing, expiresAt ?? undefined);
    if (idle.is === 'too-early')
      return notEvaluated(
        idle.young ? 'its age is not told, and it has not been seen for so long' : idle.why,
        earliest(idle.from, expiresAt),
      );
    const worseAt = plus(idle.provenSince, days(worseAfterDays));
    const evidence = { lastUsedAt: iso(lastUsedAt), issuedAt: iso(born), idleDays };
    if (now >= worseAt)
      return fail('unused', idle.since, evidence, { severity: 'high', until: earliest(idle.knownToEnd, expiresAt)! });
    return fail('unused', idle.since, evidence, { until: earliest(worseAt, idle.knownToEnd, expiresAt)! });
  },
});
