import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Check, FactsOf, IdentityFacts, Instant, Outcome, SubjectType } from './sdk/index.js';
import { SEVERITIES } from './sdk/index.js';
import { at, NOW } from './sdk/testing/index.js';
import { household, inThePast, randomFacts } from './sdk/testing/random-facts.js';

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

const { identity, credential, 'use-case': useCase } = randomFacts;

/** The same facts in every run: what fails here fails everywhere. */
const RUNS = { seed: 20260301, numRuns: 1000 };
const holds = <T>(facts: fc.Arbitrary<T>, property: (facts: T) => void): void =>
  fc.assert(fc.property(facts, property), RUNS);
const later = fc.integer({ min: 1, max: 4000 * 86_400_000 });
const signature = (outcome: Outcome) =>
  [outcome.result, 'reason' in outcome ? outcome.reason : '', 'severity' in outcome ? outcome.severity : ''].join();

describe.each([...checks.keys()].map((id) => [id]))('%s, whatever the facts', (id) => {
  const check = checks.get(id)!;
  const facts = randomFacts[check.subject] as fc.Arbitrary<never>;

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
