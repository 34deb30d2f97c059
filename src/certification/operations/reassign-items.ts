import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { type Actor, NotFound, RequestInvalid } from '../../platform/http/index.js';
import { CampaignsRepository } from '../campaigns.repository.js';
import { CampaignNotInState, DelegateUnfit } from '../certification.errors.js';
import { DelegationsRepository } from '../delegations.repository.js';
import { type Move, openOfCampaign } from '../queries/items-to-move.js';
import { lookAgain } from '../queries/look-again.js';
import { MoveItems } from './move-items.js';

export interface Reassignment {
  readonly to: string;
  readonly from?: string | undefined;
  readonly items?: readonly string[] | undefined;
  readonly reason: string;
}

/** A campaign manager gives open items to somebody else, with a reason. Nobody is given their own access. */
@Injectable()
export class ReassignItems {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly move: MoveItems,
  ) {}

  execute(actor: Actor, campaignId: string, { to, from, items, reason }: Reassignment): Promise<number> {
    return this.database.transaction(async (tx) => {
      const campaign = await tx.use(CampaignsRepository).forDecision(campaignId);
      if (!campaign) throw new NotFound('campaign');
      if (campaign.status !== 'running') throw new CampaignNotInState(campaign.status, 'running');
      if (from === undefined && items === undefined)
        throw new RequestInvalid([{ pointer: '/items', detail: 'name the items, or in "from" whose' }]);
      const now = this.clock.now();
      if (!(await tx.use(DelegationsRepository).able(to, now))) throw new DelegateUnfit('is nobody who can answer');
      const open = await openOfCampaign(tx, campaignId, from ?? null, items ?? null);
      const subjects = open.filter(({ subjectType }) => subjectType !== 'collection').map(({ subjectId }) => subjectId);
      const own = new Set(
        (subjects.length === 0 ? [] : await lookAgain(tx, campaign.scope.subject, subjects, now))
          .filter(({ ownPersonId }) => ownPersonId === to)
          .map(({ subjectId }) => subjectId),
      );
      const moves = open
        .filter(({ subjectId }) => !own.has(subjectId))
        .map((item): Move => ({ item, to, route: 'person', delegatedFrom: null, because: `reassigned: ${reason}` }));
      return this.move.executeIn(tx, actor, moves);
    });
  }
}
