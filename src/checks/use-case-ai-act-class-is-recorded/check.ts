import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, notAtWork, pass } from '../sdk/index.js';

/** That a prohibited use was rejected is no excuse while identities still work for it. */
export default defineCheck({
  id: 'use-case-ai-act-class-is-recorded',
  code: 'NHI-UC-04',
  version: 1,
  title: 'A use case has its class under the EU AI Act, and is not a prohibited one',
  risk: 'Duties, dates and penalties follow from the class. A prohibited practice has no approval that would make it lawful.',
  remediation:
    'Have the class recorded by whoever may judge it. Stop a prohibited use: disable what works for it, then retire it.',
  severity: 'medium',
  subject: 'use-case',
  facts: ['name', 'createdAt', 'euAiActClass', 'status', 'liveIdentities'],
  reads: [],
  controls: controlsOf('NHI-UC-04', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts) {
    const { name, status, createdAt, euAiActClass, liveIdentities } = facts;
    if (euAiActClass === 'prohibited' && status !== 'retired' && liveIdentities > 0)
      return fail(
        'prohibited-in-use',
        createdAt,
        { useCase: name, status, identities: liveIdentities },
        { severity: 'critical' },
      );
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    if (euAiActClass === null) return fail('no-class', createdAt, { useCase: name });
    return pass();
  },
});
