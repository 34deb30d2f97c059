import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound } from '../../platform/http/index.js';
import { FindingExcepted, FindingResolved } from '../findings.errors.js';
import { FindingsRepository } from '../findings.repository.js';

/** Somebody took note of a finding and says so, or takes that back. It stays due. */
@Injectable()
export class AcknowledgeFinding {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(
    actor: Actor,
    id: string,
    seen: number,
    status: 'open' | 'acknowledged',
    comment: string | null,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const findings = tx.use(FindingsRepository);
      const finding = await findings.forChange(id);
      if (!finding) throw new NotFound('finding');
      assertUnchanged(finding, seen);
      if (finding.status === 'resolved') throw new FindingResolved();
      if (finding.status === 'excepted') throw new FindingExcepted();
      if (finding.status === status) return;
      await findings.setStatus(id, status);
      await findings.addEvents(
        [
          {
            findingId: id,
            type: 'acknowledged',
            actor: actor.id,
            data: { from: finding.status, to: status, ...(comment ? { comment } : {}) },
          },
        ],
        this.clock.now(),
      );
      await this.audit.record(tx, {
        type: 'findings.finding-acknowledged',
        actor,
        target: { type: 'finding', id },
        data: { from: finding.status, to: status, comment },
      });
    });
  }
}
