import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Visibility } from '../access-control/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import {
  type Actor,
  Allow,
  Answers,
  Caller,
  decodeCursor,
  jsonPage,
  pageOf,
  READERS,
  ScopedToo,
  SeenVersion,
  toPage,
} from '../platform/http/index.js';
import { CampaignsRepository } from './campaigns.repository.js';
import {
  campaignSchema,
  campaignsQuery,
  changedCampaign,
  clonedCampaign,
  newCampaign,
  qualityQuery,
  templateSchema,
} from './certification.schemas.js';
import { FindCampaign } from './find-campaign.js';
import { PrepareCampaign } from './operations/prepare-campaign.js';
import { qualityPage } from './queries/campaign-quality.js';
import { campaignPage } from './queries/item-view.js';
import { withChanges } from './queries/with-changes.js';
import { campaignItemsQuery, reviewItemSchema } from './review-items.schemas.js';
import { campaignQualitySchema } from './results.schemas.js';
import { TEMPLATES } from './templates.js';

const id = z.uuid();

@ApiTags('campaigns')
@Controller()
export class CampaignsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly clock: Clock,
    private readonly prepare: PrepareCampaign,
    private readonly find: FindCampaign,
  ) {}

  @Get('campaign-templates')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(200, pageOf(templateSchema), 'Campaigns to start from')
  templates() {
    return { data: TEMPLATES, next: null };
  }

  @Get('campaigns')
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(campaignSchema), 'Campaigns, the newest first')
  async list(@Caller() actor: Actor, @Query({ schema: campaignsQuery }) query: z.output<typeof campaignsQuery>) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      tx
        .use(CampaignsRepository)
        .page(query, this.visibility.visibleTo(actor, 'campaign', 'c'), query.limit + 1, after),
    );
    return toPage(rows, query.limit, (row) => [row.createdAt, row.id]);
  }

  @Get('campaigns/quality')
  @ScopedToo()
  @Allow(...READERS)
  @Answers(
    200,
    pageOf(campaignQualitySchema),
    'How well campaigns were decided, side by side, the newest first; never by person',
  )
  async quality(@Caller() actor: Actor, @Query({ schema: qualityQuery }) query: z.output<typeof qualityQuery>) {
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read((tx) =>
      qualityPage(tx, this.visibility.reachableBy(actor, 'campaign', 'c'), query, query.limit + 1, after),
    );
    return toPage(rows, query.limit, (row) => [row.launchedAt, row.id]);
  }

  @Post('campaigns')
  @ScopedToo()
  @Allow('campaign-manager')
  @Answers(201, campaignSchema, 'Writes a campaign down, as a draft: nobody is asked yet')
  async create(
    @Caller() actor: Actor,
    @Body({ schema: newCampaign }) body: z.output<typeof newCampaign>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.find.fresh(actor, await this.prepare.create(actor, body), reply);
  }

  @Get('campaigns/:id')
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, campaignSchema, 'One campaign, and where it stands')
  read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.find.fresh(actor, campaignId, reply);
  }

  @Patch('campaigns/:id')
  @ScopedToo()
  @Allow('campaign-manager')
  @Answers(200, campaignSchema, 'Changes a draft; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedCampaign }) body: z.output<typeof changedCampaign>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.find.reached(actor, campaignId);
    await this.prepare.change(actor, campaignId, seen, body);
    return this.find.fresh(actor, campaignId, reply);
  }

  @Post('campaigns/:id/clone')
  @ScopedToo()
  @Allow('campaign-manager')
  @Answers(201, campaignSchema, 'Another campaign like it, as a draft')
  async clone(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: clonedCampaign }) body: z.output<typeof clonedCampaign>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.find.reached(actor, campaignId);
    return this.find.fresh(actor, await this.prepare.clone(actor, campaignId, body), reply);
  }

  @Get('campaigns/:id/items')
  @ScopedToo()
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(reviewItemSchema), 'The items of a campaign, those that cite a decision included')
  async items(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Query({ schema: campaignItemsQuery }) query: z.output<typeof campaignItemsQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.find.visible(actor, campaignId);
    const after = decodeCursor(query.cursor, 2);
    const rows = await this.database.read(async (tx) =>
      withChanges(
        tx,
        await campaignPage(
          tx,
          campaignId,
          this.visibility.visibleTo(actor, 'review-item', 'i'),
          query,
          query.limit + 1,
          after,
        ),
        this.clock.now(),
      ),
    );
    return jsonPage(reply, rows, query.limit, (row) => [row.subjectId, row.id]);
  }
}
