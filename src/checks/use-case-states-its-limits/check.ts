import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, notAtWork, pass } from '../sdk/index.js';

/** The data it may touch is asked by `use-case-states-its-data-scope`. */
export default defineCheck({
  id: 'use-case-states-its-limits',
  code: 'NHI-UC-01',
  version: 1,
  title: 'A use case says what it may do, for whom, and to what end',
  risk: 'An approval of something nobody wrote down approves everything.',
  remediation:
    'Write down the permitted actions, who uses the outputs and the control objective, and have the use case approved again.',
  severity: 'medium',
  subject: 'use-case',
  facts: ['createdAt', 'permittedActions', 'outputUsers', 'controlObjective', 'status', 'liveIdentities'],
  reads: [],
  controls: controlsOf('NHI-UC-01', 'supporting'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts) {
    const { createdAt, permittedActions, outputUsers, controlObjective } = facts;
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    const missing = [
      ...(permittedActions === 0 ? ['permittedActions'] : []),
      ...(outputUsers === null ? ['outputUsers'] : []),
      ...(controlObjective === null ? ['controlObjective'] : []),
    ];
    if (missing.length === 0) return pass();
    return fail('limits-not-stated', createdAt, { missing });
  },
});
