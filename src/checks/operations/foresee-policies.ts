import { Injectable } from '@nestjs/common';
import { Visibility } from '../../access-control/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import type { Actor } from '../../platform/http/index.js';
import { Facts } from '../../subjects/index.js';
import { Decisions } from '../engine/decisions.js';
import { Checks, Engine } from '../engine/engine.js';
import type { Evaluated, Evaluator } from '../engine/evaluate.js';
import { evaluateStream } from '../engine/evaluate-set.js';
import { type ForeseenTurn, OutcomeSink, type Turn } from '../engine/outcome-sink.js';
import { EvaluationsRepository } from '../evaluations.repository.js';
import type { PolicyRow } from '../policies.repository.js';
import type { SubjectType } from '../sdk/index.js';

/** Turns that are asked about at once: what is held in memory, however many there are. */
const BATCH = 2_000;

export interface ForeseenCount {
  readonly check: string;
  readonly severity: string;
  opens: number;
  closes: number;
  worsens: number;
  eases: number;
  changesMode: number;
}

export interface ForeseenSample extends Omit<ForeseenTurn, 'subjectType' | 'subjectId'> {
  readonly subject: { readonly type: string; readonly id: string; readonly displayName: string };
}

/** What a change of policies would do to findings. */
export interface Foreseen {
  readonly at: string;
  /** Subjects that were looked at: of the kinds on which some check may be decided otherwise. */
  readonly evaluated: number;
  /** Changes that wait to be evaluated whatever becomes of the policies: they are not counted here. */
  readonly waiting: number;
  readonly opens: number;
  readonly closes: number;
  readonly worsens: number;
  readonly eases: number;
  readonly changesMode: number;
  readonly counts: readonly ForeseenCount[];
  readonly samples: readonly ForeseenSample[];
}

const MEMBER = {
  opens: 'opens',
  closes: 'closes',
  worsens: 'worsens',
  eases: 'eases',
  'changes-mode': 'changesMode',
} as const;

/**
 * Runs the engine under policies that are not saved, in one pass and without writing, and asks whoever keeps findings
 * what would become of them: the same code that acts when the policies are saved.
 */
@Injectable()
export class ForeseePolicies {
  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    private readonly checks: Checks,
    private readonly facts: Facts,
    private readonly sink: OutcomeSink,
    private readonly visibility: Visibility,
    private readonly clock: Clock,
  ) {}

  /** How many subjects would have to be evaluated. */
  async size(before: readonly PolicyRow[], after: readonly PolicyRow[]): Promise<number> {
    const types = this.concerned(before, after);
    return this.database.read((tx) => tx.use(EvaluationsRepository).countSubjects(types));
  }

  async execute(
    before: readonly PolicyRow[],
    after: readonly PolicyRow[],
    options: { for: Actor; samples: number; signal?: AbortSignal },
  ): Promise<Foreseen> {
    const report = new Report(options.samples);
    const settings = new Map(after.map((policy) => [policy.id, policy.settings]));
    const now = this.clock.instant();
    let evaluated = 0;
    let waiting = 0;
    // The facts stream over one connection, so findings are asked about over another.
    await this.database.snapshot(async (tx) => {
      const gaps = await this.facts.gaps(tx);
      const was = await this.engine.evaluators(tx, before);
      const is = await this.engine.evaluators(tx, after);
      waiting = await tx.use(EvaluationsRepository).countWaiting(this.clock.now());
      for (const type of this.concerned(before, after)) {
        const compared = new Comparison(was.get(type)!, is.get(type)!);
        let turns: Turn[] = [];
        const ask = async (): Promise<void> => {
          const batch = turns;
          turns = [];
          report.add(await this.database.read((other) => this.sink.foresee(other, batch, settings)));
        };
        for await (const subjects of evaluateStream(tx, this.facts, gaps, type, compared, {
          only: null,
          of: 'all',
          now,
        })) {
          options.signal?.throwIfAborted();
          evaluated += subjects.length;
          for (const { id } of subjects) turns.push(...compared.turnsOf(id));
          if (turns.length >= BATCH) await ask();
        }
        if (turns.length > 0) await ask();
      }
    });
    const samples = await this.named(options.for, report.samples);
    return { at: new Date(now).toISOString(), evaluated, waiting, ...report.totals, counts: report.sorted(), samples };
  }

  /** Kinds of subjects on which some check may be decided otherwise. */
  private concerned(before: readonly PolicyRow[], after: readonly PolicyRow[]): SubjectType[] {
    return this.facts.subjects().filter((type) => {
      const checks = this.checks.of(type);
      if (checks.length === 0) return false;
      return new Decisions(type, checks, before).fingerprint() !== new Decisions(type, checks, after).fingerprint();
    });
  }

  /** The samples whose subjects an actor may see. */
  private async named(actor: Actor, samples: readonly ForeseenTurn[]): Promise<ForeseenSample[]> {
    const types = [...new Set(samples.map(({ subjectType }) => subjectType))];
    const names = new Map<string, string>();
    await this.database.read(async (tx) => {
      for (const type of types) {
        const ids = samples.filter(({ subjectType }) => subjectType === type).map(({ subjectId }) => subjectId);
        const relation = this.facts.relationOf(type);
        const visible = this.visibility.visibleTo(actor, type, relation.id.split('.')[0]!);
        for (const [id, name] of await tx.use(EvaluationsRepository).names(relation, ids, visible)) names.set(id, name);
      }
    });
    return samples
      .filter(({ subjectId }) => names.has(subjectId))
      .map(({ subjectType, subjectId, ...sample }) => ({
        ...sample,
        subject: { type: subjectType, id: subjectId, displayName: names.get(subjectId)! },
      }));
  }
}

