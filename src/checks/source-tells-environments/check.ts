import { z } from 'zod';
import { controlsOf, defineCheck, fail, notApplicable, pass } from '../sdk/index.js';

/** Asked of the source and not of each identity: one account without an environment is one thing to mend. */
export default defineCheck({
  id: 'source-tells-environments',
  code: 'NHI-INV-01',
  version: 1,
  title: 'It is known which environment everything in a source works in',
  risk: 'What nobody knows to be production gets the deadlines and the risk of a test.',
  remediation:
    'Set the environment of the account, or tag the identities with theirs, or say it by hand where the source cannot.',
  severity: 'low',
  subject: 'source',
  facts: ['createdAt', 'lastReadAt', 'withoutEnvironment'],
  reads: [],
  controls: controlsOf('NHI-INV-01', 'supporting'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate({ createdAt, lastReadAt, withoutEnvironment }) {
    if (lastReadAt === null) return notApplicable('nothing was read from it yet');
    if (withoutEnvironment === 0) return pass();
    return fail('environment-not-known', createdAt, { identities: withoutEnvironment });
  },
});
