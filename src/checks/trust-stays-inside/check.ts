import { z } from 'zod';
import {
  control,
  controlsOf,
  defineCheck,
  fail,
  listed,
  mergedControls,
  notApplicable,
  notEvaluated,
  pass,
} from '../sdk/index.js';

export default defineCheck({
  id: 'trust-stays-inside',
  code: 'NHI-TP-01',
  version: 1,
  title: 'Only known parties may become an identity, and vendors only under a condition',
  risk: 'Whoever may become the identity from outside may do all that it may do, without any credential that we could take away.',
  remediation:
    'Remove the principals named in the evidence from the trust, or narrow it (an external id, a subject claim, an organisation id). If the account is ours or a vendor we know, record it as such.',
  severity: 'high',
  subject: 'identity',
  facts: ['managedBy', 'identityStatus', 'hasTrusts', 'outsideTrust', 'outsideTrusts', 'firstSeenAt'],
  reads: [],
  controls: mergedControls(controlsOf('NHI-TP-01', 'supporting'), [
    control('owasp-nhi-2025', 'NHI3:2025', 'partial'),
    control('owasp-nhi-2025', 'NHI4:2025', 'supporting'),
    control('owasp-nhi-2025', 'NHI6:2025', 'partial'),
    control('nist-800-53-r5', 'AC-3', 'partial'),
    control('nist-800-53-r5', 'AC-20', 'partial'),
    control('nist-csf-2.0', 'PR.AA-05', 'partial'),
    control('iso-27001-2022', 'A.5.15', 'partial'),
    control('cis-aws-foundations-7.0', '2.18', 'supporting'),
  ]),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ managedBy, identityStatus, hasTrusts, outsideTrust, outsideTrusts, firstSeenAt }) {
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    if (identityStatus === 'disabled') return notApplicable('disabled at its source');
    if (!hasTrusts) return notApplicable('nobody can become an identity of this kind');
    const anyone: string[] = [];
    const outside: string[] = [];
    const vendors: string[] = [];
    let unknown = 0;
    for (const { principal, standing, narrowed } of outsideTrusts) {
      if (standing === 'unknown') unknown++;
      else if (standing === 'outside') outside.push(principal);
      // Pinned down to one party, a trust in a vendor, or in "anyone who ...", is a trust in that party.
      else if (!narrowed) (standing === 'anyone' ? anyone : vendors).push(principal);
    }
    const evidence = {
      ...listed('anyone', anyone),
      ...listed('outside', outside),
      ...listed('vendorsWithoutCondition', vendors),
      unknown,
    };
    if (anyone.length > 0) return fail('anyone-may-assume', firstSeenAt, evidence, { severity: 'critical' });
    if (outside.length > 0) return fail('outside-account', firstSeenAt, evidence);
    if (vendors.length > 0) return fail('vendor-without-condition', firstSeenAt, evidence, { severity: 'medium' });
    // The list may be empty because nobody could read it.
    if (unknown > 0 || outsideTrust === 'unknown')
      return notEvaluated('to whom some of those who may become it belong');
    return pass();
  },
});
