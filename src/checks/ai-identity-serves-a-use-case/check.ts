import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  fail,
  iso,
  latest,
  namedOwner,
  notApplicable,
  notEvaluated,
  notGoverned,
  pass,
  plus,
} from '../sdk/index.js';

/**
 * Excludes `ai-credential-is-registered`: an identity that nobody ever registered (no owner named, no agent, no use
 * case) and that holds a live credential for an AI service is judged there, at the credential. As soon as an owner is
 * named or an agent is linked, the credential is registered, and here the owner is asked what it is for.
 */
export default defineCheck({
  id: 'ai-identity-serves-a-use-case',
  code: 'NHI-UC-01',
  version: 1,
  title: 'Every identity that uses AI serves an approved use case',
  risk: 'AI that nobody approved works on data that nobody released to it, and no one can say what it is there for.',
  remediation:
    'Link the identity to the use case it serves, or record that use case and have it approved. If it serves none, take its access to AI away.',
  severity: 'high',
  subject: 'identity',
  facts: [
    'aiUse',
    'useCasesApproved',
    'useCasesUnapproved',
    'agents',
    'liveAiCredentials',
    'aiCredentialsEndAt',
    'firstSeenAt',
    'owner',
    'ownershipState',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [],
  controls: controlsOf('NHI-UC-01', 'partial'),
  parameters: { graceDays: 7 },
  parameterSchema: z.strictObject({ graceDays: z.number().min(0).max(366) }),
  parameterNotes: {
    graceDays: {
      unit: 'days',
      source:
        'ours: a week after it was first seen to record what it is for; a use case that is known but not approved gets no grace',
      organisationDecides: true,
    },
  },
  evaluate(facts, { graceDays }, now) {
    const { aiUse, useCasesApproved, useCasesUnapproved, agents, liveAiCredentials, aiCredentialsEndAt, firstSeenAt } =
      facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (aiUse === 'no') return notApplicable('nothing it may do or become names an AI service');
    if (useCasesApproved > 0) return pass();
    if (aiUse === 'unknown') return notEvaluated('whether it uses AI');
    if (useCasesUnapproved > 0) return fail('use-case-not-approved', firstSeenAt, { useCases: useCasesUnapproved });
    const graceEnds = plus(firstSeenAt, days(graceDays));
    if (
      liveAiCredentials > 0 &&
      agents === 0 &&
      namedOwner(facts) === null &&
      (aiCredentialsEndAt === null || now < aiCredentialsEndAt)
    ) {
      return notApplicable(
        'nobody ever registered it: its credentials for AI are judged',
        aiCredentialsEndAt === null ? undefined : latest(aiCredentialsEndAt, graceEnds),
      );
    }
    if (now < graceEnds) return notApplicable('new: there is still time to say what it is for', graceEnds);
    return fail('no-use-case', graceEnds, { firstSeenAt: iso(firstSeenAt), agents });
  },
});
