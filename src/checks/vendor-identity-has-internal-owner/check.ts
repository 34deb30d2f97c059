import { z } from 'zod';
import {
  answers,
  controlsOf,
  days,
  defineCheck,
  fail,
  goneSince,
  iso,
  lastOneLeavesAt,
  namedOwner,
  notApplicable,
  pass,
  plus,
} from '../sdk/index.js';

/** Excludes the three checks of owners, which ask nobody about what we do not manage. */
export default defineCheck({
  id: 'vendor-identity-has-internal-owner',
  code: 'NHI-TP-01',
  version: 1,
  title: 'Somebody here answers for what a vendor runs among us',
  risk: 'The contract ends, the account does not: nobody here asks the vendor what it still does.',
  remediation: 'Name the person who deals with the vendor as the owner of the identity.',
  severity: 'medium',
  subject: 'identity',
  facts: ['owner', 'ownershipState', 'firstSeenAt', 'managedBy', 'identityStatus'],
  reads: [],
  controls: controlsOf('NHI-TP-01', 'partial'),
  parameters: { graceDays: 7 },
  parameterSchema: z.strictObject({ graceDays: z.number().min(0).max(366) }),
  parameterNotes: {
    graceDays: {
      unit: 'days',
      source: 'ours: a week after it was first seen to find who deals with the vendor',
      organisationDecides: true,
    },
  },
  evaluate(facts, { graceDays }, now) {
    const { managedBy, identityStatus, firstSeenAt } = facts;
    if (managedBy !== 'vendor') return notApplicable('no vendor manages it');
    if (identityStatus === 'disabled') return notApplicable('disabled at its source');
    const owner = namedOwner(facts);
    if (owner === null) {
      const graceEnds = plus(firstSeenAt, days(graceDays));
      if (now < graceEnds)
        return notApplicable('new: there is still time to find who deals with the vendor', graceEnds);
      return fail('no-internal-owner', graceEnds, {});
    }
    if (answers(owner, now)) return pass(lastOneLeavesAt([owner], now));
    const leftAt = goneSince(owner, now);
    return fail('internal-owner-left', leftAt ?? firstSeenAt, { owner: owner.name, leftAt: iso(leftAt) });
  },
});
