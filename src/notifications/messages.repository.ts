import { empty, raw, sql, type Tx } from '../platform/database/index.js';

export type MessageState = 'queued' | 'sending' | 'handed' | 'sent' | 'failed' | 'unknown' | 'superseded' | 'cancelled';
export const MESSAGE_STATES = [
  'queued',
  'sending',
  'handed',
  'sent',
  'failed',
  'unknown',
  'superseded',
  'cancelled',
] as const satisfies readonly MessageState[];

export interface MessageContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly counts: Readonly<Record<string, number>>;
}

export interface NewMessage extends MessageContent {
  readonly id: string;
  readonly key: string;
  readonly kind: 'digest' | 'news';
  readonly digestId: string;
  readonly personId: string | null;
  readonly webhookId: string | null;
  readonly newsSince: Date | null;
  readonly newsUntil: Date | null;
  readonly state: 'queued' | 'failed';
  readonly error: string | null;
  readonly dueAt: Date;
  readonly at: Date;
  readonly resentFrom: string | null;
}

/** A message somebody took to send it. */
export interface TakenMessage extends MessageContent {
  readonly id: string;
  readonly kind: 'digest' | 'news';
  readonly digestId: string;
  readonly personId: string | null;
  readonly displayName: string | null;
  readonly email: string | null;
  readonly webhookId: string | null;
  readonly newsSince: Date | null;
  readonly newsUntil: Date | null;
  readonly attempts: number;
  readonly composedAt: Date;
  readonly createdAt: Date;
  readonly zone: string;
  readonly resentFrom: string | null;
  /** Later than now within quiet hours. */
  readonly allowedAt: Date;
  /** Nobody may be told any more: they have left. */
  readonly isGone: boolean;
}

export interface MessageRow extends MessageContent {
  readonly id: string;
  readonly kind: 'digest' | 'news';
  readonly person: { readonly id: string; readonly displayName: string } | null;
  readonly channel: string;
  readonly state: MessageState;
  readonly attempts: number;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly sentTo: string | null;
  readonly sentAt: Date | null;
  readonly error: string | null;
  readonly resentFrom: string | null;
}

const VIEW =
  raw(`SELECT m.id, m.kind, CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name) END AS person,
    CASE WHEN w.id IS NULL THEN 'mail' ELSE w.kind || ': ' || w.name END AS channel, m.state, m.attempts, m.due_at AS "dueAt", m.created_at AS "createdAt", m.sent_to AS "sentTo", m.sent_at AS "sentAt",
    m.error, m.resent_from AS "resentFrom", m.subject, m.text, m.html, m.counts
  FROM notification_messages m LEFT JOIN persons p ON p.id = m.person_id LEFT JOIN webhooks w ON w.id = m.webhook_id`);

/** The outbox. */
export class MessagesRepository {
  constructor(private readonly tx: Tx) {}

  /** False when the message exists already: it was decided on before. */
  async insert(m: NewMessage): Promise<boolean> {
    const rows = await this.tx
      .sql`INSERT INTO notification_messages (id, key, kind, digest_id, person_id, webhook_id, news_since, news_until, subject, text, html, counts, composed_at, state, due_at, created_at, ended_at, error, resent_from)
      VALUES (${m.id}, ${m.key}, ${m.kind}, ${m.digestId}, ${m.personId}, ${m.webhookId}, ${m.newsSince}, ${m.newsUntil}, ${m.subject}, ${m.text}, ${m.html}, ${JSON.stringify(m.counts)}, ${m.at}, ${m.state}, ${m.dueAt}, ${m.at}, ${m.state === 'failed' ? m.at : null}, ${m.error}, ${m.resentFrom})
      ON CONFLICT (key) DO NOTHING RETURNING id`;
    return rows.length > 0;
  }

  /**
   * Sets aside the digests of these people that nobody could be given yet: what they would have told is told by the
   * next one. Returns how many.
   */
  async supersede(people: readonly string[]): Promise<{ count: number; newsSince: Map<string, Date> }> {
    const rows = await this.tx.sql<{ digestId: string; personId: string; newsSince: Date | null }>`
      UPDATE notification_messages SET state = 'superseded', claim = NULL
      WHERE person_id = ANY(${people}::uuid[]) AND kind = 'digest' AND state = 'queued' AND resent_from IS NULL RETURNING digest_id AS "digestId", person_id AS "personId", news_since AS "newsSince"`;
    await this.release(rows.map(({ digestId }) => digestId));
    const newsSince = new Map<string, Date>();
    for (const { personId, newsSince: since } of rows)
      if (since && since < (newsSince.get(personId) ?? new Date(8.64e15))) newsSince.set(personId, since);
    return { count: rows.length, newsSince };
  }

