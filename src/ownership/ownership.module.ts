import { Global, Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { Audit } from '../audit/index.js';
import { Contributions } from '../notifications/index.js';
import { Clock } from '../platform/clock/index.js';
import { Database } from '../platform/database/index.js';
import { JobRegistry, Jobs } from '../platform/jobs/index.js';
import { Facts, Marks } from '../subjects/index.js';
import { AcceptOwnership } from './operations/accept-ownership.js';
import { ApplyRules } from './operations/apply-rules.js';
import { AssignOwner } from './operations/assign-owner.js';
import { AssignTokenOwners } from './operations/assign-token-owners.js';
import { ClaimOwnership } from './operations/claim-ownership.js';
import { DecideSuggestions } from './operations/decide-suggestions.js';
import { DeclineOwnership } from './operations/decline-ownership.js';
import { EscalateSilence } from './operations/escalate-silence.js';
import { MeasureOwnership } from './operations/measure-ownership.js';
import { NameDeputies } from './operations/name-deputies.js';
import { PutRules } from './operations/put-rules.js';
import { OwnershipController } from './ownership.controller.js';
import { contributeOwnership } from './ownership.facts.js';
import {
  applyRulesJob,
  assignTokenOwners,
  escalateSilenceJob,
  measureOwnershipJob,
  suggestOwnersJob,
} from './ownership.jobs.js';
import { OwnershipListsController } from './ownership-lists.controller.js';
import { OwnershipRulesController } from './ownership-rules.controller.js';
import { OwnershipRulesRepository } from './ownership-rules.repository.js';
import { noteTouched } from './queries/apply-differences.js';

const operations = [
  AssignOwner,
  AssignTokenOwners,
  AcceptOwnership,
  DeclineOwnership,
  ClaimOwnership,
  NameDeputies,
  DecideSuggestions,
  PutRules,
  ApplyRules,
  EscalateSilence,
  MeasureOwnership,
];
import { contributeOwedAcceptances } from './ownership.owes.js';

@Global()
@Module({
  controllers: [OwnershipController, OwnershipRulesController, OwnershipListsController],
  providers: operations,
  exports: operations,
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
    jobs: Jobs,
    assign: AssignTokenOwners,
    applyRules: ApplyRules,
    escalateSilence: EscalateSilence,
    measureOwnership: MeasureOwnership,
    contributions: Contributions,
  ) {
    registry.bind(suggestOwnersJob, { database, clock });
    registry.bind(applyRulesJob, { applyRules });
    registry.bind(escalateSilenceJob, { escalateSilence });
    registry.bind(measureOwnershipJob, { measureOwnership });
    registry.bind(assignTokenOwners, { assign });
    contributeOwnership(facts, marks, visibility);
    followChanges(marks, jobs, applyRules);
    contributeOwedAcceptances(contributions);
    audit.on('inventory.records-merged', suggestOwnersJob, () => ({}));
    audit.on('inventory.records-merged', assignTokenOwners, () => ({}));
    audit.on('people.people-merged', suggestOwnersJob, () => ({}));
  }
}

/** Whatever changes about an identity may put it under another rule; whoever changes may be whom a rule names. */
function followChanges(marks: Marks, jobs: Jobs, applyRules: ApplyRules): void {
  marks.follow('identity', async (tx, ids) => {
    if (applyRules.isOwn(tx)) return;
    if ((await noteTouched(tx, ids)) > 0) await jobs.enqueue(tx, applyRulesJob, {});
  });
  marks.follow('person', async (tx) => {
    if (await tx.use(OwnershipRulesRepository).any()) await jobs.enqueue(tx, applyRulesJob, {});
  });
}
