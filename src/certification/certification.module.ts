import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { CampaignsController } from './campaigns.controller.js';
import { closeCampaignJob, freezeEvidenceJob, turnCampaignsJob } from './certification.jobs.js';
import { placeReviews } from './certification.visibility.js';
import { AskFurther } from './operations/ask-further.js';
import { CloseCampaign } from './operations/close-campaign.js';
import { DecideItem } from './operations/decide-item.js';
import { FreezeEvidence } from './operations/freeze-evidence.js';
import { KeepRoutine } from './operations/keep-routine.js';
import { LaunchCampaign } from './operations/launch-campaign.js';
import { PrepareCampaign } from './operations/prepare-campaign.js';
import { SignDecisions } from './operations/sign-decisions.js';
import { TurnCampaigns } from './operations/turn-campaigns.js';
import { ReviewItemsController } from './review-items.controller.js';

const operations = [
  PrepareCampaign,
  FreezeEvidence,
  LaunchCampaign,
  CloseCampaign,
  TurnCampaigns,
  AskFurther,
  DecideItem,
  KeepRoutine,
  SignDecisions,
];

@Global()
@Module({ controllers: [CampaignsController, ReviewItemsController], providers: operations, exports: operations })
export class CertificationModule {
  constructor(
    registry: JobRegistry,
    visibility: Visibility,
    freeze: FreezeEvidence,
    close: CloseCampaign,
    turn: TurnCampaigns,
  ) {
    registry.bind(freezeEvidenceJob, { freeze });
    registry.bind(closeCampaignJob, { close });
    registry.bind(turnCampaignsJob, { turn });
    placeReviews(visibility);
  }
}
