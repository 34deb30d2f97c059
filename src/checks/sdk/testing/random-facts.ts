import fc from 'fast-check';
import type { CredentialFacts, FactsOf, IdentityContext, IdentityFacts, Instant, SubjectType } from '../index.js';
import { at, NOW } from './describe-check.js';
import { aCredential, aGrant, anAgent, anIdentity, aPersonSubject, aSource, aUseCase } from './facts.js';

const DAYS = [
  -1000, -400, -366, -180, -120, -90, -60, -35, -30, -14, -7, -3, -2, -1, 0, 1, 2, 7, 14, 30, 60, 90, 366, 400, 3000,
];
const instant = fc.tuple(fc.constantFrom(...DAYS), fc.constantFrom(-1, 0, 0, 1)).map(([days, ms]) => at(days, ms));
const past = instant.map((when) => (when > NOW ? at(-1) : when));
const maybe = fc.option(instant, { nil: null });
const text = fc.constantFrom<string | null>(null, 'one', 'two');
const count = fc.constantFrom(0, 0, 1, 2);
const person = fc.record({
  name: fc.constantFrom('Sample Person 01', 'Sample Person 02'),
  status: fc.constantFrom('active' as const, 'active' as const, 'leave' as const, 'left' as const),
  leavesAt: maybe,
});
const level = fc.constantFrom(
  'admin' as const,
  'privileged' as const,
  'write' as const,
  'read' as const,
  'none' as const,
  'unknown' as const,
);
const riskLevel = fc.constantFrom(null, 'low' as const, 'moderate' as const, 'high' as const, 'critical' as const);
const isoInstant = instant.map((when) => new Date(when).toISOString());
const expectedUse = fc.option(
  fc.record(
    {
      pattern: fc.constantFrom(
        'continuous' as const,
        'scheduled' as const,
        'seasonal' as const,
        'standby' as const,
        'break-glass' as const,
      ),
      nextDueAt: fc.option(isoInstant, { nil: null }),
      approvedBy: fc.constantFrom(null, 'Sample Person 02'),
      approvedUntil: fc.option(fc.oneof(isoInstant, fc.constant('no date')), { nil: null }),
    },
    { requiredKeys: ['pattern'] },
  ),
  { nil: null, freq: 2 },
);
const where = { firstSeenAt: past };
const use = {
  lastUsedAt: maybe,
  useKnownSince: maybe,
  useKnownUntil: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Instant | null>(at(0)) },
    { weight: 1, arbitrary: maybe },
  ),
};
const context: { [K in keyof IdentityContext]: fc.Arbitrary<IdentityContext[K]> } = {
  identityKind: fc.constantFrom(
    'user',
    'role',
    'service-account',
    'application',
    'workload',
    'agent',
    'bot',
    'group',
    'root',
  ),
  identityName: fc.constant('sample-service'),
  account: fc.constant('111122223333'),
  identityStatus: fc.constantFrom(
    'active' as const,
    'active' as const,
    'active' as const,
    'disabled' as const,
    'unknown' as const,
  ),
  nature: fc.constantFrom(
    'non-human' as const,
    'non-human' as const,
    'human' as const,
    'mixed' as const,
    'undetermined' as const,
  ),
  managedBy: fc.constantFrom(
    'us' as const,
    'us' as const,
    'us' as const,
    'cloud-provider' as const,
    'platform' as const,
    'vendor' as const,
  ),
  custody: fc.constantFrom(
    'self-held' as const,
    'assumable' as const,
    'platform-held' as const,
    'vendor-held' as const,
    'unknown' as const,
  ),
  environment: fc.constantFrom(null, 'production', 'sandbox'),
  unitId: fc.constant(null),
  aiUse: fc.constantFrom('yes' as const, 'yes' as const, 'no' as const, 'unknown' as const),
  privilege: level,
  outsideTrust: fc.constantFrom(
    'none' as const,
    'vendor' as const,
    'outside' as const,
    'anyone' as const,
    'unknown' as const,
  ),
  expectedUse,
  tags: fc.constant({}),
  risk: riskLevel,
  useCasesApproved: count,
  useCasesUnapproved: count,
  agents: count,
  useCaseRisk: riskLevel,
};
const ownership = {
  peopleKnown: fc.constantFrom(true, true, true, false),
  ownershipState: fc.constantFrom(null, 'proposed' as const, 'provisional' as const, 'accepted' as const),
  owner: fc.option(person, { nil: null, freq: 3 }),
  deputies: fc.array(person, { maxLength: 3 }),
  ownerTeam: text,
  ownerAssignedAt: fc.option(past, { nil: null }),
};
const trust = fc.record({
  principal: fc.constantFrom('a', 'b'),
  standing: fc.constantFrom('vendor' as const, 'outside' as const, 'anyone' as const, 'unknown' as const),
  narrowed: fc.boolean(),
  account: text,
});
const identity = fc
  .record({
    ...where,
    ...context,
    ...ownership,
    ...use,
    createdAt: maybe,
    liveCredentials: count,
    liveCredentialsTellingUse: count,
    credentialsTellingUseEndAt: maybe,
    liveAiCredentials: count,
    aiCredentialsEndAt: maybe,
    livePasswords: count,
    passwordLastUsedAt: maybe,
    passwordUseKnownSince: maybe,
    liveProgrammaticCredentials: count,
    hasTrusts: fc.boolean(),
    outsideTrusts: fc.array(trust, { maxLength: 3 }),
    trustedAccounts: fc.array(
      fc.record({ account: fc.constantFrom('1', '2'), environment: fc.constantFrom('production', 'development') }),
      { maxLength: 2 },
    ),
    heldPrivileges: fc.array(
      fc.record({
        name: fc.constantFrom('one', 'two'),
        privilege: fc.constantFrom('admin' as const, 'privileged' as const, 'write' as const),
        firstSeenAt: past,
        ...use,
      }),
      { maxLength: 2 },
    ),
    retiredPurposes: count,
    lastRetiredAt: fc.option(past, { nil: null }),
  })
  .map((over) => anIdentity(over));
