import type { Tx } from '../platform/database/index.js';

/** Where the question stands: whom we wait for. In the queue nobody is left to ask. */
export type WaitStep = 'owner' | 'manager' | 'unit-head' | 'queue';

export interface WaitRow {
  readonly ownershipId: string;
  readonly identityId: string;
  readonly personId: string | null;
  readonly step: WaitStep;
}

/** Who was asked to accept, and what silence leads to. */
export class OwnershipWaitsRepository {
  constructor(private readonly tx: Tx) {}

  async ask(
    wait: {
      ownershipId: string;
      identityId: string;
      person: string;
      remindAfterDays: number;
      escalateAfterDays: number;
    },
    at: Date,
  ): Promise<void> {
    await this.tx
      .sql`INSERT INTO ownership_waits (ownership_id, identity_id, person_id, step, asked_at, remind_at, escalate_at, due_at, remind_after_days, escalate_after_days)
      VALUES (${wait.ownershipId}, ${wait.identityId}, ${wait.person}, 'owner', ${at}, ${at}::timestamptz + make_interval(days => ${wait.remindAfterDays}::integer), ${at}::timestamptz + make_interval(days => ${wait.escalateAfterDays}::integer),
        ${at}::timestamptz + make_interval(days => least(${wait.remindAfterDays}::integer, ${wait.escalateAfterDays}::integer)), ${wait.remindAfterDays}, ${wait.escalateAfterDays})`;
  }

  async of(ownershipId: string): Promise<WaitRow | null> {
    const [row] = await this.tx
      .sql<WaitRow>`SELECT ownership_id AS "ownershipId", identity_id AS "identityId", person_id AS "personId", step FROM ownership_waits WHERE ownership_id = ${ownershipId} FOR UPDATE`;
    return row ?? null;
  }

  async settle(ownershipId: string): Promise<void> {
    await this.tx.sql`DELETE FROM ownership_waits WHERE ownership_id = ${ownershipId}`;
  }
}
