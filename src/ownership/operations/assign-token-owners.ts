import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { Clock } from '../../platform/clock/index.js';
import { systemActor } from '../../platform/http/index.js';
import { ownIdentitiesWithoutOwner } from '../queries/own-identities-without-owner.js';
import { AssignOwner } from './assign-owner.js';

const AT_ONCE = 200;

/** Whoever a token of ours was made for answers for what uses it, until somebody else is named. */
@Injectable()
export class AssignTokenOwners {
  constructor(
    private readonly database: Database,
    private readonly assign: AssignOwner,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<{ assigned: number }> {
    for (let assigned = 0; ;) {
      const done = await this.database.transaction(async (tx) => {
        const rows = await ownIdentitiesWithoutOwner(tx, this.clock.now(), AT_ONCE);
        for (const { identityId, personId } of rows)
          await this.assign.executeIn(
            tx,
            systemActor('ownership'),
            identityId,
            null,
            { owner: personId, reason: 'the token was made under their name' },
            'own-token',
          );
        return rows.length;
      });
      assigned += done;
      if (done < AT_ONCE) return { assigned };
    }
  }
}
