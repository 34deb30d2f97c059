export { FindingsModule } from './findings.module.js';
export { FindingsRepository, type FindingStatus } from './findings.repository.js';
export { AcknowledgeFinding } from './operations/acknowledge-finding.js';
