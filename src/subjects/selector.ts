import { z } from 'zod';

/**
 * Which subjects a policy or an ownership rule is about. Every member that is set narrows it; an empty one is about all.
 * One language for both: it asks for facts by name, so whatever it says can be asked of loaded facts or in SQL.
 */
export const selectorSchema = z
  .strictObject({
    environments: z.array(z.string().min(1).max(100)).min(1).max(50).optional(),
    risks: z
      .array(z.enum(['low', 'moderate', 'high', 'critical', 'unrated']))
      .min(1)
      .optional(),
    units: z.array(z.uuid()).min(1).max(200).optional(),
    kinds: z.array(z.string().min(1).max(50)).min(1).max(50).optional().meta({ description: 'Kind of the identity.' }),
    credentialKinds: z.array(z.string().min(1).max(50)).min(1).max(50).optional(),
    sources: z.array(z.uuid()).min(1).max(200).optional(),
    collections: z.array(z.uuid()).min(1).max(200).optional(),
    accounts: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'Accounts (scopes of a source) by their own ids.' }),
    names: z
      .array(z.string().min(1).max(300))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Names of identities; * stands for anything.' }),
    tags: z
      .record(z.string().min(1).max(200), z.string().max(300).nullable())
      .optional()
      .meta({ description: 'A value, or null for any value.' }),
    age: z
      .strictObject({
        olderThanDays: z.number().int().min(0).max(36_500).optional(),
        youngerThanDays: z.number().int().min(1).max(36_500).optional(),
      })
      .refine(({ olderThanDays, youngerThanDays }) => olderThanDays !== undefined || youngerThanDays !== undefined, {
        message: 'names neither olderThanDays nor youngerThanDays',
      })
      .optional()
      .meta({
        description:
          'Days since it was made. Where the source does not tell, the day it was first seen shows that it is at least so old, and never that it is young.',
      }),
    subjects: z
      .array(z.enum(['identity', 'credential', 'grant', 'use-case', 'agent', 'person', 'source']))
      .min(1)
      .optional(),
  })
  .meta({ id: 'PolicySelector' });
export type Selector = z.output<typeof selectorSchema>;

/** Facts a selector may ask for; what a kind of subject does not have, no selector that asks for it matches. */
interface Selectable {
  readonly environment?: string | null;
  readonly risk?: string | null;
  readonly unitId?: string | null;
  readonly identityKind?: string;
  readonly kind?: string;
  readonly sourceId?: string;
  readonly collectionId?: string | null;
  readonly account?: string | null;
  readonly identityName?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly createdAt?: number | null;
  readonly issuedAt?: number | null;
  readonly firstSeenAt?: number;
}

const DAY = 86_400_000;

/** When it was made; null where nobody tells. */
const madeAt = (facts: Selectable, subject: string): number | null =>
  (subject === 'credential' ? facts.issuedAt : facts.createdAt) ?? null;
/** The latest instant it can have been made: when it was first seen, where nobody tells. */
const madeBy = (facts: Selectable, subject: string): number | null =>
  madeAt(facts, subject) ?? facts.firstSeenAt ?? null;

const READ: Readonly<Record<keyof Selector, readonly (keyof Selectable)[]>> = {
  environments: ['environment'],
  risks: ['risk'],
  units: ['unitId'],
  kinds: ['identityKind'],
  credentialKinds: ['kind'],
  sources: ['sourceId', 'id'],
  collections: ['collectionId'],
  accounts: ['account'],
  names: ['identityName'],
  tags: ['tags'],
  age: ['createdAt', 'issuedAt', 'firstSeenAt'],
  subjects: [],
};

/** The facts that a compiled selector may look at, of whatever kind of subject. */
export const factsRead = (selector: Selector): readonly string[] =>
  Object.keys(selector).flatMap((member) => READ[member as keyof Selector]);

/** A selector as a function of one kind of subject's facts; null = it matches everything. */
export function compileSelector(
  selector: Selector,
  subject: string,
): ((facts: Selectable, now: number) => boolean) | null | 'nothing' {
  if (selector.subjects && !selector.subjects.includes(subject as never)) return 'nothing';
  const tests: ((facts: Selectable, now: number) => boolean)[] = [];
  const among = (wanted: readonly string[] | undefined, of: (facts: Selectable) => string | null | undefined): void => {
    if (!wanted) return;
    const set = new Set(wanted);
    tests.push((facts) => {
      const value = of(facts);
      return value !== undefined && value !== null && set.has(value);
    });
  };
  among(selector.environments, (facts) => facts.environment);
  if (selector.risks) {
    const set = new Set<string>(selector.risks);
    tests.push((facts) => facts.risk !== undefined && set.has(facts.risk ?? 'unrated'));
  }
  among(selector.units, (facts) => facts.unitId);
  among(selector.kinds, (facts) => facts.identityKind);
  among(selector.credentialKinds, (facts) => (subject === 'credential' ? facts.kind : undefined));
  among(selector.sources, (facts) => (subject === 'source' ? facts.id : facts.sourceId));
  among(selector.collections, (facts) => facts.collectionId);
  among(selector.accounts, (facts) => facts.account);
  if (selector.names) {
    const patterns = selector.names.map(namePattern);
    tests.push(({ identityName }) => identityName !== undefined && patterns.some((one) => one.test(identityName)));
  }
  for (const [key, value] of Object.entries(selector.tags ?? {}))
    tests.push(
      ({ tags }) => tags !== undefined && tags !== null && key in tags && (value === null || tags[key] === value),
    );
  const { olderThanDays, youngerThanDays } = selector.age ?? {};
  if (olderThanDays !== undefined)
    tests.push((facts, now) => {
      const made = madeBy(facts, subject);
      return made !== null && made + olderThanDays * DAY <= now;
    });
  if (youngerThanDays !== undefined)
    tests.push((facts, now) => {
      const made = madeAt(facts, subject);
      return made !== null && now < made + youngerThanDays * DAY;
    });
  return tests.length === 0 ? null : (facts, now) => tests.every((test) => test(facts, now));
}

/** When time alone may next turn whether a selector matches; null for selectors that time does not move. */
export function compileTurning(
  selector: Selector,
  subject: string,
): ((facts: Selectable, now: number) => number | undefined) | null {
  const { olderThanDays, youngerThanDays } = selector.age ?? {};
  if (olderThanDays === undefined && youngerThanDays === undefined) return null;
  return (facts, now) => {
    const [made, by] = [madeAt(facts, subject), madeBy(facts, subject)];
    const turns = [
      ...(olderThanDays !== undefined && by !== null ? [by + olderThanDays * DAY] : []),
      ...(youngerThanDays !== undefined && made !== null ? [made + youngerThanDays * DAY] : []),
    ].filter((at) => at > now);
    return turns.length === 0 ? undefined : Math.min(...turns);
  };
}

const namePattern = (name: string): RegExp =>
  new RegExp(
    `^${name
      .split('*')
      .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
