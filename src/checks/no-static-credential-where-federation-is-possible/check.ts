import { z } from 'zod';
import {
  controlsOf,
  defineCheck,
  earliest,
  excusesIdleness,
  fail,
  hours,
  iso,
  notApplicable,
  notEvaluated,
  outOfUse,
  pass,
  unlessEnded,
} from '../sdk/index.js';

/** Kinds that are a stored secret. A certificate's key need not be readable, and a password is another check's question. */
const STORED_SECRETS = [
  'access-key',
  'api-key',
  'client-secret',
  'personal-access-token',
  'ssh-key',
  'service-credential',
];

export default defineCheck({
  id: 'no-static-credential-where-federation-is-possible',
  code: 'NHI-CRED-05',
  version: 1,
  title: 'Workloads prove who they are without stored secrets where they can',
  risk: 'A stored secret can be copied, and a copy works from anywhere. A workload that proves where it runs has nothing to copy.',
  remediation:
    'Let the workload use its federated or instance-bound identity instead, move every consumer, then switch the stored credential off and delete it.',
  severity: 'medium',
  subject: 'credential',
  facts: [
    'kind',
    'nature',
    'managedBy',
    'status',
    'identityStatus',
    'expectedUse',
    'expiresAt',
    'issuedAt',
    'rotatedAt',
    'firstSeenAt',
    'federationAvailable',
  ],
  reads: [],
  controls: controlsOf('NHI-CRED-05'),
  parameters: { staticFromHours: 24 },
  parameterSchema: z.strictObject({ staticFromHours: z.number().min(0).max(8784) }),
  parameterNotes: {
    staticFromHours: {
      unit: 'hours',
      source: 'ours: what is issued anew every day is not stored for long',
      organisationDecides: true,
    },
  },
  evaluate(
    {
      kind,
      nature,
      managedBy,
      status,
      identityStatus,
      expectedUse,
      expiresAt,
      issuedAt,
      rotatedAt,
      firstSeenAt,
      federationAvailable,
    },
    { staticFromHours },
    now,
  ) {
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    const out = outOfUse({ status, identityStatus, expiresAt }, now);
    if (out !== undefined) return notApplicable(out);
    if (kind === 'federated-trust') return pass(expiresAt ?? undefined);
    if (!STORED_SECRETS.includes(kind)) return notApplicable('a credential of this kind is not a stored secret');
    if (nature === 'human') return notApplicable('a person does not run on a platform that could vouch for them');
    if (!federationAvailable) return notApplicable('nothing in its scope offers federation');
    const born = rotatedAt ?? issuedAt;
    if (born !== null && expiresAt !== null && expiresAt - born <= hours(staticFromHours)) return pass(expiresAt);
    if (expectedUse?.pattern === 'break-glass') {
      const excuse = excusesIdleness(expectedUse, now);
      // It must work when the federation does not.
      if (excuse.excused) return notApplicable('approved for emergencies', unlessEnded(excuse.until, expiresAt));
    }
    const until = expiresAt ?? undefined;
    if (nature === 'undetermined') return notEvaluated('whether a person or a machine uses it', until);
    const since = earliest(born ?? firstSeenAt, now)!;
    return fail('static-credential', since, { issuedAt: iso(born), expiresAt: iso(expiresAt) }, { until });
  },
});
