import { z } from 'zod';
import {
  answers,
  controlsOf,
  days,
  defineCheck,
  fail,
  iso,
  lastOneLeavesAt,
  namedOwner,
  notApplicable,
  notGoverned,
  pass,
  plus,
  unlessEnded,
} from '../sdk/index.js';

/** Between `identity-has-accountable-owner` (nobody is named) and the checks of owners who left. */
export default defineCheck({
  id: 'ownership-is-accepted',
  code: 'NHI-LIFE-03',
  version: 1,
  title: 'Whoever was named as owner has said yes',
  risk: 'An owner who never agreed may not know of it: the name in the record answers for nothing.',
  remediation: 'Ask the owner to accept (purpose and privileges), or name somebody who does.',
  severity: 'medium',
  subject: 'identity',
  facts: [
    'owner',
    'ownershipState',
    'ownerAssignedAt',
    'firstSeenAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [],
  controls: controlsOf('NHI-LIFE-03', 'partial'),
  parameters: { graceDays: 14 },
  parameterSchema: z.strictObject({ graceDays: z.number().min(0).max(366) }),
  parameterNotes: {
    graceDays: {
      unit: 'days',
      source: 'ours: two weeks to answer, holidays included',
      organisationDecides: true,
    },
  },
  evaluate(facts, { graceDays }, now) {
    const { ownershipState, ownerAssignedAt, firstSeenAt } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    const owner = namedOwner(facts);
    if (owner === null) return notApplicable('nobody is named: another check says so');
    if (ownershipState === 'accepted') return pass();
    if (!answers(owner, now)) return notApplicable('the owner has left: another check says so');
    const leavesAt = lastOneLeavesAt([owner], now);
    const dueAt = plus(ownerAssignedAt ?? firstSeenAt, days(graceDays));
    if (now < dueAt) return notApplicable('new: there is still time to accept', unlessEnded(dueAt, leavesAt ?? null));
    const evidence = { owner: owner.name, assignedAt: iso(ownerAssignedAt) };
    return fail('not-accepted', dueAt, evidence, { until: leavesAt });
  },
});
