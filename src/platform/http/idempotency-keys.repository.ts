import type { Tx } from '../database/index.js';

/** What was answered to a request with a key. */
export interface KeptAnswer {
  fingerprint: string;
  state: 'running' | 'done' | 'secret';
  status: number | null;
  body: string | null;
}

export class IdempotencyKeysRepository {
  constructor(private readonly tx: Tx) {}
  /** Null when the key was free and is now ours. */
  async claim(actor: string, key: string, fingerprint: string, at: Date): Promise<KeptAnswer | null> {
    const mine = await this.tx.change`INSERT INTO idempotency_keys (actor, key, fingerprint, state, created_at)
      VALUES (${actor}, ${key}, ${fingerprint}, 'running', ${at}) ON CONFLICT DO NOTHING`;
    if (mine === 1) return null;
    const [kept] = await this.tx
      .sql<KeptAnswer>`SELECT fingerprint, state, status, body FROM idempotency_keys WHERE actor = ${actor} AND key = ${key}`;
    return kept ?? null;
  }
  async keep(
    actor: string,
    key: string,
    answer: { state: 'done' | 'secret'; status: number; body: string | null },
  ): Promise<void> {
    await this.tx
      .sql`UPDATE idempotency_keys SET state = ${answer.state}, status = ${answer.status}, body = ${answer.body} WHERE actor = ${actor} AND key = ${key}`;
  }
  async free(actor: string, key: string): Promise<void> {
    await this.tx.sql`DELETE FROM idempotency_keys WHERE actor = ${actor} AND key = ${key} AND state = 'running'`;
  }
  forgetBefore(at: Date): Promise<number> {
    return this.tx.change`DELETE FROM idempotency_keys WHERE created_at < ${at}`;
  }
}
