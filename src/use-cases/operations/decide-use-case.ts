import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock, DAY_MS } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { ApprovalGate } from '../approval-gate.js';
import type { UseCase } from '../use-case.entity.js';
import { ApprovalBlocked, NotApprovable, OwnApproval, UseCaseRetired } from '../use-cases.errors.js';
import { UseCasesRepository } from '../use-cases.repository.js';

const DEFAULT_CADENCE_DAYS = 365;

/** Approves or rejects a use case as it now stands. The approval binds its digest. */
@Injectable()
export class DecideUseCase {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly gate: ApprovalGate,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, id: string, verdict: 'approved' | 'rejected', comment: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const useCases = tx.use(UseCasesRepository);
      const useCase = await useCases.forChange(id);
      if (!useCase) throw new NotFound('use case');
      if (useCase.status === 'retired') throw new UseCaseRetired();
      if (useCase.changedBy === actor.id || (actor.person !== null && actor.person === useCase.sponsorId))
        throw new OwnApproval();
      const missing = verdict === 'approved' ? missingFor(useCase) : [];
      if (missing.length > 0) throw new NotApprovable(missing);
      const now = this.clock.now();
      Object.assign(useCase, {
        status: verdict,
        validFrom: now,
        version: useCase.version + 1,
        ...(verdict === 'approved'
          ? {
              approvedDigest: useCase.digest,
              approvedAt: now,
              reviewDueAt: new Date(now.getTime() + (useCase.reviewCadenceDays ?? DEFAULT_CADENCE_DAYS) * DAY_MS),
            }
          : {}),
      });
      await useCases.save(useCase);
      await useCases.addApproval({
        id: newId(this.clock),
        useCaseId: id,
        approver: actor.id,
        verdict,
        comment,
        digest: useCase.digest,
        at: now,
      });
      // Asked once it is written: an approval may be the very thing that mends what was broken.
      const objections = verdict === 'approved' ? await this.gate.objections(tx, id) : [];
      if (objections.length > 0) throw new ApprovalBlocked(objections);
      await this.marks.mark(tx, 'use-case', id);
      await this.audit.record(tx, {
        type: verdict === 'approved' ? 'use-cases.use-case-approved' : 'use-cases.use-case-rejected',
        actor,
        target: { type: 'use-case', id },
        data: { digest: useCase.digest, comment },
      });
    });
  }
}

/** The five things each use case has before it is used: an owner, a purpose, a data scope, a rating, a logging standard. */
function missingFor(useCase: UseCase): string[] {
  const missing: string[] = [];
  if (useCase.sponsorId === null) missing.push('sponsor');
  if (useCase.dataScope.length === 0) missing.push('dataScope');
  if (useCase.riskLevel === null) missing.push('risk');
  if (useCase.loggingStandard === null) missing.push('loggingStandard');
  return missing;
}
