import { z } from 'zod';
import { controlsOf, defineCheck, earliest, fail, notApplicable, notEvaluated, outOfUse, pass } from '../sdk/index.js';

const STORED_SECRETS = [
  'access-key',
  'api-key',
  'client-secret',
  'personal-access-token',
  'ssh-key',
  'service-credential',
];

/** Excludes `no-static-credential-where-federation-is-possible`: where the better way is at hand, that is said there. */
export default defineCheck({
  id: 'authentication-is-strong-enough',
  code: 'NHI-CRED-08',
  version: 1,
  title: 'The way an identity proves who it is fits its risk',
  risk: 'A secret that is sent along with every request can be taken from any log, proxy or server on the way, and works for whoever has it.',
  remediation:
    'Use a method that proves possession (a federated token, mutual TLS, a signed assertion or request); give a token that has to stay an audience and a narrow scope.',
  severity: 'medium',
  subject: 'credential',
  facts: [
    'kind',
    'managedBy',
    'nature',
    'risk',
    'federationAvailable',
    'issuedAt',
    'firstSeenAt',
    'status',
    'identityStatus',
    'expiresAt',
  ],
  reads: [],
  controls: controlsOf('NHI-CRED-08', 'partial'),
  parameters: {
    basicKinds: ['service-credential'] as readonly string[],
    bearerKinds: ['api-key', 'client-secret', 'personal-access-token', 'oauth-token'] as readonly string[],
    bearerAllowedAt: ['low', 'moderate'] as readonly string[],
  },
  parameterSchema: z.strictObject({
    basicKinds: z.array(z.string()),
    bearerKinds: z.array(z.string()),
    bearerAllowedAt: z.array(z.enum(['low', 'moderate', 'high', 'critical'])),
  }),
  parameterNotes: {
    basicKinds: {
      unit: 'list',
      source: 'ours: a name and a password in every request',
      organisationDecides: true,
    },
    bearerKinds: {
      unit: 'list',
      source: 'ours: secrets that are sent as they are; an access key signs and is not among them',
      organisationDecides: true,
    },
    bearerAllowedAt: {
      unit: 'list',
      source: 'ours: at high risk whoever shows a secret has to prove that it is theirs',
      organisationDecides: true,
    },
  },
  evaluate(facts, { basicKinds, bearerKinds, bearerAllowedAt }, now) {
    const { kind, managedBy, nature, risk, federationAvailable, expiresAt, issuedAt, firstSeenAt } = facts;
    if (managedBy !== 'us') return notApplicable('whoever provides it manages it');
    const out = outOfUse(facts, now);
    if (out !== undefined) return notApplicable(out);
    const until = expiresAt ?? undefined;
    if (kind === 'password') return notApplicable('whether it may have a password at all is judged elsewhere', until);
    if (federationAvailable && nature !== 'human' && STORED_SECRETS.includes(kind))
      return notApplicable('it could do without a stored secret: another check says so', until);
    const since = earliest(issuedAt ?? firstSeenAt, now)!;
    if (basicKinds.includes(kind)) return fail('basic-authentication', since, { kind }, { until });
    if (!bearerKinds.includes(kind)) return pass(until);
    if (risk === null) return notEvaluated('how much risk it carries', until);
    if (bearerAllowedAt.includes(risk)) return pass(until);
    return fail('bearer-secret-at-high-risk', since, { kind, risk }, { until });
  },
});
