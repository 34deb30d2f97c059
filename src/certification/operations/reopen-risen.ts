import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { systemActor } from '../../platform/http/index.js';
import { FreezeEvidence } from './freeze-evidence.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { askRisenCarried, askRisenMembers } from '../queries/risen-members.js';
import { reopenRisen } from '../queries/risen-items.js';

/** Asks again about what became riskier after it was decided, while the campaign runs. */
@Injectable()
export class ReopenRisen {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly evidence: FreezeEvidence,
  ) {}

  async execute(signal: AbortSignal): Promise<number> {
    const running = await this.database.read((tx) => tx.use(CampaignsRepository).atWork('running'));
    let reopened = 0;
    for (const { id } of running) {
      signal.throwIfAborted();
      reopened += await this.database.transaction(async (tx) => {
        const campaign = await tx.use(CampaignsRepository).forDecision(id);
        if (campaign?.status !== 'running') return 0;
        const items = await reopenRisen(tx, campaign, this.clock.now());
        for (const { id: item, subjectType, subjectId, before, after } of items)
          await this.audit.record(tx, {
            type: 'certification.item-reopened',
            actor: systemActor('certification'),
            target: { type: 'review-item', id: item },
            data: { campaign: id, subject: { type: subjectType, id: subjectId }, risk: { before, after } },
          });
        const members = await askRisenMembers(tx, campaign, this.clock.now());
        const carried = await askRisenCarried(tx, campaign, this.clock.now());
        await this.evidence.freeze(tx, campaign, [...members, ...carried]);
        for (const { id: item, subjectType, subjectId, before, after, cited, mode } of [...members, ...carried])
          await this.audit.record(tx, {
            type: mode === 'asked' ? 'certification.carried-item-asked' : 'certification.member-asked-alone',
            actor: systemActor('certification'),
            target: { type: 'review-item', id: item },
            data: { campaign: id, subject: { type: subjectType, id: subjectId }, risk: { before, after }, cited },
          });
        return items.length + members.length + carried.length;
      });
    }
    return reopened;
  }
}
