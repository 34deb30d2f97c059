import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { IdentitiesRepository } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { AcceptedAlready, NotYoursToDecline, NothingToAccept } from '../ownership.errors.js';
import { OwnershipWaitsRepository } from '../ownership-waits.repository.js';
import { OwnershipsRepository } from '../ownerships.repository.js';
import { AssignOwner } from './assign-owner.js';

/**
 * "Not mine", by whoever was asked: the person named, or, after silence, their manager or the head of the unit. With
 * somebody named instead it is proposed to them; without, it waits in the queue. Neither rule nor suggestion names the
 * same person for it again.
 */
@Injectable()
export class DeclineOwnership {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
    private readonly assign: AssignOwner,
  ) {}

  async execute(actor: Actor, identityId: string, reason: string, instead: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const ownerships = tx.use(OwnershipsRepository);
      const waits = tx.use(OwnershipWaitsRepository);
      if (!(await tx.use(IdentitiesRepository).forChange(identityId))) throw new NotFound('identity');
      const current = await ownerships.live(identityId);
      if (!current || current.ownerId === null) throw new NothingToAccept();
      const wait = await waits.of(current.id);
      const asked = [current.ownerId, wait?.personId].includes(actor.person ?? undefined);
      if (actor.person === null || !asked) throw new NotYoursToDecline();
      if (current.state === 'accepted') throw new AcceptedAlready();
      const at = this.clock.now();
      await waits.settle(current.id);
      await ownerships.decline(identityId, current.ownerId, reason, actor.id, at);
      await this.audit.record(tx, {
        type: 'ownership.ownership-declined',
        actor,
        target: { type: 'identity', id: identityId },
        data: { owner: current.ownerId, state: current.state, reason, instead },
      });
      if (instead !== null) {
        await this.assign.executeIn(
          tx,
          actor,
          identityId,
          null,
          {
            owner: instead,
            team: current.teamId,
            sponsor: current.sponsorId,
            deputies: current.deputies.filter((one) => one !== instead),
            reason,
            state: 'proposed',
          },
          'handed-on',
        );
        return;
      }
      await ownerships.end(current.id, at);
      await this.marks.mark(tx, 'identity', identityId);
    });
  }
}
