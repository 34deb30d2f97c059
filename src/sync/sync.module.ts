import { Global, Module } from '@nestjs/common';
import { Audit } from '../audit/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { ImportsController } from './imports.controller.js';
import { Facts } from '../subjects/index.js';
import { ConfirmRun } from './operations/confirm-run.js';
import { EndLostRuns } from './operations/end-lost-runs.js';
import { ImportFile } from './operations/import-file.js';
import { RequestSync } from './operations/request-sync.js';
import { RunSync } from './operations/run-sync.js';
import { TestSource } from './operations/test-source.js';
import { Surroundings } from './reading/connector-host.js';
import { SourcesController } from './sources.controller.js';
import { contributeSync } from './sync.facts.js';
import { readDueSources, readOwnCredentials, runSync } from './sync.jobs.js';
import { SyncRunsController } from './sync-runs.controller.js';

@Global()
@Module({
  controllers: [SourcesController, SyncRunsController, ImportsController],
  providers: [Surroundings, RequestSync, RunSync, ConfirmRun, ImportFile, TestSource, EndLostRuns],
  exports: [RequestSync, RunSync, ImportFile, ConfirmRun],
})
export class SyncModule {
  constructor(
    registry: JobRegistry,
    audit: Audit,
    facts: Facts,
    run: RunSync,
    requestSync: RequestSync,
    endLostRuns: EndLostRuns,
  ) {
    contributeSync(facts);
    registry.bind(runSync, { runSync: run });
    registry.bind(readDueSources, { requestSync, endLostRuns });
    registry.bind(readOwnCredentials, { requestSync });
    for (const type of ['access.token-created', 'access.token-revoked', 'access.local-token-renewed'] as const)
      audit.on(type, readOwnCredentials, () => ({}));
  }
}
