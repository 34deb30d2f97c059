import { z } from 'zod';
import { answers, controlsOf, defineCheck, fail, notApplicable, pass } from '../sdk/index.js';

export default defineCheck({
  id: 'owner-can-look-after-what-they-own',
  code: 'NHI-OWN-02',
  version: 1,
  title: 'Nobody answers for more identities than they can look after',
  risk: 'Who owns hundreds reads none of them: every question is answered with yes.',
  remediation:
    'Share the identities out: to those who run them, by an ownership rule, or to a collection that is reviewed as one.',
  severity: 'low',
  subject: 'person',
  facts: ['name', 'status', 'leavesAt', 'ownedIdentities', 'knownSince'],
  reads: [],
  controls: controlsOf('NHI-OWN-02', 'supporting'),
  parameters: { maximumIdentities: 100 },
  parameterSchema: z.strictObject({ maximumIdentities: z.number().int().min(1).max(100_000) }),
  parameterNotes: {
    maximumIdentities: {
      unit: 'count',
      source: 'ours: at three minutes each, a quarterly review of a hundred takes a day',
      organisationDecides: true,
    },
  },
  evaluate({ name, status, leavesAt, ownedIdentities, knownSince }, { maximumIdentities }, now) {
    if (!answers({ name, status, leavesAt }, now)) return notApplicable('has left: what they own is judged');
    if (ownedIdentities === 0) return notApplicable('answers for nothing');
    const until = leavesAt ?? undefined;
    if (ownedIdentities <= maximumIdentities) return pass(until);
    return fail('too-many', knownSince, { identities: ownedIdentities, maximumIdentities }, { until });
  },
});
