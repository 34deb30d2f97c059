import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, notAtWork, pass } from '../sdk/index.js';

/** Whether what is granted and done stays inside the scope is asked elsewhere: this asks that there is one. */
export default defineCheck({
  id: 'use-case-states-its-data-scope',
  code: 'NHI-UC-02',
  version: 1,
  title: 'A use case says which data it may touch',
  risk: 'Without a list of data nobody can tell an answer from a leak: whatever the AI reaches, it may use.',
  remediation: 'List the data sets and classes the use case needs in its data scope, and have it approved again.',
  severity: 'high',
  subject: 'use-case',
  facts: ['createdAt', 'name', 'dataScope', 'status', 'liveIdentities'],
  reads: [],
  controls: controlsOf('NHI-UC-02', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts) {
    const { createdAt, name, status, dataScope } = facts;
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    if (dataScope.length > 0) return pass();
    return fail('no-data-scope', createdAt, { useCase: name, status });
  },
});
