import { empty, raw, settledBefore, sql, type Tx } from '../platform/database/index.js';
import type { WebhookRow } from './webhooks.repository.js';

export type DeliveryState = 'queued' | 'sending' | 'delivered' | 'failed' | 'unknown';
export const DELIVERY_STATES = [
  'queued',
  'sending',
  'delivered',
  'failed',
  'unknown',
] as const satisfies readonly DeliveryState[];

export interface DeliveryRow {
  readonly id: string;
  readonly webhookId: string;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly deliveredAt: Date | null;
}

export interface AttemptRow {
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly excerpt: string | null;
  readonly tookMs: number;
}

/** A delivery somebody took to send it, with where it goes. */
export type TakenDelivery = DeliveryRow &
  Pick<WebhookRow, 'kind' | 'sealedUrl' | 'sealedSecret' | 'sealedSecretBefore' | 'secretBeforeUntil'>;

const COLUMNS = raw(
  `d.id, d.webhook_id AS "webhookId", d.type, d.payload, d.state, d.attempts, d.due_at AS "dueAt", d.created_at AS "createdAt", d.delivered_at AS "deliveredAt"`,
);

/** What an entry of the log says to a webhook. */
const PAYLOAD = raw(
  `jsonb_build_object('type', e.type, 'timestamp', iso(e.at), 'data', jsonb_build_object('entry', e.id::text, 'actor', e.actor, 'target', jsonb_build_object('type', e.target_type, 'id', e.target_id), 'requestId', e.request_id, 'data', e.data))`,
);
/** A pattern names a type, or with a star in place of anything, many. */
const CHOSEN = raw(
  `EXISTS (SELECT 1 FROM unnest(w.events) AS p(pattern) WHERE e.type LIKE replace(replace(replace(p.pattern, '\\', '\\\\'), '_', '\\_'), '*', '%'))`,
);

export class DeliveriesRepository {
  constructor(private readonly tx: Tx) {}

  /**
   * Hands the next entries of the log to the webhooks that chose them. Only entries before which none can appear any
   * more are looked at, so that none is passed over. Returns how many entries were looked at.
   */
  async feed(limit: number, now: Date): Promise<{ entries: number; deliveries: number }> {
    const [cursor] = await this.tx.sql<{
      xid: string;
      id: string;
    }>`SELECT xid::text, entry_id::text AS id FROM webhook_cursor FOR UPDATE`;
    const settled = await settledBefore(this.tx);
    const [row] = await this.tx.sql<{ entries: number; deliveries: number; xid: string | null; id: string | null }>`
      WITH next AS MATERIALIZED (
        SELECT * FROM audit_entries WHERE (xid, id) > (${cursor!.xid}::xid8, ${cursor!.id}::bigint) AND xid < ${settled}::xid8 ORDER BY xid, id LIMIT ${limit}),
      queued AS (
        INSERT INTO webhook_deliveries (webhook_id, entry_id, type, payload, state, due_at, created_at)
        SELECT w.id, e.id, e.type, ${PAYLOAD}, 'queued', ${now}, ${now} FROM next e JOIN webhooks w ON w.removed_at IS NULL AND w.status = 'enabled' AND w.created_at <= e.at AND ${CHOSEN}
        ON CONFLICT (webhook_id, entry_id) DO NOTHING RETURNING 1)
      SELECT (SELECT count(*)::int FROM next) AS entries, (SELECT count(*)::int FROM queued) AS deliveries, (SELECT n.xid FROM next n ORDER BY n.xid DESC, n.id DESC LIMIT 1)::text AS xid, (SELECT n.id FROM next n ORDER BY n.xid DESC, n.id DESC LIMIT 1)::text AS id`;
    if (row!.xid !== null)
      await this.tx.sql`UPDATE webhook_cursor SET xid = ${row!.xid}::xid8, entry_id = ${row!.id}::bigint`;
    return { entries: row!.entries, deliveries: row!.deliveries };
  }

  /** Queues again what a webhook chose within a span: what it was never given, and what it was given already. */
  async replaySpan(webhookId: string, since: Date, until: Date, now: Date, limit: number): Promise<number> {
    return this.tx
      .change`INSERT INTO webhook_deliveries AS d (webhook_id, entry_id, type, payload, state, due_at, created_at)
      SELECT w.id, e.id, e.type, ${PAYLOAD}, 'queued', ${now}, ${now} FROM audit_entries e JOIN webhooks w ON w.id = ${webhookId} AND ${CHOSEN}
      WHERE e.at >= ${since} AND e.at < ${until} ORDER BY e.id LIMIT ${limit}
      ON CONFLICT (webhook_id, entry_id) DO UPDATE SET state = 'queued', due_at = EXCLUDED.due_at, attempts = 0 WHERE d.state NOT IN ('queued', 'sending')`;
  }

