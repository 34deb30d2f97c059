import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { ConnectorRegistry } from '../../connectors/registry/index.js';
import { type ResourceType, type RowProblem, type Session, VendorFailure } from '../../connectors/sdk/index.js';
import {
  HeldRemovalsRepository,
  JudgeTouched,
  countKnown,
  KIND_OF,
  type KindCounts,
  knownHashes,
  MERGE_KINDS,
  type MergeKind,
  MergeRecords,
  NoteReadings,
  NoteScopes,
  RecordUse,
  SourcesRepository,
  type SourceStatus,
  SweepRemoved,
  type RemovalShare,
} from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { strikeOutSecrets } from '../../platform/crypto/index.js';
import { Database, FreshStatistics, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { type Logger, RootLogger } from '../../platform/logging/index.js';
import { withTightHeap } from '../../platform/memory/index.js';
import { Uploads } from '../../platform/uploads/index.js';
import { Marks } from '../../subjects/index.js';
import { Surroundings } from '../reading/connector-host.js';
import { HashSet } from '../reading/hash-set.js';
import { readSession, type SessionOutcome } from '../reading/read-session.js';
import { Sieve } from '../reading/take-in.js';
import {
  type RowError,
  type RunCounts,
  type RunGap,
  type RunStatus,
  type SyncRunRow,
  SyncRunsRepository,
} from '../sync-runs.repository.js';

const MAXIMUM_ROW_ERRORS = 1000;
const BEAT_MS = 5_000;
/** What a merge writes and what judging, sweeping and evaluating join. */
const MERGED_TABLES = [
  'identities',
  'credentials',
  'entitlements',
  'grants',
  'resources',
  'identity_trusts',
  'identity_usage',
  'credential_usage',
  'grant_usage',
  'touched_identities',
];
/** Below so many rows a share says nothing. */
const HOLD_MINIMUM = 10;

interface Prepared {
  readonly run: SyncRunRow;
  readonly session: Session;
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly mappingVersion: number;
  readonly removalShare: number;
}

/** Carries a run out: reads the source, merges what changed, weighs and sweeps what is gone, judges what was touched. */
@Injectable()
export class RunSync {
  private readonly logger: Logger;
  constructor(
    private readonly database: Database,
    private readonly registry: ConnectorRegistry,
    private readonly surroundings: Surroundings,
    private readonly uploads: Uploads,
    private readonly noteScopes: NoteScopes,
    private readonly noteReadings: NoteReadings,
    private readonly mergeRecords: MergeRecords,
    private readonly recordUse: RecordUse,
    private readonly sweep: SweepRemoved,
    private readonly judgeTouched: JudgeTouched,
    private readonly marks: Marks,
    private readonly audit: Audit,
    private readonly clock: Clock,
    logger: RootLogger,
  ) {
    this.logger = logger.child({ part: 'sync' });
  }

  /** Safe to repeat: what an interrupted attempt merged is found unchanged, and its counts stand. */
  async execute(
    runId: string,
    attempt: number,
    isLastAttempt: boolean,
    signal: AbortSignal,
  ): Promise<Record<string, number>> {
    const errors: { rows: RowError[]; count: number } = { rows: [], count: 0 };
    const complain = ({ line, field, problem }: RowProblem): void => {
      errors.count++;
      if (errors.rows.length < MAXIMUM_ROW_ERRORS) errors.rows.push({ line, field, detail: strikeOutSecrets(problem) });
    };
    const run = await this.begin(runId, attempt);
    if (!run) return {};
    try {
      if (run.confirmedBy !== null) return await this.carryOutHeld(run);
      const prepared = await this.prepare(run, complain);
      try {
        return await withTightHeap(() => this.read(prepared, errors, complain, signal));
      } finally {
        await prepared.session.close?.();
      }
    } catch (error) {
      if (error instanceof VendorFailure || error instanceof NotReadable) return this.fail(run, error, errors);
      if (signal.aborted || !isLastAttempt) throw error;
      await this.fail(run, error, errors);
      throw error;
    }
  }

  private begin(runId: string, attempt: number): Promise<SyncRunRow | null> {
    return this.database.transaction(async (tx) => {
      const runs = tx.use(SyncRunsRepository);
      const run = await runs.forChange(runId);
      if (!run || (run.status !== 'queued' && run.status !== 'running')) return null;
      if (run.confirmedBy === null) await runs.start(runId, attempt, this.clock.now());
      return run;
    });
  }

  private async prepare(run: SyncRunRow, complain: (problem: RowProblem) => void): Promise<Prepared> {
    const source = await this.database.read((tx) => tx.use(SourcesRepository).one(run.source.id));
    if (run.uploadId !== null) {
      const format = this.registry.format(run.options.format ?? '');
      if (!format)
        throw new NotReadable(`The file format ${run.options.format ?? '(none)'} is not known to this release.`);
      const file = { name: null, sourceName: run.source.name, open: () => this.uploads.read(run.uploadId!) };
      const lookup = {
        identitiesByAttribute: (attribute: string, values: readonly string[]) =>
          this.database.read((tx) =>
            tx.use(SyncRunsRepository).identitiesByAttribute(run.source.id, attribute, values),
          ),
      };
      return {
        run,
        session: format.open(file, lookup, complain),
        types: byId(format.resourceTypes),
        mappingVersion: format.mappingVersion,
        removalShare: source!.removalShare,
      };
    }
    const connector = this.registry.get(source!.connector);
    if (!connector) throw new NotReadable(`The connector ${source!.connector} is not part of this release.`);
    const config = await connector.config['~standard'].validate(source!.config);
    if (config.issues)
      throw new NotReadable(
        `The source's configuration does not fit its connector any more: ${config.issues.map(({ message }) => message).join('; ')}`,
      );
    const session = await connector.connect(config.value, this.surroundings);
    return {
      run,
      session,
      types: byId(connector.resourceTypes),
      mappingVersion: connector.mappingVersion,
      removalShare: source!.removalShare,
    };
  }

  private async read(
    { run, session, types, mappingVersion, removalShare }: Prepared,
    errors: { rows: RowError[]; count: number },
    complain: (problem: RowProblem) => void,
    signal: AbortSignal,
  ): Promise<Record<string, number>> {
    const startedAt = this.clock.now();
    const sourceId = run.source.id;
    await session.validate(signal);
    await this.sweep.forgetNoted(run.id);
    const { known, hashKey } = await this.loadKnown(sourceId);
    const statistics = new FreshStatistics(this.database, ...MERGED_TABLES);
    const mergeRun = { runId: run.id, sourceId, hashKey, types };
    const sieve = new Sieve(known, hashKey, mappingVersion, types, complain, async ({ changed, used }) => {
      signal.throwIfAborted();
      if (changed.length > 0) {
        const result = await this.mergeRecords.execute(mergeRun, changed, (tx, merged) =>
          tx.use(SyncRunsRepository).addCounts(run.id, merged.counts),
        );
        for (const hash of result.visited) known.visit(hash);
        for (const { item, missing } of result.unresolved)
          complain({
            line: item.line ?? 0,
            field: missing,
            problem: `${item.record.type} ${item.record.id} points at something that is not in this source`,
          });
        await statistics.wrote(changed.length);
      }
      await this.recordUse.execute(sourceId, used);
    });
    const beat = this.startBeating(run.id, sieve);
    let outcome: SessionOutcome;
    try {
      outcome = await readSession(
        session,
        types,
        {
          scopes: (scopes, accounts) => this.noteScopes.execute(sourceId, scopes, accounts),
          take: (scopeId, batch) => sieve.take(scopeId, batch),
          progress: (done, what) => beat.say(done, what),
        },
        signal,
        startedAt,
        this.logger,
      );
      await sieve.end();
      await statistics.end();
    } finally {
      beat.stop();
    }
    return this.conclude(run, outcome, sieve, known, errors, removalShare, signal);
  }

  /** Everything was read; from here on nothing is asked of the source. */
  private async conclude(
    run: SyncRunRow,
    outcome: SessionOutcome,
    sieve: Sieve,
    known: HashSet,
    errors: { rows: RowError[]; count: number },
    removalShare: number,
    signal: AbortSignal,
  ): Promise<Record<string, number>> {
    // A file says nothing of what it has no row of and never had: that is no listing of zero.
    const readings = outcome.readings.filter(
      ({ entity, collected, complete }) =>
        run.uploadId === null ||
        !complete ||
        collected > 0 ||
        known.sizeOf(MERGE_KINDS.indexOf(KIND_OF[entity as never])) > 0,
    );
    await this.noteReadings.execute(run.id, readings);
    // A file with bad rows never sweeps: what is missing may be in one of them. Nor does one that was meant to add.
    const sweeps = errors.count === 0 && run.options.mode !== 'append';
    const complete = readings.filter((reading) => reading.complete).map(({ scopeId, type }) => ({ scopeId, type }));
    let held: RemovalShare[] = [];
    if (sweeps) {
      for (const [label, kind] of MERGE_KINDS.entries())
        await this.sweep.note({ runId: run.id, sourceId: run.source.id }, kind, known.unvisited(label), complete);
      held = (await this.sweep.weigh(run.id)).filter(
        ({ live, removed }) => removed === live || (removed >= HOLD_MINIMUM && removed > live * removalShare),
      );
      if (held.length === 0)
        await this.sweep.carryOut(run.id, run.source.id, (tx, removed) => addRemoved(tx, run.id, removed));
    }
    await this.judgeTouched.execute(run.source.id, run.id, signal);
    const status: RunStatus =
      held.length > 0 ? 'held' : outcome.gaps.length > 0 || errors.count > 0 ? 'partial' : 'complete';
    const error =
      held.length > 0
        ? {
            code: 'sync.held',
            detail: `The reading would remove ${held.map(({ removed, live, type, scope }) => `${removed} of ${live} ${type} in ${scope}`).join(', ')}. Nothing was removed. Confirm the run if that is right.`,
            removals: held,
          }
        : null;
    return this.finish(run, status, sieve, outcome.gaps, errors, error);
  }

  private async carryOutHeld(run: SyncRunRow): Promise<Record<string, number>> {
    await this.sweep.carryOut(run.id, run.source.id, (tx, removed) => addRemoved(tx, run.id, removed));
    await this.judgeTouched.execute(run.source.id, run.id);
    const status: RunStatus = run.gaps.length > 0 || run.rowErrorCount > 0 ? 'partial' : 'complete';
    return this.finish(run, status, null, run.gaps, { rows: run.rowErrors, count: run.rowErrorCount }, null);
  }

  private async finish(
    run: SyncRunRow,
    status: RunStatus,
    sieve: Sieve | null,
    gaps: readonly RunGap[],
    errors: { rows: RowError[]; count: number },
    error: Record<string, unknown> | null,
  ): Promise<Record<string, number>> {
    const counts = await this.database.transaction(async (tx) => {
      const runs = tx.use(SyncRunsRepository);
      const current = (await runs.forChange(run.id))!;
      const final = sieve ? withUnchanged(current.counts, sieve) : current.counts;
      await runs.finish(run.id, {
        status,
        counts: final,
        gaps,
        rowErrors: errors.rows,
        rowErrorCount: errors.count,
        error,
        at: this.clock.now(),
      });
      await this.setSourceStatus(tx, run, status as SourceStatus, error);
      return final;
    });
    if (run.uploadId !== null && status !== 'held') await this.uploads.forget(run.uploadId);
    return Object.fromEntries(
      Object.entries(counts).flatMap(([kind, own]) => Object.entries(own).map(([name, n]) => [`${kind}.${name}`, n])),
    );
  }

  private async fail(
    run: SyncRunRow,
    error: unknown,
    errors: { rows: RowError[]; count: number },
  ): Promise<Record<string, number>> {
    const detail =
      error instanceof VendorFailure || error instanceof NotReadable
        ? strikeOutSecrets(error.message)
        : 'Something failed on our side; the log tells more.';
    const problem = { code: error instanceof VendorFailure ? `source.${error.reason}` : 'sync.failed', detail };
    await this.database.transaction(async (tx) => {
      await tx.use(HeldRemovalsRepository).forget(run.id);
      await tx.use(SyncRunsRepository).finish(run.id, {
        status: 'failed',
        gaps: run.gaps,
        rowErrors: errors.rows,
        rowErrorCount: errors.count,
        error: problem,
        at: this.clock.now(),
      });
      await this.setSourceStatus(tx, run, 'failed', problem);
    });
    if (run.uploadId !== null) await this.uploads.forget(run.uploadId);
    return { failed: 1 };
  }

  /** An entry for the audit only when the source's state turns: a reading that finds nothing new changes nothing. */
  private async setSourceStatus(
    tx: Tx,
    run: SyncRunRow,
    status: SourceStatus,
    error: Record<string, unknown> | null,
  ): Promise<void> {
    const sources = tx.use(SourcesRepository);
    const source = await sources.forChange(run.source.id);
    if (source && source.status !== status) {
      await sources.setStatus(source.id, status);
      await this.audit.record(tx, {
        type: 'sync.source-status-changed',
        actor: systemActor('sync'),
        target: { type: 'source', id: source.id },
        data: { run: run.id, from: source.status, to: status, ...(error ? { error } : {}) },
      });
    }
    await this.marks.mark(tx, 'source', run.source.id);
  }

  private async loadKnown(sourceId: string): Promise<{ known: HashSet; hashKey: string }> {
    return this.database.read(async (tx) => {
      let expected = 0;
      for (const kind of MERGE_KINDS) expected += await countKnown(tx, kind, sourceId);
      const known = new HashSet(expected);
      for (const [label, kind] of MERGE_KINDS.entries()) await known.load(await knownHashes(tx, kind, sourceId), label);
      return { known, hashKey: await tx.use(SyncRunsRepository).hashKey() };
    });
  }

  private startBeating(runId: string, sieve: Sieve): { say(done: number, what: string): void; stop(): void } {
    let told: Record<string, unknown> = {};
    const timer = setInterval(() => {
      void this.database
        .transaction((tx) => tx.use(SyncRunsRepository).beat(runId, { ...told, seen: sieve.seen }, this.clock.now()))
        .catch((error: unknown) => this.logger.warn({ run: runId, error }, 'a run could not say that it is alive'));
    }, BEAT_MS);
    return { say: (done, what) => void (told = { done, what }), stop: () => clearInterval(timer) };
  }
}

/** The source cannot be read at all, and trying again will not help. */
class NotReadable extends Error {
  override readonly name = 'NotReadable';
}

const byId = (types: readonly ResourceType[]): ReadonlyMap<string, ResourceType> =>
  new Map(types.map((type) => [type.id, type]));

const addRemoved = (tx: Tx, runId: string, removed: Partial<Record<MergeKind, number>>): Promise<void> =>
  tx
    .use(SyncRunsRepository)
    .addCounts(runId, Object.fromEntries(Object.entries(removed).map(([kind, n]) => [kind, { removed: n }])));

/** What was seen and neither made nor changed, over all attempts of the run. */
function withUnchanged(counts: RunCounts, sieve: Sieve): RunCounts {
  const all: Record<string, KindCounts> = {};
  for (const kind of MERGE_KINDS) {
    const own = counts[kind] ?? { created: 0, updated: 0, removed: 0, unchanged: 0 };
    all[kind] = { ...own, unchanged: Math.max(0, sieve.seen[kind] - own.created - own.updated) };
  }
  return all;
}
