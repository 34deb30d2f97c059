import { Injectable } from '@nestjs/common';
import { Audit } from '../audit/index.js';
import { EvaluationsRepository } from '../checks/index.js';
import type { SubjectType } from '../checks/sdk/index.js';
import type { Tx } from '../platform/database/index.js';
import type { Actor } from '../platform/http/index.js';
import { Marks } from '../subjects/index.js';
import { type EndedBecause, type EndedException, ExceptionsRepository } from './exceptions.repository.js';
import { FindingsRepository } from './findings.repository.js';

/** Ends exceptions in the caller's transaction: what they allowed is open again, and hides others again. */
@Injectable()
export class EndExceptions {
  constructor(
    private readonly audit: Audit,
    private readonly marks: Marks,
  ) {}

  async execute(
    tx: Tx,
    actor: Actor,
    findingIds: readonly string[],
    because: EndedBecause,
    at: Date,
    which: { only?: string; runOutBy?: Date; approvedOnly?: boolean; comment?: string | null } = {},
  ): Promise<readonly EndedException[]> {
    if (findingIds.length === 0) return [];
    const ended = await tx.use(ExceptionsRepository).end(findingIds, because, at, which);
    if (ended.length === 0) return [];
    const held = ended.filter(({ wasApproved }) => wasApproved);
    const findings = tx.use(FindingsRepository);
    // One exception that follows another leaves the finding excepted.
    if (because !== 'replaced') {
      await findings.reopenExcepted(held.map(({ findingId }) => findingId));
      await this.hideAgain(tx, held);
    }
    await findings.addEvents(
      ended.map(({ id, findingId }) => ({
        findingId,
        type: 'exception-ended' as const,
        actor: actor.id,
        data: { exception: id, because },
      })),
      at,
    );
    for (const { id, findingId, wasApproved } of ended)
      await this.audit.record(tx, {
        type: 'findings.exception-ended',
        actor,
        target: { type: 'exception', id },
        data: {
          finding: findingId,
          because,
          was: wasApproved ? 'approved' : 'requested',
          comment: which.comment ?? null,
        },
      });
    return ended;
  }

  private async hideAgain(tx: Tx, held: readonly EndedException[]): Promise<void> {
    if (held.length === 0) return;
    await tx.use(EvaluationsRepository).setExcepted(
      held.map(({ type, subjectId, check, reason }) => ({ type, id: subjectId, check, reason })),
      false,
    );
    const byType = new Map<SubjectType, string[]>();
    for (const { type, subjectId } of held) byType.set(type, [...(byType.get(type) ?? []), subjectId]);
    for (const [type, ids] of byType) await this.marks.markOnly(tx, type, ids);
  }
}