  /** What these digests tell counts as not told, unless one of their messages was sent or still may be. */
  async release(digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return;
    await this.tx.sql`DELETE FROM told_items t WHERE t.digest_id = ANY(${digests}::uuid[])
      AND NOT EXISTS (SELECT 1 FROM notification_messages m WHERE m.digest_id = t.digest_id AND m.state IN ('queued', 'sending', 'handed', 'sent'))`;
  }

  /** The same, and what was new in them is new again. */
  private async tellAgain(digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return;
    await this.release(digests);
    await this.tx.sql`UPDATE digest_clocks c SET news_until = m.news_since FROM notification_messages m
      WHERE m.digest_id = ANY(${digests}::uuid[]) AND m.person_id = c.person_id AND m.news_since < c.news_until
        AND NOT EXISTS (SELECT 1 FROM notification_messages o WHERE o.digest_id = m.digest_id AND o.state IN ('queued', 'sending', 'handed', 'sent'))`;
  }

  /** What an earlier process had in hand: what it had not handed over waits again; of what it had, nobody knows. */
  async recover(now: Date): Promise<{ requeued: number; unknown: number }> {
    const requeued = await this.tx
      .change`UPDATE notification_messages SET state = 'queued', claim = NULL, due_at = ${now} WHERE state = 'sending'`;
    const lost = await this.tx.sql<{ digestId: string }>`
      UPDATE notification_messages SET state = 'unknown', claim = NULL, ended_at = ${now}, error = 'Mandate was stopped while the message was being taken; whether it was is not known. What it tells comes again with the next digest.'
      WHERE state = 'handed' RETURNING digest_id AS "digestId"`;
    await this.tellAgain(lost.map(({ digestId }) => digestId));
    return { requeued, unknown: lost.length };
  }

  /** Takes the next message that is due, if any way of sending is open for it. */
  async take(claim: string, now: Date, mail: boolean): Promise<TakenMessage | null> {
    const [row] = await this.tx.sql<TakenMessage>`WITH next AS (
        SELECT id FROM notification_messages WHERE state = 'queued' AND due_at <= ${now} ${mail ? empty : sql`AND webhook_id IS NOT NULL`}
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
      UPDATE notification_messages m SET state = 'sending', claim = ${claim}, attempts = m.attempts + 1
      FROM next n, notification_settings s WHERE m.id = n.id
      RETURNING m.id, m.kind, m.digest_id AS "digestId", m.person_id AS "personId", m.webhook_id AS "webhookId", m.news_since AS "newsSince", m.news_until AS "newsUntil", m.attempts, m.composed_at AS "composedAt", m.created_at AS "createdAt",
        m.subject, m.text, m.html, m.counts, m.resent_from AS "resentFrom",
        (SELECT p.display_name FROM persons p WHERE p.id = m.person_id) AS "displayName", (SELECT p.email FROM persons p WHERE p.id = m.person_id) AS email,
        coalesce((SELECT NOT is_there(p.status, p.leaves_at, ${now}) FROM persons p WHERE p.id = m.person_id), false) AS "isGone",
        coalesce((SELECT pr.zone FROM notification_preferences pr WHERE pr.person_id = m.person_id), s.zone) AS zone,
        coalesce((SELECT after_quiet(${now}, coalesce(pr.zone, s.zone), pr.quiet_from, pr.quiet_to) FROM notification_preferences pr WHERE pr.person_id = m.person_id), ${now}) AS "allowedAt"`;
    return row ?? null;
  }

  async rewrite(id: string, content: MessageContent, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE notification_messages SET subject = ${content.subject}, text = ${content.text}, html = ${content.html}, counts = ${JSON.stringify(content.counts)}, composed_at = ${at} WHERE id = ${id}`;
  }

  /** The moment before it can be taken. False when somebody else has it by now: then it must not be handed over. */
  async handOver(id: string, claim: string): Promise<boolean> {
    return (
      (await this.tx
        .change`UPDATE notification_messages SET state = 'handed' WHERE id = ${id} AND claim = ${claim} AND state = 'sending'`) ===
      1
    );
  }

  /** It was taken. True even over `unknown`: whoever knows overrules whoever does not. */
  async sent(id: string, to: string, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE notification_messages SET state = 'sent', claim = NULL, sent_to = ${to}, sent_at = ${at}, ended_at = NULL, error = NULL WHERE id = ${id} AND state IN ('handed', 'unknown')`;
  }

