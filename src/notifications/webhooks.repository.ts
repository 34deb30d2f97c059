import { empty, sql, type Tx } from '../platform/database/index.js';

export type WebhookKind = 'standard' | 'slack' | 'teams';
export const WEBHOOK_KINDS = ['standard', 'slack', 'teams'] as const satisfies readonly WebhookKind[];

export interface WebhookRow {
  readonly id: string;
  readonly name: string;
  readonly kind: WebhookKind;
  readonly sealedUrl: string;
  readonly shownUrl: string;
  readonly sealedSecret: string | null;
  readonly sealedSecretBefore: string | null;
  readonly secretBeforeUntil: Date | null;
  readonly events: readonly string[];
  readonly takesDigests: boolean;
  readonly takesNews: boolean;
  readonly status: 'enabled' | 'disabled';
  readonly disabledBecause: string | null;
  readonly disabledAt: Date | null;
  readonly failingSince: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly version: number;
}

const COLUMNS = sql`SELECT id, name, kind, sealed_url AS "sealedUrl", shown_url AS "shownUrl", sealed_secret AS "sealedSecret", sealed_secret_before AS "sealedSecretBefore", secret_before_until AS "secretBeforeUntil",
  events, takes_digests AS "takesDigests", takes_news AS "takesNews", status, disabled_because AS "disabledBecause", disabled_at AS "disabledAt", failing_since AS "failingSince", created_by AS "createdBy", created_at AS "createdAt", version FROM webhooks`;

export class WebhooksRepository {
  constructor(private readonly tx: Tx) {}

  async one(id: string): Promise<WebhookRow | null> {
    return (await this.tx.run<WebhookRow>(sql`${COLUMNS} WHERE id = ${id} AND removed_at IS NULL`))[0] ?? null;
  }

  async forChange(id: string): Promise<WebhookRow | null> {
    return (
      (await this.tx.run<WebhookRow>(sql`${COLUMNS} WHERE id = ${id} AND removed_at IS NULL FOR UPDATE`))[0] ?? null
    );
  }

  page(limit: number, before: string | null): Promise<WebhookRow[]> {
    return this.tx.run<WebhookRow>(
      sql`${COLUMNS} WHERE removed_at IS NULL ${before === null ? empty : sql`AND id < ${before}::uuid`} ORDER BY id DESC LIMIT ${limit}`,
    );
  }

  async nameTaken(name: string, except: string | null): Promise<boolean> {
    const rows = await this.tx
      .sql`SELECT 1 FROM webhooks WHERE name = ${name} AND removed_at IS NULL AND id IS DISTINCT FROM ${except}::uuid`;
    return rows.length > 0;
  }

  async insert(w: WebhookRow): Promise<void> {
    await this.tx
      .sql`INSERT INTO webhooks (id, name, kind, sealed_url, shown_url, sealed_secret, events, takes_digests, takes_news, status, disabled_because, disabled_at, created_by, created_at, version)
      VALUES (${w.id}, ${w.name}, ${w.kind}, ${w.sealedUrl}, ${w.shownUrl}, ${w.sealedSecret}, ${w.events}, ${w.takesDigests}, ${w.takesNews}, ${w.status}, ${w.disabledBecause}, ${w.disabledAt}, ${w.createdBy}, ${w.createdAt}, ${w.version})`;
  }

  async save(w: WebhookRow): Promise<void> {
    await this.tx
      .sql`UPDATE webhooks SET name = ${w.name}, sealed_url = ${w.sealedUrl}, shown_url = ${w.shownUrl}, sealed_secret = ${w.sealedSecret}, sealed_secret_before = ${w.sealedSecretBefore}, secret_before_until = ${w.secretBeforeUntil},
        events = ${w.events}, takes_digests = ${w.takesDigests}, takes_news = ${w.takesNews}, status = ${w.status}, disabled_because = ${w.disabledBecause}, disabled_at = ${w.disabledAt}, failing_since = ${w.failingSince}, version = ${w.version} WHERE id = ${w.id}`;
  }

  /** Gone from every list; its log stays. What waits for it is given up. */
  async remove(id: string, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE webhooks SET removed_at = ${at}, status = 'disabled', sealed_secret = NULL, sealed_secret_before = NULL, version = version + 1 WHERE id = ${id}`;
    await this.tx
      .sql`UPDATE webhook_deliveries SET state = 'failed' WHERE webhook_id = ${id} AND state IN ('queued', 'sending')`;
    await this.tx
      .sql`UPDATE notification_messages SET state = 'failed', error = 'The chat it was meant for was removed.' WHERE webhook_id = ${id} AND state = 'queued'`;
  }

  /** Chats that people may have their digest in. */
  async takingDigests(): Promise<Set<string>> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT id FROM webhooks WHERE takes_digests AND kind <> 'standard' AND status = 'enabled' AND removed_at IS NULL`;
    return new Set(rows.map(({ id }) => id));
  }

  async takingNews(): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT id FROM webhooks WHERE takes_news AND kind <> 'standard' AND status = 'enabled' AND removed_at IS NULL ORDER BY id`;
    return rows.map(({ id }) => id);
  }

  /** Notes whether the other side answers; the first failure after a success begins the count of days. */
  async noteAnswer(id: string, answers: boolean, at: Date): Promise<{ failingSince: Date | null }> {
    const [row] = await this.tx.sql<{
      failingSince: Date | null;
    }>`UPDATE webhooks SET failing_since = ${answers ? null : sql`coalesce(failing_since, ${at})`} WHERE id = ${id} RETURNING failing_since AS "failingSince"`;
    return row ?? { failingSince: null };
  }
}
