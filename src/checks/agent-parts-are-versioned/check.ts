import { z } from 'zod';
import { controlsOf, defineCheck, fail, listed, pass } from '../sdk/index.js';

/** The ground of change control: that a change was approved is asked once agents have approvals. */
export default defineCheck({
  id: 'agent-parts-are-versioned',
  code: 'NHI-CHG-01',
  version: 1,
  title: 'Every part of an agent is known by version or digest',
  risk: 'A prompt or a model that has no version can be exchanged without anybody noticing, and no change of it can be approved.',
  remediation: 'Record model and prompt of the agent, and a version or a digest for each of its parts.',
  severity: 'medium',
  subject: 'agent',
  facts: ['createdAt', 'hasModel', 'hasPrompt', 'unpinnedParts'],
  reads: [],
  controls: controlsOf('NHI-CHG-01', 'supporting'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ createdAt, hasModel, hasPrompt, unpinnedParts }) {
    const missing = [...(hasModel ? [] : ['model']), ...(hasPrompt ? [] : ['prompt'])];
    if (missing.length > 0) return fail('part-not-recorded', createdAt, { missing });
    if (unpinnedParts.length > 0) return fail('part-without-version', createdAt, listed('parts', unpinnedParts));
    return pass();
  },
});
