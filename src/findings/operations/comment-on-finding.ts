import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound } from '../../platform/http/index.js';
import { FindingsRepository } from '../findings.repository.js';

/** Says something about a finding. What is said stays: it is part of the record. */
@Injectable()
export class CommentOnFinding {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async execute(actor: Actor, findingId: string, text: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const findings = tx.use(FindingsRepository);
      if (!(await findings.forChange(findingId))) throw new NotFound('finding');
      await findings.addEvents(
        [{ findingId, type: 'commented', actor: actor.id, data: { comment: text } }],
        this.clock.now(),
      );
      await this.audit.record(tx, {
        type: 'findings.finding-commented',
        actor,
        target: { type: 'finding', id: findingId },
        data: { comment: text },
      });
    });
  }
}
