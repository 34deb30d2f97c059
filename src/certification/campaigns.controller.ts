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
  Authoriser,
  Caller,
  decodeCursor,
  jsonPage,
  NotFound,
  pageOf,
  READERS,
  SeenVersion,
  setVersion,
  toPage,
} from '../platform/http/index.js';
import { CampaignsRepository, type CampaignView } from './campaigns.repository.js';
import {
  campaignSchema,
  campaignsQuery,
  changedCampaign,
  clonedCampaign,
  closeRequest,
  countedItems,
  countedPeople,
  launchRequest,
  newCampaign,
  previewSchema,
  reassignment,
  reminderRequest,
  templateSchema,
} from './certification.schemas.js';
import { CloseCampaign } from './operations/close-campaign.js';
import { LaunchCampaign } from './operations/launch-campaign.js';
import { PrepareCampaign } from './operations/prepare-campaign.js';
import { ReassignItems } from './operations/reassign-items.js';
import { RemindReviewers } from './operations/remind-reviewers.js';
import { SignDecisions } from './operations/sign-decisions.js';
import { campaignPage } from './queries/item-view.js';
import { withChanges } from './queries/with-changes.js';
import { campaignItemsQuery, reviewItemSchema, signatureSchema } from './review-items.schemas.js';
import { TEMPLATES } from './templates.js';

const id = z.uuid();

@ApiTags('campaigns')
@Controller()
export class CampaignsController {
  constructor(
    private readonly database: Database,
    private readonly visibility: Visibility,
    private readonly authoriser: Authoriser,
    private readonly clock: Clock,
    private readonly prepare: PrepareCampaign,
    private readonly launcher: LaunchCampaign,
    private readonly closer: CloseCampaign,
    private readonly signing: SignDecisions,
    private readonly reassigning: ReassignItems,
    private readonly reminding: RemindReviewers,
  ) {}

  @Get('campaign-templates')
  @Allow(...READERS)
  @Answers(200, pageOf(templateSchema), 'Campaigns to start from')
  templates() {
    return { data: TEMPLATES, next: null };
  }

  @Get('campaigns')
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

  @Post('campaigns')
  @Allow('campaign-manager')
  @Answers(201, campaignSchema, 'Writes a campaign down, as a draft: nobody is asked yet')
  async create(
    @Caller() actor: Actor,
    @Body({ schema: newCampaign }) body: z.output<typeof newCampaign>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.fresh(actor, await this.prepare.create(actor, body), reply);
  }

  @Get('campaigns/:id')
  @Allow(...READERS, 'relation')
  @Answers(200, campaignSchema, 'One campaign, and where it stands')
  read(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.fresh(actor, campaignId, reply);
  }

  @Patch('campaigns/:id')
  @Allow('campaign-manager')
  @Answers(200, campaignSchema, 'Changes a draft; needs If-Match')
  async change(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @SeenVersion() seen: number,
    @Body({ schema: changedCampaign }) body: z.output<typeof changedCampaign>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.visible(actor, campaignId);
    await this.prepare.change(actor, campaignId, seen, body);
    return this.fresh(actor, campaignId, reply);
  }

  @Post('campaigns/:id/clone')
  @Allow('campaign-manager')
  @Answers(201, campaignSchema, 'Another campaign like it, as a draft')
  async clone(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: clonedCampaign }) body: z.output<typeof clonedCampaign>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.visible(actor, campaignId);
    return this.fresh(actor, await this.prepare.clone(actor, campaignId, body), reply);
  }

  @Post('campaigns/:id/preview')
  @Allow('campaign-manager', 'auditor')
  @Answers(200, previewSchema, 'Whom a launch would ask how much, what speaks against it, and what silence would do')
  async preview(@Caller() actor: Actor, @Param('id', { schema: id }) campaignId: string) {
    await this.visible(actor, campaignId);
    return this.launcher.preview(campaignId);
  }

  @Post('campaigns/:id/launch')
  @Allow('campaign-manager')
  @Answers(
    200,
    campaignSchema,
    'Freezes the population and asks; a large one is "launching" until its evidence is kept',
  )
  async launch(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: launchRequest }) body: z.output<typeof launchRequest>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.visible(actor, campaignId);
    // To launch over what speaks against it is a decision that stands in a name.
    if (body.override) this.authoriser.assertFresh(actor);
    await this.launcher.execute(actor, campaignId, body.override ?? null);
    return this.fresh(actor, campaignId, reply);
  }

  @Post('campaigns/:id/close')
  @Allow('campaign-manager')
  @Answers(200, campaignSchema, 'Ends it: decisions become planned actions, silence has its consequence')
  async close(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: closeRequest }) body: z.output<typeof closeRequest>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.visible(actor, campaignId);
    await this.closer.execute(actor, campaignId, body.reason ?? null);
    return this.fresh(actor, campaignId, reply);
  }

  @Get('campaigns/:id/items')
  @Allow(...READERS, 'relation')
  @Answers(200, pageOf(reviewItemSchema), 'The items of a campaign, those that cite a decision included')
  async items(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Query({ schema: campaignItemsQuery }) query: z.output<typeof campaignItemsQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.visible(actor, campaignId);
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

  @Post('campaigns/:id/sign')
  @Allow('relation')
  @Answers(200, signatureSchema, 'Signs what you decided in a campaign, once nothing of yours is open')
  sign(@Caller() actor: Actor, @Param('id', { schema: id }) campaignId: string) {
    return this.signing.execute(actor, campaignId);
  }

  @Post('campaigns/:id/remind')
  @Allow('campaign-manager')
  @Answers(200, countedPeople, 'Reminds everybody who owes something, or one of them, now')
  async remind(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: reminderRequest }) body: z.output<typeof reminderRequest>,
  ) {
    await this.visible(actor, campaignId);
    return { people: await this.reminding.byHand(actor, campaignId, body.reviewer ?? null) };
  }

  @Post('campaigns/:id/reassign')
  @Allow('campaign-manager')
  @Answers(200, countedItems, 'Gives open items to somebody else, with a reason')
  async reassign(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: reassignment }) body: z.output<typeof reassignment>,
  ) {
    await this.visible(actor, campaignId);
    return { items: await this.reassigning.execute(actor, campaignId, body) };
  }

  private async visible(actor: Actor, campaignId: string): Promise<CampaignView> {
    const row = await this.database.read((tx) =>
      tx.use(CampaignsRepository).view(campaignId, this.visibility.visibleTo(actor, 'campaign', 'c')),
    );
    if (!row) throw new NotFound('campaign');
    return row;
  }

  private async fresh(actor: Actor, campaignId: string, reply: FastifyReply): Promise<CampaignView> {
    const row = await this.visible(actor, campaignId);
    setVersion(reply, row.version);
    return row;
  }
}
