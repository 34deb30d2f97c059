import {
  ConnectorBug,
  type Emitted,
  type Gap,
  type KnownAccount,
  type RawRow,
  type Reading,
  type ResourceType,
  type Scope,
  type Session,
  VendorFailure,
} from '../../connectors/sdk/index.js';
import type { NotedScope, TypeReading } from '../../inventory/index.js';
import { strikeOutSecrets } from '../../platform/crypto/index.js';
import type { Logger } from '../../platform/logging/index.js';
import type { RunGap } from '../sync-runs.repository.js';

/** Where what is read goes. */
export interface Intake {
  /** Also gives back scopes that are known and were not listed, as unreadable. */
  scopes(scopes: readonly Scope[], accounts: readonly KnownAccount[]): Promise<readonly NotedScope[]>;
  /** Returns how many of each resource type the batch held. */
  take(scopeId: string, batch: readonly (Emitted | RawRow)[]): Promise<ReadonlyMap<string, number>>;
  progress(done: number, what: string): void;
}

export interface SessionOutcome {
  readonly readings: readonly TypeReading[];
  readonly gaps: readonly RunGap[];
}

/** An error of ours, not of the source: it must end the run and be tried again, never become a gap. */
class OwnFailure extends Error {
  override readonly name = 'OwnFailure';
  constructor(override readonly cause: unknown) {
    super('taking records in failed');
  }
}

/** What is gathered about one resource type of one scope while it is read. */
interface TypeState {
  failed: boolean;
  readonly gaps: Gap[];
  collected: number;
  stated: number | null;
  coverage: { knownSince: string | null; knownUntil: string | null } | null;
  planned: number;
}

/**
 * Reads every scope of a session, reading by reading. What is thrown becomes a gap for all the types of that reading;
 * only a refused sign-in, an abort, or a failure of our own ends the run.
 */
export async function readSession(
  session: Session,
  types: ReadonlyMap<string, ResourceType>,
  intake: Intake,
  signal: AbortSignal,
  startedAt: Date,
  logger: Logger,
): Promise<SessionOutcome> {
  const accounts: KnownAccount[] = [];
  const gaps: RunGap[] = [];
  const scopes = await session.scopes({
    signal,
    knows: (account) => void accounts.push(account),
    gap: (gap) => void gaps.push({ ...gap, scope: '*', detail: strikeOutSecrets(gap.detail) }),
  });
  const readings: TypeReading[] = [];
  for (const { scope, id: scopeId } of await intake.scopes(scopes, accounts)) {
    signal.throwIfAborted();
    const states = scope.unreadable
      ? unreadable(types, scope)
      : await readScope(session, types, scope, scopeId, intake, signal, logger);
    for (const [type, state] of states) {
      const { use, entity } = types.get(type)!;
      const until = use ? new Date(startedAt.getTime() - use.lagHours * 3_600_000) : null;
      const since = use?.horizonDays ? new Date(startedAt.getTime() - use.horizonDays * 86_400_000) : null;
      gaps.push(...state.gaps.map((gap) => ({ ...gap, scope: scope.id })));
      readings.push({
        scopeId,
        type,
        entity,
        complete: !state.failed,
        gaps: state.gaps,
        collected: state.collected,
        stated: state.stated,
        useKnownSince: state.coverage ? dateOf(state.coverage.knownSince) : since,
        useKnownUntil: state.coverage ? dateOf(state.coverage.knownUntil) : until,
      });
    }
  }
  return { readings, gaps };
}

const dateOf = (iso: string | null): Date | null => (iso === null ? null : new Date(iso));

function unreadable(types: ReadonlyMap<string, ResourceType>, scope: Scope): Map<string, TypeState> {
  return new Map(
    [...types.keys()].map((type) => [
      type,
      {
        failed: true,
        gaps: [{ ...scope.unreadable!, type, detail: strikeOutSecrets(scope.unreadable!.detail) }],
        collected: 0,
        stated: null,
        coverage: null,
        planned: 1,
      },
    ]),
  );
}

async function readScope(
  session: Session,
  types: ReadonlyMap<string, ResourceType>,
  scope: Scope,
  scopeId: string,
  intake: Intake,
  signal: AbortSignal,
  logger: Logger,
): Promise<Map<string, TypeState>> {
  const states = new Map<string, TypeState>();
  const stateOf = (type: string): TypeState => {
    if (!types.has(type)) throw new ConnectorBug(`the resource type ${type} is not declared`);
    let state = states.get(type);
    if (!state)
      states.set(type, (state = { failed: false, gaps: [], collected: 0, stated: null, coverage: null, planned: 0 }));
    return state;
  };
  for (const reading of session.readings) for (const type of reading.types) stateOf(type).planned++;
  for (const reading of session.readings) {
    signal.throwIfAborted();
    const note = (gap: Gap): void => {
      const state = stateOf(gap.type);
      if (gap.parent === undefined) state.failed = true;
      if (!state.gaps.some((known) => known.parent === gap.parent))
        state.gaps.push({ ...gap, detail: strikeOutSecrets(gap.detail) });
    };
    try {
      await readOne(reading, scope, scopeId, stateOf, note, intake, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason as Error;
      if (error instanceof OwnFailure) throw error.cause;
      if (error instanceof VendorFailure && error.reason === 'unauthenticated') throw error;
      if (!(error instanceof VendorFailure))
        logger.error(
          { reading: reading.id, scope: scope.id, error },
          'a reading ended with an error that is not of the source',
        );
      const cause =
        error instanceof VendorFailure
          ? error.toCause()
          : {
              reason: 'malformed' as const,
              detail: `${reading.id} could not be read: ${error instanceof ConnectorBug ? error.message : 'what the source sent could not be understood'}`,
            };
      for (const type of reading.types) note({ ...cause, type });
    }
  }
  return states;
}

async function readOne(
  reading: Reading,
  scope: Scope,
  scopeId: string,
  stateOf: (type: string) => TypeState,
  note: (gap: Gap) => void,
  intake: Intake,
  signal: AbortSignal,
): Promise<void> {
  const context = {
    signal,
    gap: note,
    stated: (type: string, count: number) => void (stateOf(type).stated = count),
    coverage: (type: string, span: { knownSince: string | null; knownUntil: string | null }) =>
      void (stateOf(type).coverage = span),
    progress: (done: number, what: string) => intake.progress(done, what),
  };
  for await (const batch of reading.read(context, scope)) {
    signal.throwIfAborted();
    let taken: ReadonlyMap<string, number>;
    try {
      taken = await intake.take(scopeId, batch);
    } catch (error) {
      throw error instanceof ConnectorBug ? error : new OwnFailure(error);
    }
    for (const [type, count] of taken) {
      if (!reading.types.includes(type))
        throw new ConnectorBug(`the reading ${reading.id} yields ${type}, which it does not declare`);
      stateOf(type).collected += count;
    }
  }
}
