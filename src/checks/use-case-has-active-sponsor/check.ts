import { z } from 'zod';
import {
  answers,
  controlsOf,
  defineCheck,
  fail,
  goneSince,
  iso,
  lastOneLeavesAt,
  mergedControls,
  notApplicable,
  notAtWork,
  pass,
} from '../sdk/index.js';

export default defineCheck({
  id: 'use-case-has-active-sponsor',
  code: 'NHI-OWN-02',
  version: 1,
  title: 'Somebody who still works here answers for the purpose of a use case',
  risk: 'Without a sponsor nobody can say whether the use case is still wanted, and nobody stops it when it is not.',
  remediation: 'Name a sponsor: whoever needs the results. They confirm the purpose or retire the use case.',
  severity: 'high',
  subject: 'use-case',
  facts: ['createdAt', 'sponsor', 'status', 'liveIdentities'],
  reads: [],
  controls: mergedControls(controlsOf('NHI-OWN-01', 'partial'), controlsOf('NHI-OWN-02', 'partial')),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts, _parameters, now) {
    const { createdAt, sponsor } = facts;
    const why = notAtWork(facts);
    if (why !== undefined) return notApplicable(why);
    if (sponsor === null) return fail('no-sponsor', createdAt, {});
    if (answers(sponsor, now)) return pass(lastOneLeavesAt([sponsor], now));
    const leftAt = goneSince(sponsor, now);
    return fail('sponsor-left', leftAt ?? createdAt, { sponsor: sponsor.name, leftAt: iso(leftAt) });
  },
});