  async insertTest(id: string, webhookId: string, payload: Record<string, unknown>, now: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO webhook_deliveries (id, webhook_id, type, payload, state, due_at, created_at) VALUES (${id}, ${webhookId}, 'webhook.test', ${JSON.stringify(payload)}, 'queued', ${now}, ${now})`;
  }

  /**
   * What an earlier process had in hand. A webhook that signs may be given it again: its id tells that it is the same.
   * A chat cannot tell, so that nobody knows.
   */
  async recover(now: Date): Promise<number> {
    return this.tx
      .change`UPDATE webhook_deliveries d SET claim = NULL, due_at = ${now}, state = CASE WHEN w.kind = 'standard' THEN 'queued' ELSE 'unknown' END
      FROM webhooks w WHERE w.id = d.webhook_id AND d.state = 'sending'`;
  }

  async take(claim: string, now: Date): Promise<TakenDelivery | null> {
    const [row] = await this.tx.sql<TakenDelivery>`WITH next AS (
        SELECT d.id FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id AND w.status = 'enabled' AND w.removed_at IS NULL
        WHERE d.state = 'queued' AND d.due_at <= ${now} ORDER BY d.due_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED)
      UPDATE webhook_deliveries d SET state = 'sending', claim = ${claim}, attempts = d.attempts + 1 FROM next n, webhooks w WHERE d.id = n.id AND w.id = d.webhook_id
      RETURNING ${COLUMNS}, w.kind, w.sealed_url AS "sealedUrl", w.sealed_secret AS "sealedSecret", w.sealed_secret_before AS "sealedSecretBefore", w.secret_before_until AS "secretBeforeUntil"`;
    return row ?? null;
  }

  async addAttempt(id: string, attempt: Omit<AttemptRow, 'at'> & { readonly at: Date }): Promise<void> {
    await this.tx
      .sql`INSERT INTO webhook_attempts (delivery_id, at, status, error, excerpt, took_ms) VALUES (${id}, ${attempt.at}, ${attempt.status}, ${attempt.error}, ${attempt.excerpt}, ${attempt.tookMs})`;
  }

  async finish(id: string, claim: string, state: DeliveryState, dueAt: Date, deliveredAt: Date | null): Promise<void> {
    await this.tx
      .sql`UPDATE webhook_deliveries SET state = ${state}, claim = NULL, due_at = ${dueAt}, delivered_at = coalesce(${deliveredAt}, delivered_at) WHERE id = ${id} AND claim = ${claim} AND state = 'sending'`;
  }

  page(
    webhookId: string,
    state: DeliveryState | undefined,
    limit: number,
    before: readonly (string | number | null)[] | null,
  ): Promise<(DeliveryRow & { log: AttemptRow[] })[]> {
    return this.tx
      .sql`SELECT ${COLUMNS}, coalesce((SELECT json_agg(json_build_object('at', iso(a.at), 'status', a.status, 'error', a.error, 'excerpt', a.excerpt, 'tookMs', a.took_ms) ORDER BY a.id DESC)
        FROM (SELECT * FROM webhook_attempts t WHERE t.delivery_id = d.id ORDER BY t.id DESC LIMIT 20) a), '[]') AS log
      FROM webhook_deliveries d WHERE d.webhook_id = ${webhookId} ${state === undefined ? empty : sql`AND d.state = ${state}`}
      ${before === null ? empty : sql`AND (d.created_at, d.id) < (${before[0]}::timestamptz, ${before[1]}::uuid)`} ORDER BY d.created_at DESC, d.id DESC LIMIT ${limit}`;
  }

  async forChange(webhookId: string, id: string): Promise<DeliveryRow | null> {
    const [row] = await this.tx
      .sql<DeliveryRow>`SELECT ${COLUMNS} FROM webhook_deliveries d WHERE d.id = ${id} AND d.webhook_id = ${webhookId} FOR UPDATE`;
    return row ?? null;
  }

  async requeue(id: string, now: Date): Promise<void> {
    await this.tx.sql`UPDATE webhook_deliveries SET state = 'queued', attempts = 0, due_at = ${now} WHERE id = ${id}`;
  }

  /** What was waiting when a webhook went off goes out once it is on again. */
  async wake(webhookId: string, now: Date): Promise<void> {
    await this.tx
      .sql`UPDATE webhook_deliveries SET due_at = ${now} WHERE webhook_id = ${webhookId} AND state = 'queued' AND due_at > ${now}`;
  }

  /** The log of what was delivered is kept for a while; what failed is kept as long. */
  async forgetBefore(at: Date, limit: number): Promise<number> {
    await this.tx
      .sql`CREATE TEMP TABLE old_deliveries ON COMMIT DROP AS SELECT id FROM webhook_deliveries WHERE created_at < ${at} AND state NOT IN ('queued', 'sending') ORDER BY created_at LIMIT ${limit}`;
    await this.tx.sql`DELETE FROM webhook_attempts a USING old_deliveries o WHERE a.delivery_id = o.id`;
    return this.tx.change`DELETE FROM webhook_deliveries d USING old_deliveries o WHERE d.id = o.id`;
  }
}