const ownCredential = {
  ...where,
  ...use,
  kind: fc.constantFrom(
    'access-key',
    'api-key',
    'client-secret',
    'certificate',
    'personal-access-token',
    'oauth-token',
    'password',
    'ssh-key',
    'signing-certificate',
    'service-credential',
    'federated-trust',
  ),
  status: fc.constantFrom(
    'active' as const,
    'active' as const,
    'active' as const,
    'disabled' as const,
    'expired' as const,
    'unknown' as const,
  ),
  issuedAt: maybe,
  expiresAt: maybe,
  rotatedAt: maybe,
  canExpire: fc.boolean(),
  tellsLastUse: fc.boolean(),
  slots: fc.constantFrom(null, null, 2),
  aiService: fc.boolean(),
  knownLeaked: fc.constantFrom(null, null, 'reported'),
  replacedAt: maybe,
  isRoot: fc.constantFrom(false, false, true),
  federationAvailable: fc.boolean(),
  consumers: fc.array(
    fc.record({
      kind: fc.constantFrom('workload', 'agent', 'host', 'secret-store', 'repository'),
      locator: fc.constantFrom('one', 'two'),
    }),
    { maxLength: 3 },
  ),
};
const credential = fc.record({ ...context, ...ownership, ...ownCredential }).map((over) => aCredential(over));
const missing = {
  scope: fc.constantFrom('one', 'two'),
  since: fc.oneof(
    past.map((when) => new Date(when).toISOString()),
    fc.constant('no date'),
  ),
};
const source = fc
  .record({
    status: fc.constantFrom(
      'never-read' as const,
      'complete' as const,
      'partial' as const,
      'failed' as const,
      'held' as const,
    ),
    createdAt: past,
    scheduled: fc.boolean(),
    lastCompleteAt: maybe,
    lastReadAt: maybe,
    gaps: fc.array(
      fc.record({
        ...missing,
        resourceType: fc.constant('aws.user'),
        reason: fc.constantFrom('forbidden', 'unsupported'),
        permission: text,
      }),
      { maxLength: 2 },
    ),
    unreadableScopes: fc.array(fc.record({ ...missing, name: fc.constant('sample') }), { maxLength: 2 }),
    countMismatches: fc.array(
      fc.record({ scope: fc.constant('one'), resourceType: fc.constant('aws.user'), stated: count, collected: count }),
      { maxLength: 2 },
    ),
    withoutEnvironment: count,
  })
  .map((over) => aSource(over));
const grant = fc
  .record({
    ...where,
    ...context,
    ...use,
    grantPrivilege: level,
    grantAiService: fc.boolean(),
    via: text,
    unusedServices: fc.array(fc.constantFrom('s3', 'iam'), { maxLength: 2 }),
  })
  .map((over) => aGrant(over));
