import type { Tx } from '../../platform/database/index.js';
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

/** Port: whoever keeps findings takes the turns in, in the transaction that stores the outcomes. */
export abstract class OutcomeSink {
  abstract apply(tx: Tx, turns: readonly Turn[], passId: string): Promise<Readonly<Record<string, number>>>;
}
