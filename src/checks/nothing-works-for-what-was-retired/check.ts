import { z } from 'zod';
import { controlsOf, defineCheck, fail, hours, iso, notApplicable, notGoverned, pass, plus } from '../sdk/index.js';

/** It has nothing left to serve, so that it serves no use case need not be said beside it. */
export default defineCheck({
  id: 'nothing-works-for-what-was-retired',
  code: 'NHI-LIFE-05',
  version: 1,
  title: 'What served a retired use case or agent is switched off',
  risk: 'The purpose has ended and the access has not: nobody looks at it any more, and it still opens everything it ever did.',
  remediation: 'Disable the identity, then delete it when nothing has broken. If it serves something else, link that.',
  severity: 'high',
  subject: 'identity',
  facts: [
    'retiredPurposes',
    'lastRetiredAt',
    'useCasesApproved',
    'useCasesUnapproved',
    'agents',
    'firstSeenAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [],
  controls: controlsOf('NHI-LIFE-05', 'partial'),
  supersedes: ['ai-identity-serves-a-use-case'],
  parameters: { graceHours: 24 },
  parameterSchema: z.strictObject({ graceHours: z.number().min(0).max(8784) }),
  parameterNotes: {
    graceHours: {
      unit: 'hours',
      source: 'ours: a day to switch off what is no longer needed',
      organisationDecides: true,
    },
  },
  evaluate(facts, { graceHours }, now) {
    const { retiredPurposes, lastRetiredAt, useCasesApproved, useCasesUnapproved, agents, firstSeenAt } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (retiredPurposes === 0) return notApplicable('nothing it served was retired');
    if (useCasesApproved + useCasesUnapproved + agents > 0) return pass();
    const dueAt = plus(lastRetiredAt ?? firstSeenAt, hours(graceHours));
    if (now < dueAt) return notApplicable('what it served has just been retired', dueAt);
    return fail('purpose-retired', dueAt, { retired: retiredPurposes, lastRetiredAt: iso(lastRetiredAt) });
  },
});
