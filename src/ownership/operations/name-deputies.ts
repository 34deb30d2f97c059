import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { IdentitiesRepository } from '../../inventory/index.js';
import { PeopleRepository } from '../../people/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, hasRole, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { NothingToAccept, NotYoursToDepute, OwnerCannotAnswer } from '../ownership.errors.js';
import { OwnershipsRepository } from '../ownerships.repository.js';

/** The owner names who stands in for them. What was accepted stays accepted: the owner is the same. */
@Injectable()
export class NameDeputies {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, identityId: string, seen: number, deputies: readonly string[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      const ownerships = tx.use(OwnershipsRepository);
      if (!(await tx.use(IdentitiesRepository).forChange(identityId))) throw new NotFound('identity');
      const current = await ownerships.live(identityId);
      if (!current || current.ownerId === null || current.state === 'proposed') throw new NothingToAccept();
      if (current.ownerId !== actor.person && !hasRole(actor, 'admin', 'iam-engineer')) throw new NotYoursToDepute();
      assertUnchanged(current, seen);
      const named = [...new Set(deputies)].filter((one) => one !== current.ownerId);
      const able = await ownerships.able(named, this.clock.now());
      for (const [at, id] of named.entries()) {
        if (able.has(id)) continue;
        throw (await tx.use(PeopleRepository).exists(id))
          ? new OwnerCannotAnswer(`/deputies/${at}`)
          : new ReferenceUnknown(`/deputies/${at}`, 'person');
      }
      await ownerships.depute(current.id, named, this.clock.now());
      await this.marks.mark(tx, 'identity', identityId);
      await this.audit.record(tx, {
        type: 'ownership.deputies-named',
        actor,
        target: { type: 'identity', id: identityId },
        data: { before: current.deputies, after: named },
      });
    });
  }
}
