import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { Config } from '../../platform/config/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { SessionsRepository } from '../sessions.repository.js';

/** Who signed in when is in the audit log for good; the row itself is kept as long as somebody may ask about it. */
const ENDED_KEPT_DAYS = 90;

/** Ends, in sets, the sessions of people who have left and those that ran out. */
@Injectable()
export class EndSessions {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** Those of people who have left. `among` = only of these; null = of whoever has left by now. */
  async ofLeavers(among: readonly string[] | null): Promise<{ left: number }> {
    return this.database.transaction(async (tx) => ({ left: await this.endOfLeavers(tx, among) }));
  }

  /** Those that somebody's identity provider called back: they sign in again, or not at all. Later ones stand. */
  async revoked(persons: readonly string[], before: Date): Promise<{ ended: number }> {
    return this.database.transaction(async (tx) => {
      const ended = await tx.use(SessionsRepository).endOf(persons, before, this.clock.now());
      await this.note(tx, ended, 'revoked');
      return { ended: ended.length };
    });
  }

  async execute(): Promise<{ left: number; expired: number; forgotten: number }> {
    const now = this.clock.now();
    const idleSince = new Date(now.getTime() - this.config.get('MANDATE_SESSION_IDLE_MINUTES') * 60_000);
    return this.database.transaction(async (tx) => ({
      left: await this.endOfLeavers(tx, null),
      expired: await tx.use(SessionsRepository).endExpired(now, idleSince),
      forgotten: await tx.use(SessionsRepository).forgetEndedBefore(new Date(now.getTime() - ENDED_KEPT_DAYS * DAY_MS)),
    }));
  }

  private async endOfLeavers(tx: Tx, among: readonly string[] | null): Promise<number> {
    const ended = await tx.use(SessionsRepository).endOfLeavers(this.clock.now(), among);
    await this.note(tx, ended, 'person-left');
    return ended.length;
  }

  private async note(
    tx: Tx,
    ended: readonly { id: string; personId: string }[],
    because: 'person-left' | 'revoked',
  ): Promise<void> {
    for (const { id, personId } of ended)
      await this.audit.record(tx, {
        type: 'access.session-ended',
        actor: systemActor('access-control'),
        target: { type: 'session', id },
        data: { because, person: personId },
      });
  }
}