  /** It was not taken for good, or nobody knows, or nobody is to have it any more. */
  async give(
    id: string,
    claim: string,
    state: 'failed' | 'unknown' | 'cancelled',
    error: string | null,
    at: Date,
  ): Promise<void> {
    const rows = await this.tx.sql<{
      digestId: string;
    }>`UPDATE notification_messages SET state = ${state}, claim = NULL, error = ${error}, ended_at = ${at}
      WHERE id = ${id} AND claim = ${claim} AND state IN ('sending', 'handed') RETURNING digest_id AS "digestId"`;
    await this.tellAgain(rows.map(({ digestId }) => digestId));
  }

  /**
   * It waits again. Where a later digest for the same person was decided on meanwhile, it makes way for that one.
   */
  async waitUntil(
    id: string,
    claim: string,
    dueAt: Date,
    error: string | null,
    countsAsAttempt: boolean,
  ): Promise<void> {
    const rows = await this.tx.sql<{
      state: string;
      digestId: string;
    }>`UPDATE notification_messages m SET claim = NULL, due_at = ${dueAt}, error = ${error}, attempts = m.attempts - ${countsAsAttempt ? 0 : 1},
        state = CASE WHEN m.kind = 'digest' AND m.resent_from IS NULL AND EXISTS (SELECT 1 FROM notification_messages l WHERE l.person_id = m.person_id AND l.kind = 'digest' AND l.resent_from IS NULL AND l.digest_id <> m.digest_id AND l.created_at > m.created_at)
          THEN 'superseded' ELSE 'queued' END
      WHERE id = ${id} AND claim = ${claim} AND state IN ('sending', 'handed') RETURNING state, digest_id AS "digestId"`;
    await this.tellAgain(rows.filter(({ state }) => state === 'superseded').map(({ digestId }) => digestId));
  }

  async one(id: string): Promise<MessageRow | null> {
    return (await this.tx.run<MessageRow>(sql`${VIEW} WHERE m.id = ${id}`))[0] ?? null;
  }

  async forResend(id: string): Promise<(NewMessage & { readonly state: MessageState }) | null> {
    const [row] = await this.tx.sql<NewMessage & { readonly state: MessageState }>`
      SELECT id, key, kind, digest_id AS "digestId", person_id AS "personId", webhook_id AS "webhookId", news_since AS "newsSince", news_until AS "newsUntil", subject, text, html, counts, state, error, due_at AS "dueAt", created_at AS at, resent_from AS "resentFrom"
      FROM notification_messages WHERE id = ${id} FOR UPDATE`;
    return row ?? null;
  }

  page(
    filter: { state?: MessageState | undefined; person?: string | undefined },
    limit: number,
    before: string | null,
  ): Promise<MessageRow[]> {
    return this.tx.run<MessageRow>(sql`${VIEW} WHERE true
      ${filter.state === undefined ? empty : sql`AND m.state = ${filter.state}`}
      ${filter.person === undefined ? empty : sql`AND m.person_id = ${filter.person}`}
      ${before === null ? empty : sql`AND m.id < ${before}::uuid`} ORDER BY m.id DESC LIMIT ${limit}`);
  }

  async countByState(): Promise<{ state: MessageState; count: number }[]> {
    return this.tx
      .sql`SELECT state, count(*)::int AS count FROM notification_messages WHERE state IN ('queued', 'sending', 'handed', 'failed', 'unknown') GROUP BY state`;
  }

  /** Forgets the words of old messages; that somebody was told, when, and of how much, stays. */
  forgetWordsBefore(at: Date, limit: number): Promise<number> {
    return this.tx.change`UPDATE notification_messages SET text = '', html = '' WHERE id IN (
      SELECT id FROM notification_messages WHERE html <> '' AND id < uuid_floor(${at}) AND state NOT IN ('queued', 'sending', 'handed') ORDER BY id LIMIT ${limit})`;
  }

  /** Forgets what people were told of long ago and has surely ended since: a year is longer than any ladder in use. */
  forgetToldBefore(at: Date): Promise<number> {
    return this.tx.change`DELETE FROM told_items WHERE told_at < ${at}`;
  }
}
