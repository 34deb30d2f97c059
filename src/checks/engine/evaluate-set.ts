import { type createHash } from 'node:crypto';
import { copyRows, readCopyField, type Tx } from '../../platform/database/index.js';
import type { Facts, Gaps } from '../../subjects/index.js';
import { EvaluationsRepository, ROW_HEAD } from '../evaluations.repository.js';
import type { Instant, SubjectType } from '../sdk/index.js';
import {
  type Evaluated,
  type Evaluator,
  type Excepted,
  type GapTypes,
  NOTHING_EXCEPTED,
  type StoredEvaluation,
  wakesInTime,
} from './evaluate.js';

/** One subject, evaluated beside what was stored of it. */
export interface EvaluatedSubject {
  readonly id: string;
  /** The identity that holds it; null where none does. */
  readonly holderId: string | null;
  readonly before: StoredEvaluation | null;
  readonly after: Evaluated;
}

export interface StreamOptions {
  /** Only these subjects; null = every one that lives. */
  readonly only: readonly string[] | null;
  /** Whether a few are read or a large share of all: the facts are put together otherwise, and are the same. */
  readonly of: 'some' | 'all';
  readonly now: Instant;
  /** Grows with every row read: evidence of what the pass saw. */
  readonly digest?: ReturnType<typeof createHash> | undefined;
}

/** Whoever answers for the subjects of a stream, and the facts that takes. */
export interface SetEvaluator {
  readonly wanted: ReadonlySet<string>;
  /** What is stored of a subject, where that is known; left out = it is read with the facts. */
  readonly stored?: (subjectId: string) => StoredEvaluation;
  evaluate(
    subjectId: string,
    facts: never,
    now: Instant,
    ownTypeHasGap: boolean,
    gaps: GapTypes,
    excepted: Excepted,
  ): Evaluated;
}

/** What has come due of a subject, beside what is stored of it. */
export interface CameDue {
  readonly places: readonly number[];
  readonly stored: StoredEvaluation;
}

/** Asks of each subject only the checks whose time has come, by its id; facts are read for these alone. */
export const onlyWhatCameDue = (evaluator: Evaluator, due: ReadonlyMap<string, CameDue>): SetEvaluator => ({
  wanted: evaluator.factsOf(new Set([...due.values()].flatMap(({ places }) => places))),
  stored: (id) => due.get(id)!.stored,
  evaluate: (id, facts, now, ownTypeHasGap, gaps, excepted) => {
    const { places, stored } = due.get(id)!;
    return evaluator.evaluateAgain(places, stored, id, facts, now, ownTypeHasGap, gaps, excepted);
  },
});

/** Streams subjects of one kind through their checks, a chunk of rows at a time, in constant memory. */
export async function* evaluateStream(
  tx: Tx,
  facts: Facts,
  gaps: Gaps,
  type: SubjectType,
  evaluator: SetEvaluator,
  options: StreamOptions,
): AsyncGenerator<EvaluatedSubject[]> {
  const plan = facts.plan(type, evaluator.wanted, options.of);
  const stream = await tx.use(EvaluationsRepository).stream(type, plan, options.only, {
    withGaps: !gaps.areNone,
    withStored: evaluator.stored === undefined,
  });
  for await (const rows of copyRows(stream)) {
    const chunk: EvaluatedSubject[] = [];
    let ids = '';
    for (const fields of rows) {
      const id = fields[0]!;
      ids += id;
      const before = evaluator.stored?.(id) ?? readStored(fields);
      const over = gaps.areNone
        ? gaps.over(null, null, null)
        : gaps.over(readCopyField(fields[5]!), readCopyField(fields[6]!), readCopyField(fields[7]!));
      chunk.push({
        id,
        holderId: readCopyField(fields[9]!),
        before,
        after: evaluator.evaluate(
          id,
          plan.decode(fields, ROW_HEAD) as never,
          options.now,
          over.own,
          over.types,
          readExcepted(fields[8]!),
        ),
      });
    }
    options.digest?.update(ids);
    yield chunk;
  }
}

function readStored([, results, failing, dueAt, dueByCheck]: readonly string[]): StoredEvaluation | null {
  if (results === '\\N') return null;
  return {
    results: results!,
    failing: failing === '' ? '' : readCopyField(failing!)!,
    dueAt: dueAt === '\\N' ? null : Number(dueAt),
    dueByCheck: dueByCheck === '\\N' ? null : dueByCheck!,
  };
}

/** What is excepted of a streamed subject. */
export function readExcepted(field: string): Excepted {
  const text = readCopyField(field);
  return text === null ? NOTHING_EXCEPTED : new Set(text.split(','));
}

/** Whether anything that is stored of a subject would have to be written anew. */
export const differs = ({ before, after }: EvaluatedSubject): boolean =>
  before === null ||
  before.results !== after.results ||
  before.failing !== after.failing ||
  before.dueAt !== after.dueAt ||
  !wakesInTime(before.dueByCheck, after.dueByCheck);
