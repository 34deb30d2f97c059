import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Visibility } from '../access-control/index.js';
import { Database } from '../platform/database/index.js';
import { type Actor, NotFound, setVersion } from '../platform/http/index.js';
import { CampaignsRepository, type CampaignView } from './campaigns.repository.js';

/** One campaign as its caller may have it; what is none of their business does not exist for them. */
@Injectable()
export class FindCampaign {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
  ) {}

  /** To look at: by role, or because they are asked by it or run it. */
  visible(actor: Actor, id: string): Promise<CampaignView> {
    return this.one(id, this.visibility.visibleTo(actor, 'campaign', 'c'));
  }

  /** To work on, or to see whole: by role alone. Who is asked by a campaign sees of it what they are asked. */
  reached(actor: Actor, id: string): Promise<CampaignView> {
    return this.one(id, this.visibility.reachableBy(actor, 'campaign', 'c'));
  }

  /** As it is after a change, with its version. */
  async fresh(actor: Actor, id: string, reply: FastifyReply): Promise<CampaignView> {
    const row = await this.visible(actor, id);
    setVersion(reply, row.version);
    return row;
  }

  private async one(id: string, predicate: ReturnType<Visibility['visibleTo']>): Promise<CampaignView> {
    const row = await this.database.read((tx) => tx.use(CampaignsRepository).view(id, predicate));
    if (!row) throw new NotFound('campaign');
    return row;
  }
}
