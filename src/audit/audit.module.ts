import { Global, Module } from '@nestjs/common';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { AuditController } from './audit.controller.js';
import { forgetIdempotencyKeys } from './audit.jobs.js';
import { Audit } from './audit.js';
import { JobsController } from './jobs.controller.js';
import { RunJobByHand } from './operations/run-job-by-hand.js';

@Global()
@Module({ controllers: [AuditController, JobsController], providers: [Audit, RunJobByHand], exports: [Audit] })
export class AuditModule {
  constructor(registry: JobRegistry, database: Database, clock: Clock) {
    registry.bind(forgetIdempotencyKeys, { database, clock });
  }
}
