import { z } from 'zod';
import { control, defineCheck, fail, notApplicable, pass } from '../sdk/index.js';

/** Asks that some are named; whether they hold shows in what the agent does. */
export default defineCheck({
  id: 'agent-has-guardrails',
  code: null,
  version: 1,
  title: 'An agent that can act has guardrails',
  risk: 'Nothing stands between what the model says and what its tools do.',
  remediation:
    'Record the guardrails that are in place (filters, limits, approvals before an action), or put some in place.',
  severity: 'medium',
  subject: 'agent',
  facts: ['createdAt', 'tools', 'guardrails'],
  reads: [],
  controls: [
    control('owasp-agentic-2026', 'ASI01', 'supporting'),
    control('owasp-agentic-2026', 'ASI02', 'partial'),
    control('owasp-llm-2026', 'LLM03:2026', 'partial'),
    control('owasp-llm-2025', 'LLM06:2025', 'partial'),
    control('eu-ai-act-2024-1689', 'Art.14', 'supporting'),
    control('iso-42001-2023', 'A.9.2', 'supporting'),
  ],
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ createdAt, tools, guardrails }) {
    if (tools === 0) return notApplicable('it has no tools: it does nothing by itself');
    if (guardrails > 0) return pass();
    return fail('no-guardrails', createdAt, { tools });
  },
});
