import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, FreshStatistics, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { withTightHeap } from '../../platform/memory/index.js';
import { Facts, MarksRepository } from '../../subjects/index.js';
import { Engine } from '../engine/engine.js';
import type { Evaluator } from '../engine/evaluate.js';
import {
  type CameDue,
  differs,
  type EvaluatedSubject,
  evaluateStream,
  onlyWhatCameDue,
  type SetEvaluator,
} from '../engine/evaluate-set.js';
import { OutcomeSink, type TouchedSubjects, type Turn } from '../engine/outcome-sink.js';
import { type DueSubject, EvaluationsRepository } from '../evaluations.repository.js';
import type { Instant, SubjectType } from '../sdk/index.js';

const CHUNK = 10_000;
/** While chunk after chunk is full, they grow up to this: what is read once for each chunk is then read less often. */
const LARGEST_CHUNK = 80_000;
/** From this share of all subjects on, reading what hangs on all of them costs less than looking it up for each. */
const LARGE_SHARE = 0.05;

/** So many subjects that are asked the same have a statement of their own; fewer share one, which reads what any of them needs. */
const WORTH_A_READING = 100;

export interface DueReport {
  readonly evaluated: number;
  readonly changed: number;
  readonly [count: string]: number;
}

/**
 * Evaluates what was marked as changed, and what time alone may have turned: the cost of a tick is what is due, not
 * what exists. Each chunk is one transaction: marks gone, outcomes stored, findings turned, audit entry written.
 */
@Injectable()
export class EvaluateDue {
  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly facts: Facts,
    private readonly sink: OutcomeSink,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  execute(
    signal?: AbortSignal,
    evidence?: { readInput(input: unknown): void; usedParameters(parameters: unknown): void },
  ): Promise<DueReport> {
    return withTightHeap(() => this.evaluate(signal, evidence));
  }

  private async evaluate(
    signal?: AbortSignal,
    evidence?: { readInput(input: unknown): void; usedParameters(parameters: unknown): void },
  ): Promise<DueReport> {
    const passId = newId(this.clock);
    const startedAt = this.clock.now();
    const totals: Record<string, number> = { evaluated: 0, changed: 0 };
    const digest = createHash('sha256');
    const statistics = new FreshStatistics(this.database, 'evaluations', 'findings', 'finding_events');
    for (let limit = CHUNK; ;) {
      signal?.throwIfAborted();
      const done = await this.database.transaction((tx) =>
        this.chunk(tx, limit, passId, startedAt, totals, digest, evidence),
      );
      if (done > 0) await statistics.wrote(done);
      // Fewer than asked for: there was no more when they were claimed, and what came since has a run of its own.
      if (done < limit) break;
      limit = Math.min(LARGEST_CHUNK, limit * 2);
    }
    evidence?.readInput(digest.digest('hex'));
    return totals as DueReport;
  }

