import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, hasRole, NotFound } from '../../platform/http/index.js';
import type { SessionEnd } from '../session.entity.js';
import { SessionsRepository } from '../sessions.repository.js';

/** Ends one session: whoever has it signs out, or an administrator ends it. */
@Injectable()
export class EndSession {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** `seen` null = whatever became of it meanwhile: for the session that asks for its own end. */
  async execute(actor: Actor, id: string, seen: number | null, because: SessionEnd): Promise<void> {
    await this.database.transaction(async (tx) => {
      const sessions = tx.use(SessionsRepository);
      const session = await sessions.forChange(id);
      const isTheirs = session !== null && session.personId !== null && session.personId === actor.person;
      if (!session || (because === 'ended-by-another' && !isTheirs && !hasRole(actor, 'admin')))
        throw new NotFound('session');
      if (seen !== null) assertUnchanged(session, seen);
      if (session.endedAt) return;
      await sessions.end(id, this.clock.now(), because);
      await this.audit.record(tx, {
        type: 'access.session-ended',
        actor,
        target: { type: 'session', id },
        data: { because, person: session.personId },
      });
    });
  }
}
