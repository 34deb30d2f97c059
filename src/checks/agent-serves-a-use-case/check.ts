import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, pass } from '../sdk/index.js';

/** Excludes `ai-identity-serves-a-use-case`: an agent with identities of its own is judged there, at each of them. */
export default defineCheck({
  id: 'agent-serves-a-use-case',
  code: 'NHI-UC-01',
  version: 1,
  title: 'An agent that borrows its access serves an approved use case',
  risk: 'It works with the rights of whoever calls it, for a purpose nobody approved.',
  remediation: 'Link the agent to the use case it serves and have that approved, or retire the agent.',
  severity: 'high',
  subject: 'agent',
  facts: ['name', 'createdAt', 'liveIdentities', 'useCasesApproved', 'useCasesUnapproved'],
  reads: [],
  controls: controlsOf('NHI-UC-01', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ name, createdAt, liveIdentities, useCasesApproved, useCasesUnapproved }) {
    if (liveIdentities > 0) return notApplicable('what it authenticates as is judged');
    if (useCasesApproved > 0) return pass();
    if (useCasesUnapproved > 0) return fail('use-case-not-approved', createdAt, { useCases: useCasesUnapproved });
    return fail('no-use-case', createdAt, { agent: name });
  },
});
