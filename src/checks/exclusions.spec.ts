import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  Check,
  CredentialFacts,
  FactsOf,
  IdentityContext,
  IdentityFacts,
  Instant,
  Outcome,
  SubjectType,
} from './sdk/index.js';
import { SEVERITIES } from './sdk/index.js';
import {
  aCredential,
  aGrant,
  anAgent,
  anIdentity,
  aPersonSubject,
  aSource,
  at,
  aUseCase,
  NOW,
} from './sdk/testing/index.js';

/** Every check there is: one folder each. */
const checks = new Map<string, Check>();
for (const folder of readdirSync(new URL('.', import.meta.url))) {
  if (folder === 'sdk' || !existsSync(new URL(`./${folder}/check.ts`, import.meta.url))) continue;
  const { default: check } = (await import(`./${folder}/check.js`)) as { default: Check };
  checks.set(folder, check);
}
const evaluate = <S extends SubjectType>(id: string, facts: FactsOf[S], now: Instant = NOW): Outcome => {
  const check = checks.get(id) as unknown as Check<S> | undefined;
  if (!check) throw new Error(`There is no check ${id}`);
  return check.evaluate(facts, check.parameters, now);
};
const fails = <S extends SubjectType>(id: string, facts: FactsOf[S]): boolean => evaluate(id, facts).result === 'fail';

// Facts at random, drawn mostly from the instants on which outcomes turn, a millisecond to either side.
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
const FACTS: { [S in SubjectType]: fc.Arbitrary<FactsOf[S]> } = {
  identity,
  credential,
  grant,
  'use-case': useCase,
  agent,
  person: personSubject,
  source,
};

/** An identity together with its credentials, so that the facts of each agree with those of the other. */
const household = fc
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

/** The same facts in every run: what fails here fails everywhere. */
const RUNS = { seed: 20260301, numRuns: 1000 };
const holds = <T>(facts: fc.Arbitrary<T>, property: (facts: T) => void): void =>
  fc.assert(fc.property(facts, property), RUNS);
const later = fc.integer({ min: 1, max: 4000 * 86_400_000 });
const PAST =
  /^(issuedAt|rotatedAt|createdAt|lastUsedAt|passwordLastUsedAt|replacedAt|lastCompleteAt|lastReadAt|approvedAt|ownerAssignedAt|lastRetiredAt)$/;
