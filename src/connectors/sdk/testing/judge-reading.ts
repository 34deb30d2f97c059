import type { Connector, SourceRecord } from '../index.js';
import type { Outcome } from './describe-connector.js';
import type { Collected, ReadResult } from './read-all.js';

const keyOf = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type} ${id}`;

/** Things that were listed more than once, also in two scopes: an id belongs to one thing of a source. */
export function twice({ records }: ReadResult): string[] {
  const seen = new Set<string>();
  return records.flatMap(({ record }) => {
    const key = keyOf(record);
    if (seen.has(key)) return [`${key} was listed twice`];
    seen.add(key);
    return [];
  });
}

const refsOf = (record: SourceRecord) => {
  if (record.entity === 'credential') return [record.identity];
  if (record.entity === 'grant')
    return [record.identity, record.entitlement, record.resource, record.via].filter((ref) => ref !== undefined);
  return [];
};

/** References to things that were not listed, where it was not said that they could not be. */
export function refersToNothing(result: ReadResult): string[] {
  const there = new Set(result.records.map(({ record }) => keyOf(record)));
  return result.records.flatMap(({ record, scope }) =>
    refsOf(record)
      .filter((ref) => !there.has(keyOf(ref)) && !hasGap(result, scope, ref.type, [ref.id]))
      .map((ref) => `${keyOf(record)} refers to ${keyOf(ref)}, which is not there`),
  );
}

/** Types spoken of that were never declared. */
export function madeUpTypes(
  { records, gaps, stated, coverage }: ReadResult,
  connector: Connector<never> | Connector,
): string[] {
  const declared = new Set(connector.resourceTypes.map(({ id }) => id));
  const spoken = [
    ...records.map(({ record }) => record.type),
    ...gaps.map(({ type }) => type),
    ...stated.map(({ type }) => type),
    ...coverage.map(({ type }) => type),
  ];
  return [...new Set(spoken)].filter((type) => !declared.has(type));
}

const hasGap = ({ gaps }: ReadResult, scope: string, type: string, parents: readonly string[]): boolean =>
  gaps.some(
    (gap) =>
      (gap.scope === scope || gap.scope === null) &&
      gap.type === type &&
      (gap.parent === undefined || parents.includes(gap.parent)),
  );

/** What a gap below one parent may be about: the thing itself, and what it refers to. */
const parentsOf = (record: SourceRecord): string[] => [record.id, ...refsOf(record).map(({ id }) => id)];

/** What a reading lacks against a whole one without having said so. */
export function lostWithoutGap(result: ReadResult, whole: ReadResult): string[] {
  const found = new Map(result.records.map((item) => [keyOf(item.record), item]));
  const scopes = new Set(result.scopes.map(({ id }) => id));
  return whole.records.flatMap((item) => {
    const { record, scope } = item;
    const now = found.get(keyOf(record));
    if (hasGap(result, scope, record.type, parentsOf(record))) return [];
    if (!now)
      return !scopes.has(scope) && result.gaps.some((gap) => gap.scope === null)
        ? []
        : [`${keyOf(record)} is lost, and no gap says so`];
    if (now.partial || isSame(now, item)) return [];
    // What hangs on other types may be known less well: then one of these has the gap.
    return result.gaps.some(
      (gap) => gap.scope === scope && (gap.parent === undefined || parentsOf(record).includes(gap.parent)),
    )
      ? []
      : [`${keyOf(record)} changed, and nothing says why`];
  });
}

const isSame = (one: Collected, other: Collected): boolean =>
  JSON.stringify([one.record, one.use]) === JSON.stringify([other.record, other.use]);

/** Where a secret shows: in records, gaps, failures, or what their causes carry along. */
export function secretsIn({ result, error }: Outcome, secrets: readonly string[]): string[] {
  const thrown = [error, ...(result?.thrown ?? []).map((one) => one.error)].filter((one) => one !== null);
  const places: [string, string][] = [
    ['a record', JSON.stringify(result?.records ?? [])],
    ['a gap', JSON.stringify(result?.gaps ?? [])],
    ['the scopes', JSON.stringify([result?.scopes, result?.detail, result?.knownAccounts])],
    ...thrown.map((one): [string, string] => ['an error', everythingIn(one)]),
  ];
  return places
    .filter(([, text]) => secrets.some((secret) => text.includes(secret)))
    .map(([place]) => `a secret shows in ${place}`);
}

/** An error with all it carries, as a logger might write it. */
function everythingIn(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 4) return String(error);
  return Reflect.ownKeys(error)
    .map((key) => everythingIn((error as Record<PropertyKey, unknown>)[key], depth + 1))
    .join('\n');
}
