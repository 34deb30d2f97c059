import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { IdentitiesRepository } from '../identities.repository.js';
import { NotForEmergencies, NothingWasUsed, OwnUse } from '../inventory.errors.js';
import { UseReviewsRepository } from '../use-reviews.repository.js';

/** Records that somebody looked at every use of an emergency access known so far. Nobody reviews their own. */
@Injectable()
export class ReviewUse {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, identityId: string, input: { reason: string; usedBy: string | null }): Promise<string> {
    const id = newId(this.clock);
    await this.database.transaction(async (tx) => {
      const identities = tx.use(IdentitiesRepository);
      if (!(await identities.forChange(identityId))) throw new NotFound('identity');
      const { pattern, lastUsedAt } = await identities.lastUse(identityId);
      if (pattern !== 'break-glass') throw new NotForEmergencies();
      if (lastUsedAt === null) throw new NothingWasUsed();
      if (input.usedBy !== null && input.usedBy === actor.person) throw new OwnUse();
      if (input.usedBy !== null && !(await tx.use(PeopleRepository).exists(input.usedBy)))
        throw new ReferenceUnknown('/usedBy', 'person');
      await tx.use(UseReviewsRepository).insert({
        id,
        identityId,
        usedUntil: lastUsedAt,
        usedBy: input.usedBy,
        reason: input.reason,
        reviewedBy: actor.id,
        at: this.clock.now(),
      });
      await this.marks.mark(tx, 'identity', identityId);
      await this.audit.record(tx, {
        type: 'inventory.use-reviewed',
        actor,
        target: { type: 'identity', id: identityId },
        data: { usedUntil: lastUsedAt.toISOString(), usedBy: input.usedBy, reason: input.reason },
      });
    });
    return id;
  }
}