const useCase = fc
  .record({
    status: fc.constantFrom('draft' as const, 'approved' as const, 'rejected' as const, 'retired' as const),
    createdAt: past,
    digestMatchesApproval: fc.boolean(),
    sponsor: fc.option(person, { nil: null }),
    approves: fc.option(person, { nil: null }),
    monitors: fc.option(person, { nil: null }),
    remediates: fc.option(person, { nil: null }),
    dataScope: fc.array(fc.constantFrom('internal', 'personal'), { maxLength: 2 }),
    likelihood: fc.constantFrom(null, 1, 5),
    consequence: fc.constantFrom(null, 1, 5),
    riskLevel,
    euAiActClass: fc.constantFrom(null, 'minimal', 'limited', 'high', 'prohibited'),
    loggingStandard: text,
    controlObjective: text,
    reviewCadenceDays: fc.constantFrom(null, 1, 365),
    reviewDueAt: maybe,
    approvedAt: maybe,
    liveIdentities: count,
    permittedActions: count,
    outputUsers: text,
    sponsorIsApprover: fc.boolean(),
    approvers: count,
  })
  .map((over) => aUseCase(over));
const agent = fc
  .record({
    status: fc.constantFrom('active' as const, 'retired' as const),
    createdAt: past,
    owner: fc.option(person, { nil: null }),
    useCasesApproved: count,
    useCasesUnapproved: count,
    liveIdentities: count,
    hasModel: fc.boolean(),
    hasPrompt: fc.boolean(),
    tools: count,
    guardrails: count,
    unpinnedParts: fc.array(fc.constantFrom('model', 'prompt'), { maxLength: 2 }),
  })
  .map((over) => anAgent(over));
const personSubject = fc
  .tuple(person, fc.constantFrom(0, 1, 100, 101))
  .map(([standing, ownedIdentities]) => aPersonSubject({ ...standing, ownedIdentities }));
/** Facts at random, drawn mostly from the instants on which outcomes turn, a millisecond to either side. */
export const randomFacts: { [S in SubjectType]: fc.Arbitrary<FactsOf[S]> } = {
  identity,
  credential,
  grant,
  'use-case': useCase,
  agent,
  person: personSubject,
  source,
};

/** An identity together with its credentials, so that the facts of each agree with those of the other. */
export const household = fc
  .record({
    shared: fc.record({ ...context, ...ownership }),
    self: identity,
    own: fc.array(fc.record(ownCredential), { maxLength: 3 }),
  })
  .map(({ shared, self, own }) => {
    const credentials = own.map((over) => aCredential({ ...over, ...shared }));
    const live = credentials.filter(
      ({ status, expiresAt }) => status !== 'disabled' && !(status === 'expired' && expiresAt === null),
    );
    const telling = live.filter(({ tellsLastUse }) => tellsLastUse);
    const ai = live.filter(({ aiService }) => aiService);
    const passwords = live.filter(({ kind }) => kind === 'password');
    return {
      credentials,
      identity: {
        ...self,
        ...shared,
        liveCredentials: live.length,
        liveCredentialsTellingUse: telling.length,
        credentialsTellingUseEndAt: endOf(telling),
        liveAiCredentials: ai.length,
        aiCredentialsEndAt: endOf(ai),
        livePasswords: passwords.length,
        liveProgrammaticCredentials: live.length - passwords.length,
      } satisfies IdentityFacts,
    };
  });
const endOf = (credentials: readonly CredentialFacts[]): Instant | null =>
  credentials.length === 0 || credentials.some(({ expiresAt }) => expiresAt === null)
    ? null
    : (Math.max(...credentials.map(({ expiresAt }) => expiresAt!)) as Instant);

const PAST =
  /^(issuedAt|rotatedAt|createdAt|lastUsedAt|passwordLastUsedAt|replacedAt|lastCompleteAt|lastReadAt|approvedAt|ownerAssignedAt|lastRetiredAt)$/;
/** What has happened has happened: of clocks that run ahead, the day told may follow them. */
export function inThePast<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inThePast) as T;
  const left = (value as { status?: unknown }).status === 'left';
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'number' && (PAST.test(name) || (left && name === 'leavesAt'))
        ? Math.min(member, NOW)
        : inThePast(member),
    ]),
  ) as T;
}
