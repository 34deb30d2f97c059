import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { IdentitiesRepository } from '../../inventory/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { UseCasesRepository } from '../use-cases.repository.js';

/** Ties identities to a use case by hand, or unties them. */
@Injectable()
export class LinkIdentities {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async execute(
    actor: Actor,
    useCaseId: string,
    change: { add?: readonly string[]; remove?: readonly string[] },
  ): Promise<number> {
    return this.database.transaction(async (tx) => {
      const useCases = tx.use(UseCasesRepository);
      if (!(await useCases.forChange(useCaseId))) throw new NotFound('use case');
      const add = change.add ?? [];
      const live = await tx.use(IdentitiesRepository).live(add);
      const unknown = add.findIndex((id) => !live.has(id));
      if (unknown >= 0) throw new ReferenceUnknown(`/identities/${unknown}`, 'identity');
      const remove = new Set(change.remove ?? []);
      const wanted = [...new Set([...(await useCases.linkedByHand(useCaseId)), ...add])].filter(
        (id) => !remove.has(id),
      );
      const changed = await useCases.setLinks(
        { useCaseId },
        wanted.map((identityId) => ({ useCaseId, identityId })),
        actor.id,
        this.clock.now(),
      );
      if (changed.length === 0) return 0;
      await this.marks.mark(tx, 'identity', ...changed);
      await this.marks.mark(tx, 'use-case', useCaseId);
      await this.audit.record(tx, {
        type: 'use-cases.identities-linked',
        actor,
        target: { type: 'use-case', id: useCaseId },
        data: { add, remove: [...remove], changed },
      });
      return changed.length;
    });
  }
}
