import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Jobs } from '../../platform/jobs/index.js';
import { MessagesRepository } from '../messages.repository.js';
import { MessageUnderway } from '../notifications.errors.js';
import { sendMessages } from '../notifications.jobs.js';

/** Somebody asks for a message to go out once more: a new message with the same words, said to be one. */
@Injectable()
export class ResendMessage {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly jobs: Jobs,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, id: string): Promise<string> {
    return this.database.transaction(async (tx) => {
      const messages = tx.use(MessagesRepository);
      const before = await messages.forResend(id);
      if (!before) throw new NotFound('message');
      if (before.state === 'queued' || (before.state as string) === 'sending' || (before.state as string) === 'handed')
        throw new MessageUnderway();
      const again = newId(this.clock);
      const now = this.clock.now();
      await messages.insert({
        ...before,
        id: again,
        key: `again ${again}`,
        // Its own: what the first one told stays told or untold, whatever becomes of this one.
        digestId: again,
        state: 'queued',
        error: null,
        dueAt: now,
        at: now,
        resentFrom: id,
      });
      await this.audit.record(tx, {
        type: 'notifications.message-resent',
        actor,
        target: { type: 'message', id },
        data: { again, state: before.state, person: before.personId },
      });
      await this.jobs.enqueue(tx, sendMessages, {});
      return again;
    });
  }
}
