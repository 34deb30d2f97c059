import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { Audit } from '../audit/index.js';
import { Contributions } from '../notifications/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { Facts, Marks } from '../subjects/index.js';
import { AcceptOwnership } from './operations/accept-ownership.js';
import { AssignOwner } from './operations/assign-owner.js';
import { OwnershipController } from './ownership.controller.js';
import { contributeOwnership } from './ownership.facts.js';
import { suggestOwnersJob } from './ownership.jobs.js';
import { contributeOwedAcceptances } from './ownership.owes.js';

@Global()
@Module({
  controllers: [OwnershipController],
  providers: [AssignOwner, AcceptOwnership],
  exports: [AssignOwner, AcceptOwnership],
})
export class OwnershipModule {
  constructor(
    registry: JobRegistry,
    database: Database,
    clock: Clock,
    facts: Facts,
    marks: Marks,
    visibility: Visibility,
    audit: Audit,
    contributions: Contributions,
  ) {
    registry.bind(suggestOwnersJob, { database, clock });
    contributeOwnership(facts, marks, visibility);
    contributeOwedAcceptances(contributions);
    audit.on('inventory.records-merged', suggestOwnersJob, () => ({}));
    audit.on('people.people-merged', suggestOwnersJob, () => ({}));
  }
}
