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
      /** Told where nothing but time has moved about the subject. */
      readonly held?: {
        /** The identity that holds it. */
        readonly by: string;
        /** Checks of which something may have been open about it. */
        readonly beside: readonly string[];
      };
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
  /**
   * What findings tell beside their outcome may have moved with the subjects even where nothing turned: `changed` was
   * marked as changed, `timed` came up by its time alone, and nothing else about it has moved since it was last evaluated.
   */
  abstract apply(
    tx: Tx,
    turns: readonly Turn[],
    passId: string,
    touched: { readonly changed: TouchedSubjects; readonly timed: TouchedSubjects },
  ): Promise<Readonly<Record<string, number>>>;
  /** What `apply` would do, without writing: under policies that may not be saved, by id. */
  abstract foresee(
    tx: Tx,
    turns: readonly Turn[],
    settings: ReadonlyMap<string, PolicySettings>,
  ): Promise<ForeseenTurn[]>;
}
