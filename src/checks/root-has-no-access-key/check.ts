import { z } from 'zod';
import {
  control,
  controlsOf,
  defineCheck,
  earliest,
  fail,
  iso,
  mergedControls,
  notApplicable,
  outOfUse,
  pass,
} from '../sdk/index.js';

/** What a root must have to exist at all, or does not authenticate with. */
const NOT_A_KEY = ['password', 'federated-trust'];

export default defineCheck({
  id: 'root-has-no-access-key',
  code: 'NHI-PRIV-01',
  version: 1,
  title: 'The root of an account has no keys',
  risk: 'A key of the root may do everything, nothing can restrain it, and a copy of it is the whole account.',
  remediation: 'Give whatever uses it a role with what it needs, then switch the key off and delete it.',
  severity: 'critical',
  subject: 'credential',
  facts: ['isRoot', 'kind', 'name', 'status', 'identityStatus', 'expiresAt', 'issuedAt', 'firstSeenAt'],
  reads: [],
  controls: mergedControls(controlsOf('NHI-PRIV-01', 'supporting'), [
    control('cis-aws-foundations-7.0', '2.4', 'direct'),
    control('cis-controls-8.1', '5.4', 'partial'),
    control('nist-800-53-r5', 'AC-6(5)', 'partial'),
    control('owasp-nhi-2025', 'NHI5:2025', 'partial'),
    control('iso-27001-2022', 'A.8.2', 'partial'),
  ]),
  // It is to be deleted, so nothing of it is worth mending.
  supersedes: [
    'credential-age-within-limit',
    'credential-has-expiry',
    'credential-is-not-about-to-expire',
    'credential-is-used',
    'rotation-is-finished',
    'no-static-credential-where-federation-is-possible',
    'ai-credential-is-registered',
  ],
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ isRoot, kind, name, status, identityStatus, expiresAt, issuedAt, firstSeenAt }, _parameters, now) {
    if (!isRoot) return notApplicable('it does not belong to the root of an account');
    if (NOT_A_KEY.includes(kind)) return notApplicable('a credential of this kind is not a key');
    if (outOfUse({ status, identityStatus, expiresAt }, now) !== undefined) return pass();
    const until = expiresAt ?? undefined;
    return fail(
      'root-key',
      earliest(issuedAt ?? firstSeenAt, now)!,
      { key: name, kind, issuedAt: iso(issuedAt) },
      { until },
    );
  },
});