/** What has happened has happened: of clocks that run ahead, the day told may follow them. */
function inThePast<T>(value: T): T {
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
const signature = (outcome: Outcome) =>
  [outcome.result, 'reason' in outcome ? outcome.reason : '', 'severity' in outcome ? outcome.severity : ''].join();

describe.each([...checks.keys()].map((id) => [id]))('%s, whatever the facts', (id) => {
  const check = checks.get(id)!;
  const facts = FACTS[check.subject] as fc.Arbitrary<never>;

  it('answers, and says nothing about times that cannot be', () =>
    holds(facts, (one) => {
      const outcome = evaluate(id, frozen(one));
      if (outcome.until !== undefined) expect(outcome.until).toBeGreaterThan(NOW);
      if (outcome.result !== 'fail') return;
      expect(outcome.since).toBeLessThanOrEqual(NOW);
      expect(outcome.reason).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(SEVERITIES).toContain(outcome.severity ?? check.severity);
      expect(JSON.parse(JSON.stringify(outcome.evidence))).toEqual(outcome.evidence);
    }));

  it('is turned by time alone no sooner than it says', () =>
    holds(fc.tuple(facts, later), ([one, more]) => {
      const outcome = evaluate(id, one);
      const last = outcome.until === undefined ? NOW + 5000 * 86_400_000 : outcome.until - 1;
      for (const when of [last, Math.min(last, NOW + more)])
        expect(signature(evaluate(id, one, when as Instant))).toBe(signature(outcome));
    }));

  it('tells a day since when, and evidence, that time does not move', () =>
    holds(fc.tuple(facts, later), ([one, more]) => {
      const told = inThePast(one);
      const [first, then] = [evaluate(id, told), evaluate(id, told, (NOW + more) as Instant)];
      if (first.result !== 'fail' || then.result !== 'fail' || first.reason !== then.reason) return;
      expect([then.since, then.evidence]).toEqual([first.since, first.evidence]);
    }));

  it('supersedes checks of the same subject, and never in a circle', () => {
    const of = (one: string): readonly string[] => checks.get(one)?.supersedes ?? [];
    expect(of(id).filter((other) => checks.get(other)?.subject !== check.subject)).toEqual([]);
    expect(of(id).filter((other) => other === id || of(other).includes(id))).toEqual([]);
  });

  it('supersedes all that is superseded by what it supersedes', () => {
    const all = check.supersedes ?? [];
    expect(all.flatMap((other) => checks.get(other)?.supersedes ?? []).filter((other) => !all.includes(other))).toEqual(
      [],
    );
  });

  it('names each control once', () => {
    const names = check.controls.map(({ framework, id: control }) => `${framework} ${control}`);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe('of several checks that one fact breaks, only one fails', () => {
  const OWNERSHIP = ['identity-has-accountable-owner', 'owner-is-active', 'identity-is-not-orphaned'];
  it('nobody named, the owner gone, everybody gone', () =>
    holds(identity, (one) => {
      expect(OWNERSHIP.filter((id) => fails(id, one)).length).toBeLessThanOrEqual(1);
    }));

  it('and one of them does fail where the owner does not answer', () =>
    holds(identity, (one) => {
      const facts: IdentityFacts = {
        ...one,
        managedBy: 'us',
        identityStatus: 'active',
        nature: 'non-human',
        identityKind: 'role',
        firstSeenAt: at(-30),
        peopleKnown: true,
      };
      const results = OWNERSHIP.map((id) => evaluate(id, facts).result);
      const named =
        facts.owner !== null && (facts.ownershipState === 'provisional' || facts.ownershipState === 'accepted')
          ? facts.owner
          : null;
      const answering = named !== null && named.status !== 'left' && (named.leavesAt === null || named.leavesAt > NOW);
      expect(results.filter((result) => result === 'fail').length).toBe(answering ? 0 : 1);
    }));

  it('an identity and its credentials: unused', () =>
    holds(household, ({ identity: one, credentials }) => {
      if (fails('identity-is-used', one))
        expect(credentials.filter((facts) => fails('credential-is-used', facts))).toEqual([]);
    }));

  it('an identity and its credentials: AI that nobody registered', () =>
    holds(household, ({ identity: one, credentials }) => {
      const unregistered = credentials.filter((facts) => fails('ai-credential-is-registered', facts));
      if (fails('ai-identity-serves-a-use-case', one)) expect(unregistered).toEqual([]);
    }));

  it('and either of them does fail where AI serves nothing', () =>
    holds(household, ({ identity: one, credentials }) => {
      const same = {
        managedBy: 'us',
        identityStatus: 'active',
        nature: 'non-human',
        identityKind: 'user',
        aiUse: 'yes',
        useCasesApproved: 0,
        useCasesUnapproved: 0,
        firstSeenAt: at(-30),
      } as const;
      const failing = [
        fails('ai-identity-serves-a-use-case', { ...one, ...same }),
        ...credentials.map((facts) => fails('ai-credential-is-registered', { ...facts, ...same })),
      ];
      expect(failing).toContain(true);
    }));

  it('an identity and its passwords: a way in for people, and unused', () =>
    holds(household, ({ identity: one, credentials }) => {
      const passwords = credentials.filter(({ kind }) => kind === 'password');
      if (fails('service-account-is-not-used-by-people', one))
        expect(passwords.filter((facts) => fails('credential-is-used', facts))).toEqual([]);
    }));

  it('an identity and its credentials: several agents, several consumers', () =>
    holds(household, ({ identity: one, credentials }) => {
      if (fails('identity-serves-one-agent', one))
        expect(credentials.filter((facts) => fails('credential-has-one-consumer', facts))).toEqual([]);
    }));

  it('an identity: what it held for something retired, and that it serves nothing', () =>
    expect(checks.get('nothing-works-for-what-was-retired')!.supersedes).toContain('ai-identity-serves-a-use-case'));

  it('named owners: nobody named, not accepted, gone, no deputy', () =>
    holds(identity, (one) => {
      const gone = OWNERSHIP.some((id) => fails(id, one));
      if (gone)
        expect(['ownership-is-accepted', 'high-risk-identity-has-deputy'].filter((id) => fails(id, one))).toEqual([]);
    }));

  it('what a vendor runs, and what we run', () =>
    holds(identity, (one) => {
      if (fails('vendor-identity-has-internal-owner', one))
        expect(OWNERSHIP.filter((id) => fails(id, one))).toEqual([]);
    }));

  it('a stored secret where federation is at hand, and a weak one', () =>
    holds(credential, (one) => {
      if (fails('no-static-credential-where-federation-is-possible', one))
        expect(fails('authentication-is-strong-enough', one)).toBe(false);
    }));

  it('a use case: not approved as it stands, overdue, approved by too few', () =>
    holds(useCase, (one) => {
      if (one.status === 'approved' && one.digestMatchesApproval) return;
      expect(['use-case-review-is-on-time', 'use-case-approval-is-independent'].filter((id) => fails(id, one))).toEqual(
        [],
      );
    }));

  it('about to expire, expired, without an expiry', () =>
    holds(credential, (one) => {
      const soon = fails('credential-is-not-about-to-expire', one);
      const over = fails('expired-credential-is-off', one);
      const without = evaluate('credential-has-expiry', one);
      const never = without.result === 'fail' && without.reason === 'no-expiry';
      expect([soon, over, never].filter(Boolean).length).toBeLessThanOrEqual(1);
    }));

  it('expired, and anything that is asked of what is in use', () =>
    holds(credential, (one) => {
      if (!fails('expired-credential-is-off', one)) return;
      expect(
        [...checks.values()]
          .filter(({ id, subject }) => subject === 'credential' && id !== 'expired-credential-is-off' && fails(id, one))
          .map(({ id }) => id),
      ).toEqual([]);
    }));
});

describe('nobody is asked about', () => {
  const ASKING = [
    'identity-has-accountable-owner',
    'owner-is-active',
    'identity-is-not-orphaned',
    'ai-identity-serves-a-use-case',
    'privilege-fits-risk',
    'identity-is-used',
    'service-account-is-not-used-by-people',
    'ownership-is-accepted',
    'high-risk-identity-has-deputy',
    'unused-privilege-is-taken-away',
    'nothing-works-for-what-was-retired',
    'environments-are-kept-apart',
    'identity-serves-one-agent',
  ];
  const OF_CREDENTIALS = [
    'credential-is-not-about-to-expire',
    'expired-credential-is-off',
    'credential-has-expiry',
    'rotation-is-finished',
    'credential-is-used',
    'no-static-credential-where-federation-is-possible',
    'ai-credential-is-registered',
    'secret-is-kept-in-an-approved-place',
    'credential-has-one-consumer',
    'authentication-is-strong-enough',
  ];

  it('what somebody else manages', () =>
    holds(
      fc.tuple(
        identity,
        credential,
        fc.constantFrom('cloud-provider' as const, 'platform' as const, 'vendor' as const),
      ),
      ([one, other, managedBy]) => {
        expect(
          [...ASKING, 'trust-stays-inside'].filter(
            (id) => evaluate(id, { ...one, managedBy }).result !== 'not-applicable',
          ),
        ).toEqual([]);
        expect(
          OF_CREDENTIALS.filter((id) => evaluate(id, { ...other, managedBy }).result !== 'not-applicable'),
        ).toEqual([]);
      },
    ));

  it("a person's own account", () =>
    holds(fc.tuple(identity, credential), ([one, other]) => {
      expect(
        ASKING.filter((id) => evaluate(id, { ...one, nature: 'human' as const }).result !== 'not-applicable'),
      ).toEqual([]);
      expect(fails('ai-credential-is-registered', { ...other, nature: 'human' as const })).toBe(false);
      expect(fails('no-static-credential-where-federation-is-possible', { ...other, nature: 'human' as const })).toBe(
        false,
      );
    }));

  it('what is switched off', () =>
    holds(fc.tuple(identity, credential), ([one, other]) => {
      expect(
        [...ASKING, 'trust-stays-inside'].filter((id) => fails(id, { ...one, identityStatus: 'disabled' as const })),
      ).toEqual([]);
      expect(
        [...checks.values()]
          .filter(({ id, subject }) => subject === 'credential' && fails(id, { ...other, status: 'disabled' as const }))
          .map(({ id }) => id),
      ).toEqual([]);
    }));
});

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
