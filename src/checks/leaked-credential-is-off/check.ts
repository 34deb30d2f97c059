import { z } from 'zod';
import { controlsOf, defineCheck, earliest, fail, iso, notApplicable, outOfUse, pass } from '../sdk/index.js';

/**
 * Passes only where a leak was reported and the credential is off: that no source reports one is no proof that there is
 * none, so it is not applicable there. Who manages the credential does not matter: a leak is never somebody else's.
 */
export default defineCheck({
  id: 'leaked-credential-is-off',
  code: 'NHI-CRED-06',
  version: 1,
  title: 'Credentials known to have leaked are off',
  risk: 'Strangers have it and may be using it now.',
  remediation:
    'Switch it off at once, then look through the logs for what it did and for anything made with it. Replace it for those who need it, and find out how it got out.',
  severity: 'critical',
  subject: 'credential',
  facts: ['knownLeaked', 'status', 'identityStatus', 'expiresAt', 'issuedAt', 'rotatedAt', 'firstSeenAt'],
  reads: [],
  controls: controlsOf('NHI-CRED-06', 'partial'),
  // It is to be revoked at once: whatever else is wrong with it can wait, and ends with it.
  supersedes: [
    'credential-age-within-limit',
    'credential-has-expiry',
    'credential-is-not-about-to-expire',
    'credential-is-used',
    'rotation-is-finished',
    'no-static-credential-where-federation-is-possible',
    'ai-credential-is-registered',
    'root-has-no-access-key',
  ],
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ knownLeaked, status, identityStatus, expiresAt, issuedAt, rotatedAt, firstSeenAt }, _parameters, now) {
    if (knownLeaked === null) return notApplicable('no source reports it as leaked');
    // Whether its identity is disabled does not switch it off: it comes back to life with it.
    if (outOfUse({ status, identityStatus: 'active', expiresAt }, now) !== undefined) return pass();
    // When it got out is not told: it may have been out since it was made.
    const since = earliest(rotatedAt ?? issuedAt ?? firstSeenAt, now)!;
    const evidence = { reported: knownLeaked, issuedAt: iso(issuedAt), expiresAt: iso(expiresAt), identityStatus };
    if (identityStatus === 'disabled')
      return fail('reported-leaked', since, evidence, { severity: 'high', until: expiresAt ?? undefined });
    return fail('reported-leaked', since, evidence, { until: expiresAt ?? undefined });
  },
});
