import type {
  ConnectorHost,
  Emitted,
  Gap,
  KnownAccount,
  RawRow,
  RowProblem,
  Scope,
  Session,
  SourceRecord,
} from '../index.js';
import { VendorFailure } from '../index.js';

/** A record with its scope, and the reading it came from. */
export interface Collected extends Emitted {
  readonly scope: string;
  readonly reading: string;
}

/** Everything one session gave, as the sync engine would have it before it merges. */
export interface ReadResult {
  readonly account: string;
  readonly detail: string | undefined;
  readonly scopes: readonly Scope[];
  readonly records: readonly Collected[];
  readonly gaps: readonly (Gap & { readonly scope: string | null })[];
  readonly stated: readonly { readonly scope: string; readonly type: string; readonly count: number }[];
  readonly coverage: readonly {
    readonly scope: string;
    readonly type: string;
    readonly knownSince: string | null;
    readonly knownUntil: string | null;
  }[];
  /** Types that were read whole, as `scope/type`. */
  readonly completeTypes: readonly string[];
  readonly knownAccounts: readonly KnownAccount[];
  /** Rows of a file that could not be taken. */
  readonly problems: readonly RowProblem[];
  /** What readings threw; each made gaps for all types of its reading. */
  readonly thrown: readonly { readonly scope: string; readonly reading: string; readonly error: unknown }[];
}

/** A host for tests: a fixed clock, waits that take no time, and secrets by name. */
export function testHost(
  over: Partial<ConnectorHost> & { readonly secrets?: Readonly<Record<string, string>> } = {},
): ConnectorHost {
  const { secrets = {}, ...rest } = over;
  return {
    environment: {},
    secret(reference) {
      const name = 'env' in reference ? reference.env : reference.file;
      const value = secrets[name];
      if (value === undefined) throw new Error(`No secret is filed under ${name}`);
      return value;
    },
    now: () => Date.parse('2026-03-01T00:00:00.000Z'),
    pause: async (_ms, signal) => signal.throwIfAborted(),
    ...rest,
  };
}

/** Drives a session the way the sync engine does: validates, lists scopes, and runs every reading in every readable scope. */
export async function readAll(
  session: Session,
  signal: AbortSignal = new AbortController().signal,
): Promise<ReadResult> {
  const { account, detail } = await session.validate(signal);
  const knownAccounts: KnownAccount[] = [];
  const gaps: (Gap & { scope: string | null })[] = [];
  const scopes = await session.scopes({
    signal,
    knows: (known) => knownAccounts.push(known),
    gap: (gap) => gaps.push({ ...gap, scope: null }),
  });
  const rest = {
    records: [] as Collected[],
    stated: [] as ReadResult['stated'][number][],
    coverage: [] as ReadResult['coverage'][number][],
    problems: [] as RowProblem[],
    thrown: [] as ReadResult['thrown'][number][],
  };
  const completeTypes: string[] = [];
  for (const scope of scopes) {
    const types = new Set(session.readings.flatMap((reading) => reading.types));
    if (scope.unreadable) {
      for (const type of types) gaps.push({ type, ...scope.unreadable, scope: scope.id });
      continue;
    }
    for (const reading of session.readings) {
      try {
        const ctx = {
          signal,
          gap: (gap: Gap) => void gaps.push({ ...gap, scope: scope.id }),
          stated: (type: string, count: number) => void rest.stated.push({ scope: scope.id, type, count }),
          coverage: (type: string, span: { knownSince: string | null; knownUntil: string | null }) =>
            void rest.coverage.push({ scope: scope.id, type, ...span }),
          progress: () => undefined,
        };
        for await (const batch of reading.read(ctx, scope))
          for (const item of batch) take(item, scope, reading.id, rest);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof VendorFailure && error.reason === 'unauthenticated') throw error;
        rest.thrown.push({ scope: scope.id, reading: reading.id, error });
        const cause =
          error instanceof VendorFailure
            ? error.toCause()
            : { reason: 'malformed' as const, detail: `${reading.id} failed` };
        for (const type of reading.types) gaps.push({ type, ...cause, scope: scope.id });
      }
    }
    for (const type of types)
      if (!gaps.some((gap) => gap.type === type && (gap.scope === scope.id || gap.scope === null)))
        completeTypes.push(`${scope.id}/${type}`);
  }
  return { account, detail, scopes, gaps, completeTypes, knownAccounts, ...rest };
}

function take(
  item: Emitted | RawRow,
  scope: Scope,
  reading: string,
  into: { records: Collected[]; problems: RowProblem[] },
): void {
  if ('record' in item) {
    into.records.push({ ...item, scope: scope.id, reading });
    return;
  }
  for (const parsed of item.parse()) {
    if ('record' in parsed) into.records.push({ ...parsed, scope: scope.id, reading });
    else into.problems.push(parsed);
  }
}

/** The record of a type with a name or id, for a test that is about one. Throws where there is none or more than one. */
export function theRecord<E extends SourceRecord['entity']>(
  result: ReadResult,
  type: string,
  named: string,
): Collected & { readonly record: Extract<SourceRecord, { entity: E }> } {
  const found = result.records.filter(
    ({ record }) => record.type === type && (record.id === named || ('name' in record && record.name === named)),
  );
  if (found.length !== 1) throw new Error(`${found.length} records of ${type} are named ${named}`);
  return found[0] as Collected & { readonly record: Extract<SourceRecord, { entity: E }> };
}
