import { join, raw, type Sql, sql } from '../platform/database/index.js';
import { factsOfSelector, type Selector } from './selector.js';

/** The facts a selector of identities reads, as SQL; what it asks for under another name is a mistake of ours. */
export type FactSql = (name: string) => string;

/** A selector as one SQL condition over the facts of an identity: the same answer as `compileSelector` on loaded facts. */
export function selectorCondition(selector: Selector, fact: FactSql): Sql {
  if (selector.subjects && !selector.subjects.includes('identity')) return sql`FALSE`;
  // No identity is a credential of some kind; compileSelector says the same.
  if (selector.credentialKinds) return sql`FALSE`;
  // Rules do not take it; were it let through unseen, a rule would be about more than it says.
  if (selector.age) throw new Error('An age turns by itself: a standing selector has none.');
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
  for (const [key, value] of Object.entries(selector.tags ?? {}))
    all.push(value === null ? sql`${column('tags')} ? ${key}` : sql`${column('tags')} ->> ${key} = ${value}`);
  return all.length === 0 ? sql`TRUE` : sql`(${join(all, ' AND ')})`;
}

const likePattern = (name: string): string => name.replace(/[\\%_]/g, (char) => `\\${char}`).replaceAll('*', '%');

/** The facts that the conditions of some selectors read. */
export const factsOfSelectors = (selectors: readonly Selector[]): ReadonlySet<string> =>
  new Set(selectors.filter(({ credentialKinds }) => !credentialKinds).flatMap(factsOfSelector));
