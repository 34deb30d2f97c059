import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, notEvaluated, notGoverned, pass } from '../sdk/index.js';

/** A trust that names one role of the other environment is a pipeline; one that names the whole account is a hole. Whether an account is ours at all is asked by `trust-stays-inside`. */
export default defineCheck({
  id: 'environments-are-kept-apart',
  code: 'NHI-SHR-02',
  version: 1,
  title: 'Nobody reaches a protected environment from another as a whole',
  risk: 'Whoever takes over anything in the test account becomes what works in production.',
  remediation: 'Name the one role that needs it in the trust, or add a condition, in place of the whole account.',
  severity: 'high',
  subject: 'identity',
  facts: [
    'hasTrusts',
    'environment',
    'trustedAccounts',
    'outsideTrust',
    'firstSeenAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [],
  controls: controlsOf('NHI-SHR-02', 'partial'),
  parameters: { protectedEnvironments: ['production'] as readonly string[] },
  parameterSchema: z.strictObject({ protectedEnvironments: z.array(z.string().min(1).max(100)).min(1) }),
  parameterNotes: {
    protectedEnvironments: {
      unit: 'list',
      source: 'ours: where real data is',
      organisationDecides: true,
    },
  },
  evaluate(facts, { protectedEnvironments }) {
    const { hasTrusts, environment, trustedAccounts, outsideTrust, firstSeenAt } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (!hasTrusts) return notApplicable('nobody can become an identity of this kind');
    if (environment === null) return notEvaluated('which environment it works in');
    if (!protectedEnvironments.includes(environment)) return notApplicable('not in a protected environment');
    const below = trustedAccounts.filter((trusted) => !protectedEnvironments.includes(trusted.environment));
    if (below.length > 0)
      return fail('whole-account-of-another-environment', firstSeenAt, {
        environment,
        accounts: below.map((trusted) => `${trusted.account} (${trusted.environment})`),
      });
    if (outsideTrust === 'unknown') return notEvaluated('to whom some of those who may become it belong');
    return pass();
  },
});
