import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { NothingToAccept, NotYoursToAccept } from '../ownership.errors.js';
import { OwnershipWaitsRepository } from '../ownership-waits.repository.js';
import { OwnershipsRepository } from '../ownerships.repository.js';
import { whatIsAccepted } from '../queries/what-is-accepted.js';

/** The owner says yes: they know the purpose and the privileges, and answer for both. Saying it twice changes nothing. */
@Injectable()
export class AcceptOwnership {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, identityId: string, purpose: string | null = null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const ownerships = tx.use(OwnershipsRepository);
      const current = await ownerships.live(identityId);
      if (!current) {
        if (!(await ownerships.view(identityId, this.clock.now()))) throw new NotFound('identity');
        throw new NothingToAccept();
      }
      if (current.ownerId === null || current.ownerId !== actor.person) throw new NotYoursToAccept();
      if (current.state === 'accepted') return;
      const what = { ...(await whatIsAccepted(tx, identityId)), purpose };
      await ownerships.accept(current.id, what, this.clock.now());
      await tx.use(OwnershipWaitsRepository).settle(current.id);
      await this.marks.mark(tx, 'identity', identityId);
      await this.audit.record(tx, {
        type: 'ownership.ownership-accepted',
        actor,
        target: { type: 'identity', id: identityId },
        data: { owner: current.ownerId, what },
      });
    });
  }
}
