import { join, raw, type Sql, sql } from '../platform/database/index.js';
import type { Selector } from './selector.js';

/** The facts a selector of identities reads, as SQL; what it asks for under another name is a mistake of ours. */
export type FactSql = (name: string) => string;

/** The facts of an identity that each member of a selector reads. */
const FACTS: { readonly [Member in keyof Required<Selector>]: readonly string[] } = {
  environments: ['environment'],
  risks: ['risk'],
  units: ['unitId'],
  kinds: ['identityKind'],
  credentialKinds: [],
  sources: ['sourceId'],
  collections: ['collectionId'],
  accounts: ['account'],
  names: ['identityName'],
  tags: ['tags'],
  age: ['createdAt', 'firstSeenAt'],
  subjects: [],
};

/** A selector as one SQL condition over the facts of an identity: the same answer as `compileSelector` on loaded facts. */
export function selectorCondition(selector: Selector, fact: FactSql, now: Date): Sql {
  // What this cannot say must never widen what is selected.
  const unknown = Object.keys(selector).filter((member) => !(member in FACTS));
  if (unknown.length > 0) throw new Error(`Selectors of identities cannot ask for ${unknown.join(', ')} in SQL`);
  if (selector.subjects && !selector.subjects.includes('identity')) return sql`FALSE`;
  // No identity is a credential of some kind; compileSelector says the same.
  if (selector.credentialKinds) return sql`FALSE`;
  const column = (name: string): Sql => raw(`(${fact(name)})`);
  const among = (values: readonly string[], name: string, type: 'text' | 'uuid'): Sql =>
    sql`coalesce(${column(name)} = ANY(${values}::${raw(type)}[]), FALSE)`;
  const all: Sql[] = [];
  if (selector.environments) all.push(among(selector.environments, 'environment', 'text'));
  if (selector.risks) all.push(sql`coalesce(${column('risk')}, 'unrated') = ANY(${selector.risks}::text[])`);
  if (selector.units) all.push(among(selector.units, 'unitId', 'uuid'));
  if (selector.kinds) all.push(among(selector.kinds, 'identityKind', 'text'));
  if (selector.sources) all.push(among(selector.sources, 'sourceId', 'uuid'));
  if (selector.collections) all.push(among(selector.collections, 'collectionId', 'uuid'));
  if (selector.accounts) all.push(among(selector.accounts, 'account', 'text'));
  if (selector.names) all.push(sql`${column('identityName')} LIKE ANY(${selector.names.map(likePattern)}::text[])`);
  const { olderThanDays, youngerThanDays } = selector.age ?? {};
  if (olderThanDays !== undefined)
    all.push(
      sql`coalesce(${column('createdAt')}, ${column('firstSeenAt')}) <= ${now.getTime() - olderThanDays * DAY}::bigint`,
    );
  if (youngerThanDays !== undefined)
    all.push(sql`coalesce(${column('createdAt')} > ${now.getTime() - youngerThanDays * DAY}::bigint, FALSE)`);
  for (const [key, value] of Object.entries(selector.tags ?? {}))
    all.push(value === null ? sql`${column('tags')} ? ${key}` : sql`${column('tags')} ->> ${key} = ${value}`);
  return all.length === 0 ? sql`TRUE` : sql`(${join(all, ' AND ')})`;
}

const likePattern = (name: string): string => name.replace(/[\\%_]/g, (char) => `\\${char}`).replaceAll('*', '%');

const DAY = 86_400_000;

/** The facts that the conditions of some selectors read. */
export const factsOfSelectors = (selectors: readonly Selector[]): ReadonlySet<string> =>
  new Set(selectors.flatMap((selector) => Object.keys(selector).flatMap((member) => FACTS[member as keyof Selector])));

/** Whether time alone can put an identity under a selector, or take it out. */
export const movesWithTime = ({ age }: Selector): boolean => age !== undefined;
