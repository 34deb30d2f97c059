import { Injectable } from '@nestjs/common';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import type { Counts } from '../../platform/jobs/index.js';
import { DigestClocksRepository, type DueReader } from '../clocks.repository.js';
import { MessagesRepository } from '../messages.repository.js';
import { noteTold } from '../queries/owed-now.js';
import { WebhooksRepository } from '../webhooks.repository.js';
import { ComposeDigests, type Composed } from './compose-digests.js';

const AT_ONCE = 500;
/** What is new is told once everything of its time has surely been written: a merge commits after the instant it states. */
const SETTLING_MS = 10 * 60_000;

/**
 * Works out whose hour has come and writes one digest for each of them who owes something new today, or has something
 * new to be told. What is written is only put into the outbox.
 */
@Injectable()
export class PlanDigests {
  constructor(
    private readonly database: Database,
    private readonly compose: ComposeDigests,
    private readonly clock: Clock,
  ) {}

  async execute(signal: AbortSignal): Promise<Counts> {
    const now = this.clock.now();
    const counts = { readers: 0, digests: 0, superseded: 0, news: 0 };
    await this.database.transaction(async (tx) => {
      const clocks = tx.use(DigestClocksRepository);
      await clocks.stopOfGone(now);
      await clocks.startMissing(now);
    });
    for (let taken = AT_ONCE; taken === AT_ONCE;) {
      signal.throwIfAborted();
      const done = await this.database.transaction((tx) => this.planSome(tx, now));
      taken = done.readers;
      counts.readers += done.readers;
      counts.digests += done.digests;
      counts.superseded += done.superseded;
    }
    counts.news = await this.database.transaction((tx) => this.planNews(tx, now));
    return counts;
  }

  private async planSome(tx: Tx, now: Date): Promise<{ readers: number; digests: number; superseded: number }> {
    const taken = await tx.use(DigestClocksRepository).takeDue(now, settledAt(now), AT_ONCE);
    const due = taken.filter(({ hadToday }) => !hadToday);
    if (due.length === 0) return { readers: taken.length, digests: 0, superseded: 0 };
    const messages = tx.use(MessagesRepository);
    const before = await messages.supersede(due.map(({ personId }) => personId));
    const readers = due.map((reader) => ({
      ...reader,
      newsSince: sinceOf(reader, before.newsSince, now),
      newsUntil: settledAt(now),
    }));
    const composed = await this.compose.executeIn(tx, readers, now);
    const chats = await tx.use(WebhooksRepository).takingDigests();
    const told: { personId: string; digestId: string }[] = [];
    for (const reader of readers) {
      const digest = composed.get(reader.personId)!;
      if (!digest.isWorthWriting) continue;
      const digestId = newId(this.clock);
      for (const message of await this.messagesOf(reader, digest, digestId, chats, now)) await messages.insert(message);
      told.push({ personId: reader.personId, digestId });
    }
    await noteTold(tx, told, now);
    // A digest that could go nowhere told nothing.
    await messages.release(told.map(({ digestId }) => digestId));
    return { readers: taken.length, digests: told.length, superseded: before.count };
  }

  /** One for each way the reader chose; a chat that is no more leaves mail. */
  private async messagesOf(
    reader: DueReader,
    digest: Composed,
    digestId: string,
    chats: ReadonlySet<string>,
    now: Date,
  ) {
    const webhooks = reader.webhooks.filter((id) => chats.has(id));
    const ways = [...(reader.byMail || webhooks.length === 0 ? [null] : []), ...webhooks];
    const content = await digest.content();
    return ways.map((webhookId) => {
      const nowhere = webhookId === null && reader.email === null;
      return {
        ...content,
        id: newId(this.clock),
        key: `digest ${reader.personId} ${reader.day}${reader.summonedAt ? ` ${reader.summonedAt.toISOString()}` : ''} ${webhookId ?? 'mail'}`,
        kind: 'digest' as const,
        digestId,
        personId: reader.personId,
        webhookId,
        newsSince: digest.hasNews ? reader.newsSince : null,
        newsUntil: digest.hasNews ? settledAt(now) : null,
        state: nowhere ? ('failed' as const) : ('queued' as const),
        error: nowhere ? 'This person has no mail address.' : null,
        dueAt: reader.allowedAt,
        at: now,
        resentFrom: null,
      };
    });
  }

  private async planNews(tx: Tx, now: Date): Promise<number> {
    const due = await tx.use(DigestClocksRepository).takeNews(now, settledAt(now));
    if (!due) return 0;
    const chats = await tx.use(WebhooksRepository).takingNews();
    if (chats.length === 0) return 0;
    const since = due.since ?? new Date(settledAt(now).getTime() - DAY_MS);
    const digest = await this.compose.newsIn(tx, since, settledAt(now), due.zone, now);
    if (!digest.hasNews) return 0;
    const content = await digest.content();
    for (const webhookId of chats)
      await tx.use(MessagesRepository).insert({
        ...content,
        id: newId(this.clock),
        key: `news ${due.day} ${webhookId}`,
        kind: 'news',
        digestId: newId(this.clock),
        personId: null,
        webhookId,
        newsSince: since,
        newsUntil: settledAt(now),
        state: 'queued',
        error: null,
        dueAt: now,
        at: now,
        resentFrom: null,
      });
    return chats.length;
  }
}

const settledAt = (now: Date): Date => new Date(now.getTime() - SETTLING_MS);

/** Since when what is new is news to a reader: since they were last told, or a day ago. Null = they are not told. */
function sinceOf(reader: DueReader, setAside: ReadonlyMap<string, Date>, now: Date): Date | null {
  if (!reader.isIam) return null;
  const since = reader.newsSince ?? new Date(settledAt(now).getTime() - DAY_MS);
  const before = setAside.get(reader.personId);
  return before && before < since ? before : since;
}
