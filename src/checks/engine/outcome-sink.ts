import type { Tx } from '../../platform/database/index.js';
import type { PolicySettings } from '../policy-settings.js';
import type { Severity, SubjectType } from '../sdk/index.js';
import type { Mode } from './decisions.js';

/**
 * What became of one check on one subject, told only when it is not what it was.
 * `frozen` = it cannot be evaluated: what is open stays open, and nothing new opens.
 */
export type Turn = {
  readonly check: string;
  readonly checkVersion: number;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
} & (
  | {
      readonly to: 'failing';
      readonly reason: string;
      readonly severity: Severity;
      readonly mode: Mode;
      readonly policyId: string;
      readonly since: number;
      readonly evidence: Readonly<Record<string, unknown>>;
    }
  | { readonly to: 'passing' | 'not-applicable' | 'subject-gone' | 'frozen' }
  | { readonly to: 'superseded'; readonly by: string }
);

/** What a turn would do to findings. */
export interface ForeseenTurn {
  readonly effect: 'opens' | 'closes' | 'worsens' | 'eases' | 'changes-mode';
  readonly check: string;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
  readonly reason: string;
  readonly severity: Severity;
  /** The severity or mode before, or how what closes is resolved. */
  readonly from: string | null;
}

/** Subjects that were evaluated, by kind, whether or not anything turned. */
export type TouchedSubjects = ReadonlyMap<SubjectType, ReadonlySet<string>>;

/** Port: whoever keeps findings takes the turns in, in the transaction that stores the outcomes. */
export abstract class OutcomeSink {
  abstract apply(tx: Tx, turns: readonly Turn[], passId: string): Promise<Readonly<Record<string, number>>>;
  /**
   * Called after `apply`: what findings tell beside their outcome may have moved with the subjects. `changed` was marked
   * as changed, `timed` came up by its time alone: nothing else about it has moved since it was last evaluated.
   */
  abstract touched(tx: Tx, changed: TouchedSubjects, timed: TouchedSubjects, turns: readonly Turn[]): Promise<void>;
  /** What `apply` would do, without writing: under policies that may not be saved, by id. */
  abstract foresee(
    tx: Tx,
    turns: readonly Turn[],
    settings: ReadonlyMap<string, PolicySettings>,
  ): Promise<ForeseenTurn[]>;
}
