export { CertificationModule } from './certification.module.js';
export { FreezeEvidence } from './operations/freeze-evidence.js';
export { LaunchCampaign } from './operations/launch-campaign.js';
