import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  earliest,
  fail,
  iso,
  notApplicable,
  notEvaluated,
  outOfUse,
  pass,
} from '../sdk/index.js';

/** Kinds that are not issued for a time: a trust holds no secret, and a password is not made to expire (NIST SP 800-63B-4). */
const NOT_ISSUED_FOR_A_TIME = ['federated-trust', 'password'];

export default defineCheck({
  id: 'credential-has-expiry',
  code: 'NHI-CRED-03',
  version: 1,
  title: 'Credentials expire where their platform lets them',
  risk: 'A credential without an end outlives its purpose, its owner and every copy that was forgotten; only somebody who remembers it can stop it.',
  remediation:
    'Replace it by one that expires within the limit. Where the platform sets the longest life for everybody, set it there too.',
  severity: 'high',
  subject: 'credential',
  facts: [
    'kind',
    'managedBy',
    'status',
    'identityStatus',
    'canExpire',
    'expiresAt',
    'issuedAt',
    'rotatedAt',
    'firstSeenAt',
  ],
  reads: [],
  controls: controlsOf('NHI-CRED-03'),
  parameters: {
    maximumLifetimeDays: 366,
    maximumLifetimeDaysByKind: { certificate: 398, 'signing-certificate': 1096 },
  },
  parameterSchema: z.strictObject({
    maximumLifetimeDays: z.number().min(1).max(36600),
    maximumLifetimeDaysByKind: z.record(z.string(), z.number().min(1).max(36600)),
  }),
  parameterNotes: {
    maximumLifetimeDays: {
      unit: 'days',
      source:
        'ours: a year, a leap year included; an expiry further away counts as none. How old a credential may get is asked by another check',
      organisationDecides: true,
    },
    maximumLifetimeDaysByKind: {
      unit: 'map of days',
      source:
        'ours: a year and a month to renew for certificates, three years for signing certificates (NIST SP 800-57 part 1 rev. 5 section 5.3: 1 to 3 years for signature keys)',
      organisationDecides: true,
    },
  },
  evaluate(
    { kind, managedBy, status, identityStatus, canExpire, expiresAt, issuedAt, rotatedAt, firstSeenAt },
    { maximumLifetimeDays, maximumLifetimeDaysByKind },
    now,
  ) {
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    if (!canExpire) return notApplicable('its platform cannot let it expire');
    if (NOT_ISSUED_FOR_A_TIME.includes(kind))
      return notApplicable('a credential of this kind is not issued for a time');
    const out = outOfUse({ status, identityStatus, expiresAt }, now);
    if (out !== undefined) return notApplicable(out);
    const born = rotatedAt ?? issuedAt;
    const since = earliest(born ?? firstSeenAt, now)!;
    if (expiresAt === null) return fail('no-expiry', since, { issuedAt: iso(born) });
    const maximum = maximumLifetimeDaysByKind[kind] ?? maximumLifetimeDays;
    // Where its issue is not told, it is at least as old as our first sight of it.
    if (expiresAt - (born ?? firstSeenAt) > days(maximum)) {
      return fail(
        'expiry-too-far',
        since,
        { issuedAt: iso(born), expiresAt: iso(expiresAt), maximumLifetimeDays: maximum },
        { until: expiresAt },
      );
    }
    if (born === null)
      return notEvaluated(
        'the source does not tell when it was issued, so the length of its life is unknown',
        expiresAt,
      );
    return pass(expiresAt);
  },
});
