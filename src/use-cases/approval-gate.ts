import type { Tx } from '../platform/database/index.js';

/** Why a use case may not be approved as it stands: a rule it breaks, or one of which nobody can say whether it does. */
export interface Objection {
  readonly check: string;
  readonly result: 'fail' | 'not-evaluated';
  /** The reason of the failure, or what could not be seen. */
  readonly reason: string;
  /** Name of the policy that makes it a condition. */
  readonly policy: string;
}

/** Port: whoever keeps the policies says what they hold against an approval. Implemented by checks. */
export abstract class ApprovalGate {
  /** Judged in the transaction that approves, of the use case as it is to be. */
  abstract objections(tx: Tx, useCaseId: string): Promise<readonly Objection[]>;
}
