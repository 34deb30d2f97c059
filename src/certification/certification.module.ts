import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { Audit } from '../audit/index.js';
import { Contributions } from '../notifications/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { CampaignStepsController } from './campaign-steps.controller.js';
import { CampaignsController } from './campaigns.controller.js';
import {
  certifyChangesJob,
  closeCampaignJob,
  freezeEvidenceJob,
  remindReviewersJob,
  reopenRisenJob,
  rerouteItemsJob,
  turnCampaignsJob,
  turnDelegationsJob,
} from './certification.jobs.js';
import { contributeOwedReviews } from './certification.owes.js';
import { placeReviews } from './certification.visibility.js';
import { DelegationsController } from './delegations.controller.js';
import { FindCampaign } from './find-campaign.js';
import { AcceptRisk } from './operations/accept-risk.js';
import { AskFurther } from './operations/ask-further.js';
import { CancelCampaign } from './operations/cancel-campaign.js';
import { CertifyChanges } from './operations/certify-changes.js';
import { CloseCampaign } from './operations/close-campaign.js';
import { DecideItem } from './operations/decide-item.js';
import { DelegateReviews } from './operations/delegate-reviews.js';
import { FreezeEvidence } from './operations/freeze-evidence.js';
import { ImportDecisions } from './operations/import-decisions.js';
import { KeepRoutine } from './operations/keep-routine.js';
import { LaunchCampaign } from './operations/launch-campaign.js';
import { MoveItems } from './operations/move-items.js';
import { PrepareCampaign } from './operations/prepare-campaign.js';
import { ReassignItems } from './operations/reassign-items.js';
import { RemindReviewers } from './operations/remind-reviewers.js';
import { ReopenRisen } from './operations/reopen-risen.js';
import { RerouteItems } from './operations/reroute-items.js';
import { SignDecisions } from './operations/sign-decisions.js';
import { TurnCampaigns } from './operations/turn-campaigns.js';
import { ReviewFilesController } from './review-files.controller.js';
import { ReviewItemsController } from './review-items.controller.js';
import { ReviewLinks } from './review-links.js';
import { ReviewsPageController } from './reviews-page.controller.js';
import { TriggersController } from './triggers.controller.js';

const operations = [
  PrepareCampaign,
  FreezeEvidence,
  LaunchCampaign,
  CloseCampaign,
  CancelCampaign,
  TurnCampaigns,
  AskFurther,
  DecideItem,
  KeepRoutine,
  SignDecisions,
  MoveItems,
  DelegateReviews,
  RerouteItems,
  ReassignItems,
  ReopenRisen,
  RemindReviewers,
  AcceptRisk,
  ImportDecisions,
  CertifyChanges,
];

@Global()
@Module({
  controllers: [
    CampaignsController,
    CampaignStepsController,
    ReviewItemsController,
    ReviewFilesController,
    DelegationsController,
    TriggersController,
    ReviewsPageController,
  ],
  providers: [...operations, FindCampaign, ReviewLinks],
  exports: operations,
})
export class CertificationModule {
  constructor(
    registry: JobRegistry,
    visibility: Visibility,
    audit: Audit,
    freeze: FreezeEvidence,
    close: CloseCampaign,
    turn: TurnCampaigns,
    delegate: DelegateReviews,
    reroute: RerouteItems,
    reopen: ReopenRisen,
    remind: RemindReviewers,
    certify: CertifyChanges,
    contributions: Contributions,
    links: ReviewLinks,
  ) {
    registry.bind(certifyChangesJob, { certify });
    registry.bind(freezeEvidenceJob, { freeze });
    registry.bind(closeCampaignJob, { close });
    registry.bind(turnCampaignsJob, { turn });
    registry.bind(turnDelegationsJob, { delegate });
    registry.bind(rerouteItemsJob, { reroute });
    registry.bind(reopenRisenJob, { reopen });
    registry.bind(remindReviewersJob, { remind, reroute, delegate });
    audit.on('ownership.owner-assigned', rerouteItemsJob, ({ target }) => ({ identity: target.id }));
    audit.on('people.persons-ended', rerouteItemsJob, () => ({}));
    placeReviews(visibility);
    contributeOwedReviews(contributions, links);
  }
}
