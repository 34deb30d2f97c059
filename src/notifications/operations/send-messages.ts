import { Injectable } from '@nestjs/common';
import { Clock, HOUR_MS } from '../../platform/clock/index.js';
import { Config } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import type { Counts } from '../../platform/jobs/index.js';
import { type Logger, RootLogger } from '../../platform/logging/index.js';
import { ChatPoster } from '../chat-poster.js';
import { MessagesRepository, type TakenMessage } from '../messages.repository.js';
import { type Handing, SmtpSession } from '../smtp.js';
import { ComposeDigests } from './compose-digests.js';

/** Conversations held with the mail server at once. */
const LANES = 4;
const MINUTE_MS = 60_000;
/** Waits between attempts that the other side answered with "not now". */
const LATER_MS = [1, 5, 15, 30, 60, 120, 240, 480].map((minutes) => minutes * MINUTE_MS);
/** A message nobody took for so long is not going to be taken. */
const GIVEN_UP_AFTER_MS = 48 * HOUR_MS;
/** A digest that waited longer than this is written anew before it goes: what it says must hold when it arrives. */
const STALE_AFTER_MS = 10 * MINUTE_MS;

type Tally = { sent: number; waiting: number; failed: number; unknown: number; cancelled: number };

/** Sends what is in the outbox and due. Runs outside any transaction; each step of a message is a commit of its own. */
@Injectable()
export class SendMessages {
  private readonly logger: Logger;
  private readonly mailUrl: URL | null;

  constructor(
    private readonly database: Database,
    private readonly compose: ComposeDigests,
    private readonly chats: ChatPoster,
    private readonly config: Config,
    private readonly clock: Clock,
    logger: RootLogger,
  ) {
    this.logger = logger.child({ part: 'notifications' });
    const url = config.get('MANDATE_MAIL_URL');
    this.mailUrl = url === undefined ? null : new URL(url);
  }

  /** Whoever sends holds a lock that goes with the process: what is found half done then was left behind. */
  async execute(signal: AbortSignal): Promise<Counts> {
    const done = await this.database.exclusively('notifications.send-messages', async () => {
      const left = await this.database.transaction((tx) => tx.use(MessagesRepository).recover(this.clock.now()));
      const tally: Tally = { sent: 0, waiting: 0, failed: 0, unknown: left.unknown, cancelled: 0 };
      const mail = { open: this.mailUrl !== null };
      const lanes = await Promise.allSettled(Array.from({ length: LANES }, () => this.lane(mail, tally, signal)));
      for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
      return tally;
    });
    return done === 'taken' ? {} : done;
  }

  private async lane(mail: { open: boolean }, tally: Tally, signal: AbortSignal): Promise<void> {
    const session = this.mailUrl === null ? null : new SmtpSession(this.mailUrl);
    const stop = (): void => session?.end();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        const claim = newId(this.clock);
        const message = await this.database.transaction((tx) =>
          tx.use(MessagesRepository).take(claim, this.clock.now(), mail.open),
        );
        if (!message) return;
        await this.one(message, claim, session, mail, tally);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      session?.quit();
    }
  }

  private async one(
    message: TakenMessage,
    claim: string,
    session: SmtpSession | null,
    mail: { open: boolean },
    tally: Tally,
  ): Promise<void> {
    const now = this.clock.now();
    if (message.allowedAt > now) {
      await this.later(message, claim, message.allowedAt, null, false);
      tally.waiting++;
      return;
    }
    const ready = await this.upToDate(message, claim, now);
    if (!ready) {
      tally.cancelled++;
      return;
    }
    const handOver = async (): Promise<void> => {
      const mine = await this.database.transaction((tx) => tx.use(MessagesRepository).handOver(message.id, claim));
      if (!mine) throw new Overtaken();
    };
    let handing: Handing;
    try {
      handing =
        message.webhookId !== null
          ? await this.chats.post(message.webhookId, ready, handOver)
          : message.email === null
            ? { outcome: 'refused', why: 'This person has no mail address.' }
            : await session!.send(
                {
                  id: message.id,
                  from: this.config.get('MANDATE_MAIL_FROM')!,
                  to: { name: message.displayName ?? '', address: message.email },
                  ...ready,
                  at: now,
                },
                handOver,
              );
    } catch (error) {
      if (error instanceof Overtaken) return;
      throw error;
    }
    if (handing.outcome === 'unreachable' && message.webhookId === null) mail.open = false;
    await this.settle(message, claim, handing, tally);
  }

  /** The words to send now; null when there is nothing left to say, or nobody to say it to. */
  private upToDate(
    message: TakenMessage,
    claim: string,
    now: Date,
  ): Promise<{ subject: string; text: string; html: string } | null> {
    return this.database.transaction(async (tx) => {
      const messages = tx.use(MessagesRepository);
      const cancel = async (why: string): Promise<null> => {
        await messages.give(message.id, claim, 'cancelled', why, now);
        return null;
      };
      if (message.isGone) return cancel('The person has left.');
      const isStale = now.getTime() - message.composedAt.getTime() > STALE_AFTER_MS;
      if (message.kind !== 'digest' || message.personId === null || message.resentFrom !== null || !isStale)
        return message;
      const composed = await this.compose.executeIn(
        tx,
        [
          {
            personId: message.personId,
            displayName: message.displayName!,
            zone: message.zone,
            newsSince: message.newsSince,
            newsUntil: message.newsUntil ?? now,
          },
        ],
        now,
      );
      const fresh = composed.get(message.personId)!;
      if (fresh.isEmpty) return cancel('Nothing was owed any more when it could be sent.');
      const content = await fresh.content();
      await messages.rewrite(message.id, content, now);
      return content;
    });
  }

  private async settle(message: TakenMessage, claim: string, handing: Handing, tally: Tally): Promise<void> {
    const now = this.clock.now();
    if (handing.outcome === 'accepted') {
      await this.database.transaction((tx) =>
        tx.use(MessagesRepository).sent(message.id, message.webhookId === null ? message.email! : 'chat', now),
      );
      tally.sent++;
      return;
    }
    this.logger.warn({ message: message.id, outcome: handing.outcome, why: handing.why }, 'a message was not taken');
    const isOld = now.getTime() - message.createdAt.getTime() > GIVEN_UP_AFTER_MS;
    if (handing.outcome === 'unreachable' && (message.webhookId === null || !isOld)) {
      // The server's trouble is not the message's: it waits as long as it takes, and costs it no attempt.
      await this.later(message, claim, new Date(now.getTime() + MINUTE_MS), handing.why, false);
      tally.waiting++;
    } else if (handing.outcome === 'later' && !isOld) {
      const wait = LATER_MS[Math.min(message.attempts, LATER_MS.length) - 1]!;
      await this.later(message, claim, new Date(now.getTime() + wait), handing.why, true);
      tally.waiting++;
    } else {
      const state = handing.outcome === 'unknown' ? 'unknown' : 'failed';
      await this.database.transaction((tx) =>
        tx.use(MessagesRepository).give(message.id, claim, state, handing.why, now),
      );
      tally[state]++;
    }
  }

  private later(
    message: TakenMessage,
    claim: string,
    at: Date,
    why: string | null,
    countsAsAttempt: boolean,
  ): Promise<void> {
    return this.database.transaction((tx) =>
      tx.use(MessagesRepository).waitUntil(message.id, claim, at, why, countsAsAttempt),
    );
  }
}

/** Somebody else took the message to be abandoned, and has it now: it must not be handed over twice. */
class Overtaken extends Error {}
