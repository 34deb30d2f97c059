import type { Sql, Tx } from '../platform/database/index.js';

export interface NewConsumer {
  readonly kind: string;
  readonly locator: string;
}
export interface ConsumerView extends NewConsumer {
  readonly basis: 'observed' | 'declared' | 'scanned';
  readonly firstSeenAt: string;
  readonly lastSeenAt: string | null;
  readonly declaredBy: string | null;
  readonly reason: string | null;
}

/** Where credentials are installed or used from. */
export class ConsumersRepository {
  constructor(private readonly tx: Tx) {}

  async isVisible(credentialId: string, visible: Sql): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM credentials c WHERE c.id = ${credentialId} AND ${visible}`).length > 0;
  }

  async lockCredential(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM credentials WHERE id = ${id} AND removed_at IS NULL FOR UPDATE`).length > 0;
  }

  /** A credential has few: given whole. */
  of(credentialId: string): Promise<ConsumerView[]> {
    return this.tx
      .sql<ConsumerView>`SELECT kind, locator, basis, iso(first_seen_at) AS "firstSeenAt", iso(last_seen_at) AS "lastSeenAt", declared_by AS "declaredBy", reason
      FROM consumers WHERE credential_id = ${credentialId} ORDER BY kind, locator, basis LIMIT 1000`;
  }

  /** False = it was said before. */
  async declare(
    credentialId: string,
    { kind, locator }: NewConsumer,
    by: string,
    reason: string | null,
    at: Date,
  ): Promise<boolean> {
    return (
      (await this.tx
        .change`INSERT INTO consumers AS c (credential_id, kind, locator, basis, first_seen_at, last_seen_at, declared_by, reason) VALUES (${credentialId}, ${kind}, ${locator}, 'declared', ${at}, ${at}, ${by}, ${reason})
        ON CONFLICT (credential_id, kind, locator, basis) DO UPDATE SET declared_by = EXCLUDED.declared_by, reason = EXCLUDED.reason, last_seen_at = EXCLUDED.last_seen_at WHERE c.declared_by IS NULL`) >
      0
    );
  }

  async withdraw(credentialId: string, { kind, locator }: NewConsumer): Promise<boolean> {
    return (
      (await this.tx
        .change`DELETE FROM consumers WHERE credential_id = ${credentialId} AND kind = ${kind} AND locator = ${locator} AND basis = 'declared'`) >
      0
    );
  }
}
