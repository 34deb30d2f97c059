import { raw, type Tx } from '../platform/database/index.js';
import type { Actor } from '../platform/http/index.js';
import type { Foreseen } from './operations/foresee-policies.js';

export type WhatIfStatus = 'queued' | 'running' | 'complete' | 'failed';

export interface WhatIfRow {
  readonly id: string;
  readonly status: WhatIfStatus;
  readonly change: unknown;
  /** Whoever asked, with their roles then: they see samples of what they may see. */
  readonly askedAs: Actor;
  readonly result: Foreseen | null;
  readonly error: string | null;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly finishedAt: string | null;
}

const COLUMNS = raw(
  `id, status, change, asked_as AS "askedAs", result, error, requested_by AS "requestedBy", iso(requested_at) AS "requestedAt", iso(finished_at) AS "finishedAt"`,
);

/** What-ifs that take too long to be waited for. */
export class PolicyWhatIfsRepository {
  constructor(private readonly tx: Tx) {}

  async insert(row: { id: string; change: unknown; actor: Actor; at: Date }): Promise<void> {
    await this.tx
      .sql`INSERT INTO policy_what_ifs (id, status, change, asked_as, requested_by, requested_at) VALUES (${row.id}, 'queued', ${JSON.stringify(row.change)}, ${JSON.stringify(row.actor)}, ${row.actor.id}, ${row.at})`;
  }
  async one(id: string): Promise<WhatIfRow | null> {
    return (await this.tx.sql<WhatIfRow>`SELECT ${COLUMNS} FROM policy_what_ifs WHERE id = ${id}`)[0] ?? null;
  }
  async begin(id: string): Promise<void> {
    await this.tx.sql`UPDATE policy_what_ifs SET status = 'running' WHERE id = ${id}`;
  }
  async finish(id: string, result: Foreseen | null, error: string | null, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE policy_what_ifs SET status = ${result === null ? 'failed' : 'complete'}, result = ${result === null ? null : JSON.stringify(result)}, error = ${error}, finished_at = ${at} WHERE id = ${id}`;
  }
  forgetBefore(at: Date): Promise<number> {
    return this.tx.change`DELETE FROM policy_what_ifs WHERE requested_at < ${at}`;
  }
}
