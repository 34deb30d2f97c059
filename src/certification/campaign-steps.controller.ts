import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type Actor, Allow, Answers, Authoriser, Caller, ScopedToo } from '../platform/http/index.js';
import {
  campaignSchema,
  cancelRequest,
  closeRequest,
  countedItems,
  countedPeople,
  launchRequest,
  previewSchema,
  reassignment,
  reminderRequest,
} from './certification.schemas.js';
import { FindCampaign } from './find-campaign.js';
import { CancelCampaign } from './operations/cancel-campaign.js';
import { CloseCampaign } from './operations/close-campaign.js';
import { LaunchCampaign } from './operations/launch-campaign.js';
import { ReassignItems } from './operations/reassign-items.js';
import { RemindReviewers } from './operations/remind-reviewers.js';
import { SignDecisions } from './operations/sign-decisions.js';
import { signatureSchema } from './review-items.schemas.js';

const id = z.uuid();

/** What a campaign goes through once it is written down. */
@ApiTags('campaigns')
@Controller('campaigns/:id')
export class CampaignStepsController {
  constructor(
    private readonly find: FindCampaign,
    private readonly authoriser: Authoriser,
    private readonly launcher: LaunchCampaign,
    private readonly closer: CloseCampaign,
    private readonly canceller: CancelCampaign,
    private readonly signing: SignDecisions,
    private readonly reassigning: ReassignItems,
    private readonly reminding: RemindReviewers,
  ) {}

  @Post('preview')
  @ScopedToo()
  @Allow('campaign-manager', 'auditor')
  @Answers(200, previewSchema, 'Whom a launch would ask how much, what speaks against it, and what silence would do')
  async preview(@Caller() actor: Actor, @Param('id', { schema: id }) campaignId: string) {
    await this.find.reached(actor, campaignId);
    return this.launcher.preview(campaignId);
  }

  @Post('launch')
  @ScopedToo()
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
    await this.find.reached(actor, campaignId);
    // To launch over what speaks against it is a decision that stands in a name.
    if (body.override) this.authoriser.assertFresh(actor);
    await this.launcher.execute(actor, campaignId, body.override ?? null);
    return this.find.fresh(actor, campaignId, reply);
  }

  @Post('close')
  @ScopedToo()
  @Allow('campaign-manager')
  @Answers(200, campaignSchema, 'Ends it: decisions become planned actions, silence has its consequence')
  async close(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: closeRequest }) body: z.output<typeof closeRequest>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.find.reached(actor, campaignId);
    await this.closer.execute(actor, campaignId, body.reason ?? null);
    return this.find.fresh(actor, campaignId, reply);
  }

  @Post('cancel')
  @ScopedToo()
  @Allow('campaign-manager')
  @Answers(
    200,
    campaignSchema,
    'Calls it off: nobody is asked any more, what was decided stays on record, nothing is planned',
  )
  async cancel(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: cancelRequest }) body: z.output<typeof cancelRequest>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.find.reached(actor, campaignId);
    await this.canceller.execute(actor, campaignId, body.reason);
    return this.find.fresh(actor, campaignId, reply);
  }

  @Post('sign')
  @Allow('relation')
  @Answers(200, signatureSchema, 'Signs what you decided in a campaign, once nothing of yours is open')
  sign(@Caller() actor: Actor, @Param('id', { schema: id }) campaignId: string) {
    return this.signing.execute(actor, campaignId);
  }

  @Post('remind')
  @ScopedToo()
  @Allow('campaign-manager')
  @Answers(200, countedPeople, 'Reminds everybody who owes something, or one of them, now')
  async remind(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: reminderRequest }) body: z.output<typeof reminderRequest>,
  ) {
    await this.find.reached(actor, campaignId);
    return { people: await this.reminding.byHand(actor, campaignId, body.reviewer ?? null) };
  }

  @Post('reassign')
  @ScopedToo()
  @Allow('campaign-manager')
  @Answers(200, countedItems, 'Gives open items to somebody else, with a reason')
  async reassign(
    @Caller() actor: Actor,
    @Param('id', { schema: id }) campaignId: string,
    @Body({ schema: reassignment }) body: z.output<typeof reassignment>,
  ) {
    await this.find.reached(actor, campaignId);
    return { items: await this.reassigning.execute(actor, campaignId, body) };
  }
}