  private async chunk(
    tx: Tx,
    limit: number,
    passId: string,
    startedAt: Date,
    totals: Record<string, number>,
    digest: ReturnType<typeof createHash>,
    evidence?: { usedParameters(parameters: unknown): void },
  ): Promise<number> {
    const evaluations = tx.use(EvaluationsRepository);
    // Claimed before the facts are read: a change that comes later leaves a mark of its own.
    const marked = await tx.use(MarksRepository).claim(limit);
    const due = await evaluations.due(startedAt, limit - marked.count);
    const changedSubjects = byKind(marked.subjects);
    const timedSubjects = byKind(due.filter(({ type, id }) => !changedSubjects.get(type)?.has(id)));
    if (changedSubjects.size + timedSubjects.size === 0) {
      await this.recordPass(evaluations, passId, startedAt, totals);
      return 0;
    }
    const policies = await this.engine.policies(tx);
    evidence?.usedParameters(policies);
    const evaluators = await this.engine.evaluators(tx, policies);
    const gaps = await this.facts.gaps(tx);
    const now = this.clock.instant();
    const turns: Turn[] = [];
    let changed = 0;
    for (const { type, evaluator, ask, ids } of this.portions(evaluators, changedSubjects, due, now)) {
      const { table } = this.facts.relationOf(type);
      const of = ids.size >= CHUNK / 4 && ids.size >= LARGE_SHARE * (await evaluations.about(table)) ? 'all' : 'some';
      const writes = [];
      for await (const subjects of evaluateStream(tx, this.facts, gaps, type, ask, {
        only: [...ids],
        of,
        now,
        digest,
      })) {
        for (const subject of subjects) {
          ids.delete(subject.id);
          totals.evaluated = totals.evaluated! + 1;
          if (!differs(subject)) continue;
          writes.push({
            subjectId: subject.id,
            isNew: subject.before === null,
            results: subject.after.results,
            failing: subject.after.failing,
            dueAt: subject.after.dueAt,
            dueByCheck: subject.after.dueByCheck,
          });
          turns.push(...withHolder(subject, ask.stored !== undefined, evaluator));
        }
      }
      await evaluations.write(type, writes);
      changed += writes.length;
      turns.push(...(await this.end(evaluations, evaluator, type, [...ids])));
    }
    const counts = await this.sink.apply(tx, turns, passId, { changed: changedSubjects, timed: timedSubjects });
    totals.changed = totals.changed! + changed;
    for (const [name, count] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + count;
    if (turns.length > 0) {
      await this.audit.record(tx, {
        type: 'checks.outcomes-turned',
        actor: systemActor('checks'),
        target: { type: 'evaluation-pass', id: passId },
        data: { turns: turns.length, ...counts, digest: digestOfTurns(turns) },
      });
    }
    const done = marked.count + due.length;
    if (done < limit) await this.recordPass(evaluations, passId, startedAt, totals);
    return done;
  }

  /**
   * What is evaluated together. Of what changed, everything is asked; of what only time may have turned, the checks
   * whose time has come, so that nothing is read for the others.
   */
  private *portions(
    evaluators: ReadonlyMap<SubjectType, Evaluator>,
    changed: TouchedSubjects,
    due: readonly DueSubject[],
    now: Instant,
  ): Generator<{ type: SubjectType; evaluator: Evaluator; ask: SetEvaluator; ids: Set<string> }> {
    for (const [type, evaluator] of evaluators) {
      const whole = new Set(changed.get(type));
      const timed = new Map<string, Map<string, CameDue>>();
      for (const subject of due) {
        if (subject.type !== type || whole.has(subject.id)) continue;
        const places = evaluator.comeDue(subject, now);
        if (places === null) whole.add(subject.id);
        else {
          const key = places.join();
          timed.set(key, (timed.get(key) ?? new Map<string, CameDue>()).set(subject.id, { places, stored: subject }));
        }
      }
      if (whole.size > 0) yield { type, evaluator, ask: evaluator, ids: whole };
      const few = new Map<string, CameDue>();
      for (const alike of timed.values()) {
        if (alike.size < WORTH_A_READING) for (const [id, one] of alike) few.set(id, one);
        else yield { type, evaluator, ask: onlyWhatCameDue(evaluator, alike), ids: new Set(alike.keys()) };
      }
      if (few.size > 0) yield { type, evaluator, ask: onlyWhatCameDue(evaluator, few), ids: new Set(few.keys()) };
    }
  }

  /** With its last chunk; a pass that found nothing to do is none. */
  private async recordPass(
    evaluations: EvaluationsRepository,
    id: string,
    startedAt: Date,
    totals: Readonly<Record<string, number>>,
  ): Promise<void> {
    if (totals.evaluated! === 0) return;
    await evaluations.recordPass({
      id,
      kind: 'due',
      startedAt,
      finishedAt: this.clock.now(),
      evaluated: totals.evaluated!,
      changed: totals.changed!,
      mismatches: 0,
      examples: [],
    });
  }

  /** What was claimed and is not among the living: its outcomes go, and what was open about it ends. */
  private async end(
    evaluations: EvaluationsRepository,
    evaluator: Evaluator,
    type: SubjectType,
    ids: readonly string[],
  ): Promise<Turn[]> {
    if (ids.length === 0) return [];
    const stored = await evaluations.stored(type, ids);
    await evaluations.forget(type, [...stored.keys()]);
    return [...stored].flatMap(([id, before]) => evaluator.gone(id, before));
  }
}

/** What turned of a subject. Where only time has moved, who holds it is told as well. */
function withHolder({ id, holderId, before, after }: EvaluatedSubject, isTimed: boolean, evaluator: Evaluator): Turn[] {
  const turns = evaluator.turns(id, before, after);
  if (!isTimed || holderId === null) return turns;
  const held = { by: holderId, beside: evaluator.openIn(before!.results) };
  return turns.map((turn) => (turn.to === 'failing' ? { ...turn, held } : turn));
}

function byKind(subjects: readonly { type: SubjectType; id: string }[]): Map<SubjectType, Set<string>> {
  const kinds = new Map<SubjectType, Set<string>>();
  for (const { type, id } of subjects) kinds.set(type, (kinds.get(type) ?? new Set()).add(id));
  return kinds;
}

/** Reproducible from the findings' history: what turned, and into what. */
const digestOfTurns = (turns: readonly Turn[]): string =>
  `sha256:${createHash('sha256')
    .update(
      turns
        .map(
          (turn) =>
            `${turn.check} ${turn.subjectId} ${turn.to} ${'reason' in turn ? `${turn.reason} ${turn.severity}` : ''}`,
        )
        .sort()
        .join('\n'),
    )
    .digest('hex')}`;
