import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  fail,
  iso,
  namedOwner,
  notApplicable,
  notGoverned,
  outOfUse,
  pass,
  plus,
  unlessEnded,
} from '../sdk/index.js';

/**
 * Registered means that somebody once stood up for the holder: an owner is named (accepted or not), an agent
 * authenticates as it, or a use case is linked. An owner who has left since does not unregister it: the leaver checks
 * say that. Excludes `ai-identity-serves-a-use-case`, which leaves an identity to this check exactly while this one
 * would fail at its live AI credentials.
 */
export default defineCheck({
  id: 'ai-credential-is-registered',
  code: 'NHI-INV-02',
  version: 1,
  title: 'Nobody uses AI on a credential that nobody registered',
  risk: 'Somebody opened a way to an AI service past everybody: what data goes there, who pays and who notices a theft is unknown.',
  remediation:
    'Find who made it (its name, its tags, the log of its creation). Name an owner and the use case it serves, or delete it together with the account that only holds it.',
  severity: 'high',
  subject: 'credential',
  facts: [
    'aiService',
    'useCasesApproved',
    'useCasesUnapproved',
    'agents',
    'expiresAt',
    'firstSeenAt',
    'issuedAt',
    'identityName',
    'status',
    'owner',
    'ownershipState',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [],
  controls: controlsOf('NHI-INV-02', 'partial'),
  parameters: { graceDays: 7 },
  parameterSchema: z.strictObject({ graceDays: z.number().min(0).max(366) }),
  parameterNotes: {
    graceDays: {
      unit: 'days',
      source: 'ours: a week after it was first seen to register it',
      organisationDecides: true,
    },
  },
  evaluate(facts, { graceDays }, now) {
    const { aiService, useCasesApproved, useCasesUnapproved, agents, expiresAt, firstSeenAt, issuedAt, identityName } =
      facts;
    if (!aiService) return notApplicable('it opens no AI service');
    const why = notGoverned(facts) ?? outOfUse(facts, now);
    if (why !== undefined) return notApplicable(why);
    const until = expiresAt ?? undefined;
    if (useCasesApproved + useCasesUnapproved + agents > 0 || namedOwner(facts) !== null) return pass(until);
    const graceEnds = plus(firstSeenAt, days(graceDays));
    if (now < graceEnds)
      return notApplicable('new: there is still time to register it', unlessEnded(graceEnds, expiresAt));
    const evidence = { identity: identityName, issuedAt: iso(issuedAt), firstSeenAt: iso(firstSeenAt) };
    return fail('unregistered', graceEnds, evidence, { until });
  },
});
