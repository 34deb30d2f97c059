import { z } from 'zod';
import {
  controlsOf,
  days,
  defineCheck,
  fail,
  iso,
  namedOwner,
  notApplicable,
  notGoverned,
  pass,
  plus,
} from '../sdk/index.js';

/**
 * Judges only whether somebody is named; `owner-is-active` and `identity-is-not-orphaned` only who is named. That
 * somebody is missing shows without any people source, so none is needed.
 */
export default defineCheck({
  id: 'identity-has-accountable-owner',
  code: 'NHI-OWN-01',
  version: 1,
  title: 'Every non-human identity has one accountable owner',
  risk: 'Nobody answers for an identity without an owner: its grants are not reviewed, its credentials not rotated, and nobody knows whether it may go.',
  remediation:
    'Assign a person who answers for it, by hand or by an ownership rule. A team may run it, but one person answers. If nobody needs it, disable it.',
  severity: 'high',
  subject: 'identity',
  facts: [
    'firstSeenAt',
    'ownershipState',
    'owner',
    'ownerTeam',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [],
  controls: controlsOf('NHI-OWN-01'),
  parameters: { graceDays: 7 },
  parameterSchema: z.strictObject({ graceDays: z.number().min(0).max(366) }),
  parameterNotes: {
    graceDays: {
      unit: 'days',
      source: 'ours: a week after it was first seen to find who made it',
      organisationDecides: true,
    },
  },
  evaluate(facts, { graceDays }, now) {
    const { firstSeenAt, ownershipState, owner, ownerTeam } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (namedOwner(facts) !== null) return pass();
    const graceEnds = plus(firstSeenAt, days(graceDays));
    if (now < graceEnds) return notApplicable('new: there is still time to name somebody', graceEnds);
    const evidence = {
      firstSeenAt: iso(firstSeenAt),
      proposed: owner?.name ?? null,
    };
    if (ownerTeam !== null && ownershipState !== 'proposed')
      return fail('team-only', graceEnds, { ...evidence, team: ownerTeam });
    return fail('no-owner', graceEnds, evidence);
  },
});
