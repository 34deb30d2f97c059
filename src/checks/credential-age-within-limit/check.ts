import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  fail,
  iso,
  notApplicable,
  notEvaluated,
  outOfUse,
  pass,
  plus,
} from '../sdk/index.js';

/** Kinds whose secret is a bearer or a key that somebody holds; a federated trust has nothing to rotate. */
const KINDS = [
  'access-key',
  'api-key',
  'client-secret',
  'certificate',
  'personal-access-token',
  'oauth-token',
  'ssh-key',
  'signing-certificate',
  'service-credential',
];

export default defineCheck({
  id: 'credential-age-within-limit',
  code: 'NHI-CRED-01',
  version: 1,
  title: 'Credentials are rotated before they are too old',
  risk: 'The longer a credential lives, the more places hold a copy of it, and the longer a copy that leaked can be used.',
  remediation:
    'Rotate it: make a new one, move every consumer, switch the old one off, then delete it. Where the platform offers federation, replace it by that.',
  severity: 'high',
  subject: 'credential',
  facts: ['kind', 'managedBy', 'rotatedAt', 'issuedAt', 'rotatedBasis', 'expiresAt', 'status', 'identityStatus'],
  reads: [],
  controls: controlsOf('NHI-CRED-01'),
  parameters: {
    maximumAgeDays: 90,
    maximumAgeDaysByKind: { certificate: 365, 'signing-certificate': 365, 'ssh-key': 365 },
    worseAfterDays: 90,
  },
  parameterSchema: z.strictObject({
    maximumAgeDays: z.number().min(1).max(3660),
    maximumAgeDaysByKind: z.record(z.string(), z.number().min(1).max(3660)),
    worseAfterDays: z.number().min(1).max(3660),
  }),
  parameterNotes: {
    maximumAgeDays: {
      unit: 'days',
      source: 'CIS AWS Foundations 7.0 2.12, CIS GCP Foundation 5.0 1.8 and 1.16: 90 days',
      organisationDecides: false,
    },
    maximumAgeDaysByKind: {
      unit: 'map of days',
      source: 'ours; NIST SP 800-57 part 1 rev. 5 section 5.3 allows 1 to 3 years for signature keys',
      organisationDecides: true,
    },
    worseAfterDays: {
      unit: 'days',
      source: 'ours: past twice the usual limit it is critical',
      organisationDecides: true,
    },
  },
  evaluate(facts, { maximumAgeDays, maximumAgeDaysByKind, worseAfterDays }, now) {
    const { kind, managedBy, rotatedAt, issuedAt, rotatedBasis, expiresAt } = facts;
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    if (!KINDS.includes(kind)) return notApplicable('a credential of this kind is not rotated');
    const out = outOfUse(facts, now);
    if (out !== undefined) return notApplicable(out);
    const born = rotatedAt ?? issuedAt;
    if (born === null)
      return notEvaluated(
        'the source tells neither when it was issued nor when it was rotated',
        expiresAt ?? undefined,
      );
    const limit = maximumAgeDaysByKind[kind] ?? maximumAgeDays;
    const tooOldAt = plus(born, days(limit));
    const end = expiresAt ?? undefined;
    if (now < tooOldAt) return pass(end !== undefined && end < tooOldAt ? end : tooOldAt);
    const worseAt = plus(tooOldAt, days(worseAfterDays));
    const evidence = { rotatedAt: iso(born), rotatedBasis, maximumAgeDays: limit };
    if (now >= worseAt)
      return fail('too-old', tooOldAt, evidence, {
        severity: 'critical',
        ...(end === undefined ? {} : { until: end }),
      });
    return fail('too-old', tooOldAt, evidence, { until: end !== undefined && end < worseAt ? end : worseAt });
  },
});
