import { z } from 'zod';
import {
  awaitsUse,
  controlsOf,
  days,
  defineCheck,
  earliest,
  excusesIdleness,
  fail,
  idleness,
  iso,
  latest,
  notApplicable,
  notEvaluated,
  notGoverned,
  pass,
  plus,
} from '../sdk/index.js';

/**
 * Excludes `credential-is-used`: where one live credential tells its use, the credentials are judged, and this is not;
 * and `expected-use-happens`: where a use is awaited, it is told there that it does not come.
 */
export default defineCheck({
  id: 'identity-is-used',
  code: 'NHI-CRED-04',
  version: 2,
  title: 'Identities that nothing uses are disabled',
  risk: 'An identity that nobody needs keeps its grants: it waits for whoever finds a way to become it.',
  remediation:
    'Ask its owner, then disable it; delete it when nothing has broken for a while. If it is needed though idle, record when it is next due and have that approved.',
  severity: 'medium',
  subject: 'identity',
  facts: [
    'liveCredentialsTellingUse',
    'credentialsTellingUseEndAt',
    'createdAt',
    'firstSeenAt',
    'expectedUse',
    'lastUsedAt',
    'useKnownSince',
    'useKnownUntil',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  // Without its credentials it would be judged by itself although they tell more.
  reads: [
    '*.access-key',
    '*.api-key',
    '*.client-secret',
    '*.personal-access-token',
    '*.password',
    '*.service-credential',
  ],
  controls: controlsOf('NHI-CRED-04', 'partial'),
  // It is to be removed, so what it serves and may do is not worth mending.
  supersedes: ['ai-identity-serves-a-use-case', 'privilege-fits-risk', 'unused-privilege-is-taken-away'],
  parameters: { idleDays: 90, maximumUsageLagHours: 48, worseAfterDays: 90 },
  parameterSchema: z.strictObject({
    idleDays: z.number().min(1).max(3660),
    maximumUsageLagHours: z.number().min(0).max(8784),
    worseAfterDays: z.number().min(1).max(3660),
  }),
  parameterNotes: {
    idleDays: {
      unit: 'days',
      source:
        'PCI DSS 4.0.1 8.2.6: 90 days. CIS Controls 8.1 5.3 asks for 45: set 45 to meet it, and approve the expected use of what runs quarterly',
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
  },
  evaluate(facts, { idleDays, maximumUsageLagHours, worseAfterDays }, now) {
    const {
      identityKind,
      liveCredentialsTellingUse,
      credentialsTellingUseEndAt,
      createdAt,
      firstSeenAt,
      expectedUse,
      lastUsedAt,
    } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (identityKind === 'root') return notApplicable('the root of an account cannot be removed');
    if (liveCredentialsTellingUse > 0 && (credentialsTellingUseEndAt === null || now < credentialsTellingUseEndAt)) {
      return notApplicable('each of its credentials is judged by itself', credentialsTellingUseEndAt ?? undefined);
    }
    const idle = idleness(facts, createdAt ?? firstSeenAt, idleDays, maximumUsageLagHours, now);
    if (idle.is === 'used') return pass(idle.idleFrom);
    if (idle.is === 'too-early' && idle.young && createdAt !== null) return notApplicable(idle.why, idle.from);
    const { awaited, until } = awaitsUse(expectedUse, now);
    if (awaited) return notApplicable('whether it is used as expected is judged by itself', until);
    const excuse = excusesIdleness(expectedUse, now);
    if (excuse.excused) return notApplicable('approved to be idle now', excuse.until);
    if (idle.is === 'unknown') return notEvaluated(idle.missing);
    if (idle.is === 'too-early')
      return notEvaluated(
        idle.young ? 'its age is not told, and it has not been seen for so long' : idle.why,
        idle.from,
      );
    // While its last credential that told its use was alive, this rule did not hold it to anything.
    const heldTo = liveCredentialsTellingUse > 0 ? credentialsTellingUseEndAt : null;
    const since = latest(idle.since, heldTo)!;
    const worseAt = plus(latest(idle.provenSince, heldTo)!, days(worseAfterDays));
    const evidence = { lastUsedAt: iso(lastUsedAt), createdAt: iso(createdAt), idleDays };
    if (now >= worseAt) return fail('unused', since, evidence, { severity: 'high', until: idle.knownToEnd });
    return fail('unused', since, evidence, { until: earliest(worseAt, idle.knownToEnd)! });
  },
});