/** Stands for an evaluation nobody looks at. */
const UNTOUCHED: Evaluated = {
  results: '',
  failing: '',
  dueAt: null,
  dueByCheck: '',
  failures: new Map(),
  superseders: new Map(),
};

/** Evaluates each subject under the policies as they are and as they would be; what differs turns. */
class Comparison {
  private readonly turns = new Map<string, Turn[]>();
  /** What either of the two reads. */
  readonly wanted: ReadonlySet<string>;
  constructor(
    private readonly was: Evaluator,
    private readonly is: Evaluator,
  ) {
    this.wanted = new Set([...was.wanted, ...is.wanted]);
  }

  evaluate(...args: Parameters<Evaluator['evaluate']>): ReturnType<Evaluator['evaluate']> {
    const [id, facts, now] = args;
    if (this.is.decidesAs(this.was, facts, now)) return UNTOUCHED;
    const after = this.is.evaluate(...args);
    const turns = this.is.turns(id, this.was.evaluate(...args), after);
    if (turns.length > 0) this.turns.set(id, turns);
    return after;
  }

  turnsOf(id: string): readonly Turn[] {
    const turns = this.turns.get(id) ?? [];
    this.turns.delete(id);
    return turns;
  }
}

/** Counts what is foreseen, and keeps the first few of each kind. */
class Report {
  readonly totals = { opens: 0, closes: 0, worsens: 0, eases: 0, changesMode: 0 };
  readonly samples: ForeseenTurn[] = [];
  private readonly counts = new Map<string, ForeseenCount>();
  private readonly sampled = new Map<string, number>();

  constructor(private readonly samplesOfEach: number) {}

  add(turns: readonly ForeseenTurn[]): void {
    for (const turn of turns) {
      const member = MEMBER[turn.effect];
      this.totals[member]++;
      const key = `${turn.check} ${turn.severity}`;
      const count = this.counts.get(key) ?? {
        check: turn.check,
        severity: turn.severity,
        opens: 0,
        closes: 0,
        worsens: 0,
        eases: 0,
        changesMode: 0,
      };
      count[member]++;
      this.counts.set(key, count);
      const kind = `${key} ${turn.effect}`;
      const taken = this.sampled.get(kind) ?? 0;
      if (taken >= this.samplesOfEach) continue;
      this.sampled.set(kind, taken + 1);
      this.samples.push(turn);
    }
  }

  sorted(): ForeseenCount[] {
    return [...this.counts.values()].sort(
      (a, b) => a.check.localeCompare(b.check) || a.severity.localeCompare(b.severity),
    );
  }
}
