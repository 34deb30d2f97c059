import { z } from 'zod';
import {
  answers,
  controlsOf,
  defineCheck,
  fail,
  goneSince,
  iso,
  lastOneLeavesAt,
  latest,
  namedOwner,
  notApplicable,
  notEvaluated,
  notGoverned,
  pass,
} from '../sdk/index.js';

/**
 * The last of three that exclude each other: nobody named (`identity-has-accountable-owner`), the owner gone while a
 * deputy is left (`owner-is-active`), everybody gone (this).
 */
export default defineCheck({
  id: 'identity-is-not-orphaned',
  code: 'NHI-LIFE-01',
  version: 1,
  title: 'Somebody still answers for an identity when its owner has left',
  risk: 'Everybody who knew the identity has left. Some of them may still hold its credentials, and nobody here would notice.',
  remediation:
    'Assign a new owner today. Rotate every credential of it: those who left could have taken a copy. If nobody claims it, disable it.',
  severity: 'critical',
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
  controls: controlsOf('NHI-LIFE-01', 'partial'),
  parameters: {},
  parameterSchema: z.strictObject({}),
  parameterNotes: {},
  evaluate(facts, _parameters, now) {
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    const owner = namedOwner(facts);
    if (owner === null) return notApplicable('nobody is named: another check says so');
    if (!facts.peopleKnown) return notEvaluated('no people source has been read');
    const all = [owner, ...facts.deputies];
    if (all.some((person) => answers(person, now))) return pass(lastOneLeavesAt(all, now));
    const left = all.map((person) => goneSince(person, now));
    // Days that are not recorded tell nothing.
    const since = latest(...left) ?? facts.firstSeenAt;
    return fail('nobody-left', since, {
      owner: owner.name,
      leftAt: iso(goneSince(owner, now)),
      deputies: facts.deputies.map(({ name }) => name),
    });
  },
});
