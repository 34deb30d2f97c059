import { z } from 'zod';
import {
  answers,
  controlsOf,
  defineCheck,
  fail,
  goneSince,
  iso,
  lastOneLeavesAt,
  namedOwner,
  notApplicable,
  notEvaluated,
  notGoverned,
  pass,
} from '../sdk/index.js';

/**
 * Between `identity-has-accountable-owner` (nobody is named: not judged here) and `identity-is-not-orphaned` (nobody
 * who is named is left: not judged here either). What remains is the owner who left while a deputy holds the fort.
 */
export default defineCheck({
  id: 'owner-is-active',
  code: 'NHI-OWN-02',
  version: 1,
  title: 'The owner of an identity still works here',
  risk: 'A deputy stands in for a while. With the owner gone for good, nobody decides any more, and the next who leaves takes the last knowledge along.',
  remediation: 'Hand the identity over: to the deputy, or to whoever took over the work. The new owner accepts it.',
  severity: 'high',
  subject: 'identity',
  facts: [
    'owner',
    'ownershipState',
    'peopleKnown',
    'deputies',
    'firstSeenAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [],
  controls: controlsOf('NHI-OWN-02', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts, _parameters, now) {
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    const owner = namedOwner(facts);
    if (owner === null) return notApplicable('nobody is named: another check says so');
    if (!facts.peopleKnown) return notEvaluated('no people source has been read');
    // Whoever leaves last decides what becomes of it: with deputies left it fails here, without it is orphaned.
    if (answers(owner, now)) return pass(lastOneLeavesAt([owner], now));
    const deputies = facts.deputies.filter((deputy) => answers(deputy, now));
    if (deputies.length === 0) return notApplicable('nobody is left at all: another check says so');
    const until = lastOneLeavesAt(deputies, now);
    const evidence = {
      owner: owner.name,
      leftAt: iso(goneSince(owner, now)),
      deputies: facts.deputies.map(({ name, leavesAt }) => ({ name, leavesAt: iso(leavesAt) })),
    };
    return fail('owner-left', goneSince(owner, now) ?? facts.firstSeenAt, evidence, { until });
  },
});
