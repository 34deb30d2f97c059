import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { Audit } from '../audit/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { Facts, Marks } from '../subjects/index.js';
import { AcceptOwnership } from './operations/accept-ownership.js';
import { AssignOwner } from './operations/assign-owner.js';
import { AssignTokenOwners } from './operations/assign-token-owners.js';
import { OwnershipController } from './ownership.controller.js';
import { contributeOwnership } from './ownership.facts.js';
import { assignTokenOwners, suggestOwnersJob } from './ownership.jobs.js';

@Global()
@Module({
  controllers: [OwnershipController],
  providers: [AssignOwner, AcceptOwnership, AssignTokenOwners],
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
    assign: AssignTokenOwners,
  ) {
    registry.bind(suggestOwnersJob, { database, clock });
    registry.bind(assignTokenOwners, { assign });
    contributeOwnership(facts, marks, visibility);
    audit.on('inventory.records-merged', suggestOwnersJob, () => ({}));
    audit.on('inventory.records-merged', assignTokenOwners, () => ({}));
    audit.on('people.people-merged', suggestOwnersJob, () => ({}));
  }
}
