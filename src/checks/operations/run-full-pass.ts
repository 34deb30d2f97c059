import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Logger, RootLogger } from '../../platform/logging/index.js';
import { Facts, Marks } from '../../subjects/index.js';
import { Engine } from '../engine/engine.js';
import { type EvaluatedSubject, evaluateStream } from '../engine/evaluate-set.js';
import { wakesInTime } from '../engine/evaluate.js';
import { EvaluationsRepository } from '../evaluations.repository.js';
import type { SubjectType } from '../sdk/index.js';

const EXAMPLES = 20;
const MARK_CHUNK = 10_000;

export interface PassReport {
  readonly evaluated: number;
  readonly changed: number;
  readonly mismatches: number;
}

/**
 * Evaluates everything from the source tables and compares it with what is stored. It writes no outcome itself: what
 * differs is marked, and goes the one way outcomes are written. As a self-check it also proves that the shortcut of
 * due times tells the truth: a difference that no mark and no due time explains is a fault of ours.
 */
@Injectable()
export class RunFullPass {
  private readonly logger: Logger;
  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly facts: Facts,
    private readonly marks: Marks,
    private readonly clock: Clock,
    logger: RootLogger,
  ) {
    this.logger = logger.child({ part: 'checks' });
  }

  async execute(
    kind: 'full' | 'self-check',
    signal?: AbortSignal,
    evidence?: { readInput(input: unknown): void; usedParameters(parameters: unknown): void },
  ): Promise<PassReport> {
    const id = newId(this.clock);
    const startedAt = this.clock.now();
    const now = this.clock.instant();
    const digest = createHash('sha256');
    const different = new Map<SubjectType, string[]>();
    const examples: { subject: SubjectType; id: string }[] = [];
    let [evaluated, changed, mismatches] = [0, 0, 0];
    await this.database.snapshot(async (tx) => {
      const evaluations = tx.use(EvaluationsRepository);
      const policies = await this.engine.policies(tx);
      evidence?.usedParameters(policies);
      const gaps = await this.facts.gaps(tx);
      for (const [type, evaluator] of await this.engine.evaluators(tx, policies)) {
        const waiting = await evaluations.waiting(type, startedAt);
        const ids: string[] = [];
        let stored = 0;
        for await (const subjects of evaluateStream(tx, this.facts, gaps, type, evaluator, {
          only: null,
          of: 'all',
          now,
          digest,
        })) {
          signal?.throwIfAborted();
          evaluated += subjects.length;
          for (const subject of subjects) {
            if (subject.before !== null) stored++;
            if (isAsStored(subject)) continue;
            ids.push(subject.id);
            if (waiting.has(subject.id)) continue;
            mismatches++;
            if (examples.length < EXAMPLES) examples.push({ subject: type, id: subject.id });
          }
        }
        // Whatever is stored was met at its subject, or its subject is gone: they are looked for only where the numbers differ.
        const orphans =
          stored === (await evaluations.countStored(type))
            ? []
            : await evaluations.orphaned(type, { relation: this.facts.relationOf(type) }, MARK_CHUNK);
        for (const { id: orphan } of orphans) {
          ids.push(orphan);
          if (!waiting.has(orphan)) mismatches++;
        }
        if (ids.length > 0) different.set(type, ids);
      }
    });
    for (const [type, ids] of different) {
      changed += ids.length;
      for (let at = 0; at < ids.length; at += MARK_CHUNK)
        await this.database.transaction((tx) => this.marks.markOnly(tx, type, ids.slice(at, at + MARK_CHUNK)));
    }
    evidence?.readInput(digest.digest('hex'));
    const counted = kind === 'self-check' ? mismatches : 0;
    if (counted > 0)
      this.logger.error({ mismatches, examples }, 'the stored outcomes are not what a full evaluation finds');
    await this.database.transaction((tx) =>
      tx.use(EvaluationsRepository).recordPass({
        id,
        kind,
        startedAt,
        finishedAt: this.clock.now(),
        evaluated,
        changed,
        mismatches: counted,
        examples: counted > 0 ? examples : [],
      }),
    );
    return { evaluated, changed, mismatches: counted };
  }
}

/** The same outcomes, and due times that are not too late. They may be early: a subject that is woken early is looked at and goes back to sleep. */
const isAsStored = ({ before, after }: EvaluatedSubject): boolean =>
  before !== null &&
  before.results === after.results &&
  before.failing === after.failing &&
  (before.dueAt ?? Infinity) <= (after.dueAt ?? Infinity) &&
  wakesInTime(before.dueByCheck, after.dueByCheck);
