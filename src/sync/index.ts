export { ConfirmRun } from './operations/confirm-run.js';
export { ImportFile, type ImportRequest } from './operations/import-file.js';
export { RequestSync } from './operations/request-sync.js';
export { SyncModule } from './sync.module.js';
export { SyncRunsRepository, type SyncRunRow } from './sync-runs.repository.js';
