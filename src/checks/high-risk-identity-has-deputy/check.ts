import { z } from 'zod';
import {
  answers,
  controlsOf,
  defineCheck,
  earliest,
  fail,
  goneSince,
  lastOneLeavesAt,
  latest,
  namedOwner,
  notApplicable,
  notGoverned,
  pass,
} from '../sdk/index.js';

/** Asked only while the owner answers: without the owner, the checks of owners speak. */
export default defineCheck({
  id: 'high-risk-identity-has-deputy',
  code: 'NHI-OWN-01',
  version: 1,
  title: 'Somebody stands in for the owner of a high-risk identity',
  risk: 'The one person who may decide is ill, and what could do the most harm goes on without anybody who may stop it.',
  remediation: 'Name a deputy who knows the identity and may decide about it.',
  severity: 'low',
  subject: 'identity',
  facts: [
    'risk',
    'owner',
    'ownershipState',
    'deputies',
    'ownerAssignedAt',
    'firstSeenAt',
    'managedBy',
    'identityStatus',
    'nature',
    'identityKind',
  ],
  reads: [],
  controls: controlsOf('NHI-OWN-01', 'partial'),
  parameters: { risks: ['high', 'critical'] as readonly string[] },
  parameterSchema: z.strictObject({ risks: z.array(z.enum(['low', 'moderate', 'high', 'critical'])).min(1) }),
  parameterNotes: {
    risks: {
      unit: 'list',
      source: 'ours: where an hour without anybody who may decide costs most',
      organisationDecides: true,
    },
  },
  evaluate(facts, { risks }, now) {
    const { risk, deputies, ownerAssignedAt, firstSeenAt } = facts;
    const why = notGoverned(facts);
    if (why !== undefined) return notApplicable(why);
    if (risk === null || !risks.includes(risk)) return notApplicable('not of a risk that needs a deputy');
    const owner = namedOwner(facts);
    if (owner === null || !answers(owner, now))
      return notApplicable('its owner does not answer: another check says so');
    const ownerLeavesAt = lastOneLeavesAt([owner], now);
    if (deputies.some((deputy) => answers(deputy, now)))
      return pass(earliest(lastOneLeavesAt(deputies, now), ownerLeavesAt));
    const since = latest(...deputies.map((deputy) => goneSince(deputy, now))) ?? ownerAssignedAt ?? firstSeenAt;
    const evidence = { risk, owner: owner.name, deputies: deputies.map(({ name }) => name) };
    return fail('no-deputy', since, evidence, { until: ownerLeavesAt });
  },
});
