import { z } from 'zod';
import { controlsOf, defineCheck, fail, hours, iso, notApplicable, notEvaluated, pass, plus } from '../sdk/index.js';

/** Excludes every check that judges a credential which is in use: those leave out what has expired by the clock. */
export default defineCheck({
  id: 'expired-credential-is-off',
  code: 'NHI-CRED-03',
  version: 1,
  title: 'Credentials that have expired are off',
  risk: 'An expiry that its source does not enforce ends nothing: whoever holds the credential goes on as before, while everybody believes that it is dead.',
  remediation:
    'Switch it off or delete it at its source. If something still needs it, issue a successor with an expiry first.',
  severity: 'medium',
  subject: 'credential',
  facts: ['managedBy', 'status', 'identityStatus', 'expiresAt'],
  reads: [],
  controls: controlsOf('NHI-CRED-03', 'supporting'),
  parameters: { graceHours: 24 },
  parameterSchema: z.strictObject({ graceHours: z.number().min(0).max(8784) }),
  parameterNotes: {
    graceHours: {
      unit: 'hours',
      source: 'ours: a source that is read daily shows its own change up to a day late',
      organisationDecides: true,
    },
  },
  evaluate({ managedBy, status, identityStatus, expiresAt }, { graceHours }, now) {
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    if (expiresAt === null) return notApplicable('it does not expire');
    if (status === 'disabled' || status === 'expired') return pass();
    if (identityStatus === 'disabled') return notApplicable('its identity is disabled at its source');
    const offFrom = plus(expiresAt, hours(graceHours));
    if (now < offFrom) return pass(offFrom);
    if (status === 'unknown') return notEvaluated('its source does not say whether it still works');
    return fail('expired-but-active', expiresAt, { expiresAt: iso(expiresAt), status });
  },
});
