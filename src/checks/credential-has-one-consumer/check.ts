import { z } from 'zod';
import {
  controlsOf,
  defineCheck,
  earliest,
  fail,
  listed,
  notApplicable,
  notEvaluated,
  outOfUse,
  pass,
} from '../sdk/index.js';

/** Two consumers of one kind are two; a workload and the store it reads the secret from are one use. */
export default defineCheck({
  id: 'credential-has-one-consumer',
  code: 'NHI-SHR-01',
  version: 1,
  title: 'A credential is used by one workload only',
  risk: 'Several who share a key cannot be told apart, and rotating it for one breaks the others.',
  remediation: 'Give every consumer a credential of its own, then retire the shared one.',
  severity: 'medium',
  subject: 'credential',
  facts: ['managedBy', 'agents', 'issuedAt', 'firstSeenAt', 'consumers', 'status', 'identityStatus', 'expiresAt'],
  reads: [],
  controls: controlsOf('NHI-SHR-01', 'partial'),
  parameters: { tellingKinds: ['agent', 'workload', 'application', 'pipeline', 'vendor'] as readonly string[] },
  parameterSchema: z.strictObject({ tellingKinds: z.array(z.string()).min(1) }),
  parameterNotes: {
    tellingKinds: {
      unit: 'list',
      source: 'ours: kinds of consumers of which two are two users; several hosts may be one service',
      organisationDecides: true,
    },
  },
  evaluate(facts, { tellingKinds }, now) {
    const { managedBy, agents, expiresAt, issuedAt, firstSeenAt, consumers } = facts;
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    const out = outOfUse(facts, now);
    if (out !== undefined) return notApplicable(out);
    const until = expiresAt ?? undefined;
    if (agents > 1) return notApplicable('several agents share its identity: that is judged there', until);
    const users = tellingKinds.map((kind) => ({
      kind,
      named: new Set(consumers.filter((consumer) => consumer.kind === kind).map(({ locator }) => locator)),
    }));
    const shared = users.filter(({ named }) => named.size > 1);
    if (shared.length > 0)
      return fail(
        'several-consumers',
        earliest(issuedAt ?? firstSeenAt, now)!,
        listed(
          'consumers',
          shared.flatMap(({ kind, named }) => [...named].map((locator) => `${kind}: ${locator}`)),
        ),
        { until },
      );
    if (users.some(({ named }) => named.size === 1)) return pass(until);
    return notEvaluated('who uses it', until);
  },
});
