import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, hasRole, NotAllowed, NotFound } from '../../platform/http/index.js';
import { EndExceptions } from '../end-exceptions.js';
import { ExceptionsRepository } from '../exceptions.repository.js';
import { ExceptionDecided } from '../findings.errors.js';
import { FindingsRepository } from '../findings.repository.js';

/** Ends an exception before its time: whoever asked withdraws it, whoever accepts risks closes it. */
@Injectable()
export class CloseException {
  constructor(
    private readonly database: Database,
    private readonly endExceptions: EndExceptions,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, id: string, comment: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const exceptions = tx.use(ExceptionsRepository);
      const findingId = await exceptions.findingOf(id);
      if (findingId !== null) await tx.use(FindingsRepository).forChange(findingId);
      const exception = await exceptions.forChange(id);
      if (!exception) throw new NotFound('exception');
      const isOwn =
        actor.id === exception.requestedBy || (actor.person !== null && actor.person === exception.requestedPersonId);
      if (!isOwn && !hasRole(actor, 'risk-acceptor')) throw new NotAllowed();
      if (exception.status !== 'requested' && exception.status !== 'approved')
        throw new ExceptionDecided(exception.status);
      await this.endExceptions.execute(
        tx,
        actor,
        [exception.findingId],
        exception.status === 'requested' ? 'withdrawn' : 'closed',
        this.clock.now(),
        { only: id, comment },
      );
    });
  }
}
