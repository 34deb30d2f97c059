import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, notGoverned, pass } from '../sdk/index.js';

/** Excludes `credential-has-one-consumer`, which leaves what several agents share to this check. */
export default defineCheck({
  id: 'identity-serves-one-agent',
  code: 'NHI-SHR-01',
  version: 1,
  title: 'No two agents act under one identity',
  risk: 'Which of them did it, nobody can tell; and none of them can be stopped without stopping the others.',
  remediation: 'Give every agent an identity of its own with what it alone needs, and retire the shared one.',
  severity: 'high',
  subject: 'identity',
  facts: ['agents', 'firstSeenAt', 'managedBy', 'identityStatus', 'nature', 'identityKind'],
  reads: [],
  controls: controlsOf('NHI-SHR-01', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts) {
    const { agents, firstSeenAt } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (agents === 0) return notApplicable('no agent authenticates as it');
    if (agents === 1) return pass();
    return fail('several-agents', firstSeenAt, { agents });
  },
});
