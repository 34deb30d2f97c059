import { Injectable } from '@nestjs/common';
import { IdentitiesRepository } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { NotAPerson, OwnedAlready } from '../ownership.errors.js';
import { OwnershipWaitsRepository } from '../ownership-waits.repository.js';
import { OwnershipsRepository } from '../ownerships.repository.js';
import { AssignOwner } from './assign-owner.js';

/**
 * "Mine": somebody takes what nobody answers for, and accepts it by that. What somebody else holds, or is being asked
 * about, is not taken from them; whom silence made the one to ask may take it.
 */
@Injectable()
export class ClaimOwnership {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly assign: AssignOwner,
  ) {}

  async execute(actor: Actor, identityId: string, reason: string | null): Promise<void> {
    const { person } = actor;
    if (person === null) throw new NotAPerson();
    await this.database.transaction(async (tx) => {
      const ownerships = tx.use(OwnershipsRepository);
      if (!(await tx.use(IdentitiesRepository).forChange(identityId))) throw new NotFound('identity');
      const current = await ownerships.live(identityId);
      const wait = current && (await tx.use(OwnershipWaitsRepository).of(current.id));
      if (current?.ownerId && current.ownerId !== person && wait?.personId !== person && wait?.step !== 'queue') {
        const able = await ownerships.able([current.ownerId, ...current.deputies], this.clock.now());
        if (able.size > 0) throw new OwnedAlready();
      }
      await this.assign.executeIn(
        tx,
        actor,
        identityId,
        null,
        {
          owner: person,
          team: current?.teamId ?? null,
          sponsor: current?.sponsorId ?? null,
          deputies: (current?.deputies ?? []).filter((one) => one !== person),
          reason,
        },
        'claim',
      );
    });
  }
}
