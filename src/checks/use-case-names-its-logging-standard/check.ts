import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, notAtWork, pass } from '../sdk/index.js';

export default defineCheck({
  id: 'use-case-names-its-logging-standard',
  code: 'NHI-UC-06',
  version: 1,
  title: 'A use case names the logging standard it has to meet',
  risk: 'Nobody agreed what is logged and for how long, so after an incident there is nothing to ask.',
  remediation: 'Name the logging standard (which fields, kept for how long) and have the use case approved again.',
  severity: 'medium',
  subject: 'use-case',
  facts: ['createdAt', 'name', 'loggingStandard', 'status', 'liveIdentities'],
  reads: [],
  controls: controlsOf('NHI-UC-06', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts) {
    const { createdAt, name, status, loggingStandard } = facts;
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    if (loggingStandard !== null) return pass();
    return fail('no-logging-standard', createdAt, { useCase: name, status });
  },
});
