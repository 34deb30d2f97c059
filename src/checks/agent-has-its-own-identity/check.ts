import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, pass } from '../sdk/index.js';

/** That several agents share an identity is judged at the identity (`identity-serves-one-agent`). */
export default defineCheck({
  id: 'agent-has-its-own-identity',
  code: 'NHI-SHR-01',
  version: 1,
  title: 'An agent acts under an identity of its own',
  risk: 'What it does is written down under the name of a person or of another system: nobody can tell who did it, and it cannot be switched off alone.',
  remediation:
    'Give the agent an identity of its own and record it. If it has one that is not in the inventory, connect its source.',
  severity: 'medium',
  subject: 'agent',
  facts: ['name', 'createdAt', 'liveIdentities', 'useCasesApproved'],
  reads: [],
  controls: controlsOf('NHI-SHR-01', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ name, createdAt, liveIdentities, useCasesApproved }) {
    if (liveIdentities > 0) return pass();
    if (useCasesApproved === 0) return notApplicable('nothing it serves is approved: it should not run yet');
    return fail('no-identity', createdAt, { agent: name });
  },
});
