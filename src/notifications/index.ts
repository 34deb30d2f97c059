export { Contributions, type NewsKind, type OwedCourse, type OwedKind, type SiemFeed } from './contributions.js';
export { NotificationsModule } from './notifications.module.js';
export { PlanDigests } from './operations/plan-digests.js';
export { SendMessages } from './operations/send-messages.js';
export { SummonDigests } from './operations/summon-digests.js';
export { OCSF_VERSION, ocsfBase } from './siem.js';
