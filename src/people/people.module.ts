import { Global, Module } from '@nestjs/common';
import { JobRegistry } from '../platform/jobs/index.js';
import { Facts } from '../subjects/index.js';
import { AbsencesController, PositionsController } from './absences.controller.js';
import { DirectoryGroupsController } from './directory-groups.controller.js';
import { ApplyDatedFacts } from './operations/apply-dated-facts.js';
import { FillTeams } from './operations/fill-teams.js';
import { ImportPeople } from './operations/import-people.js';
import { MergePersons } from './operations/merge-persons.js';
import { PlanAbsence } from './operations/plan-absence.js';
import { ReadPeopleFolder } from './operations/read-people-folder.js';
import { ReceiveSignal } from './operations/receive-signal.js';
import { RecordPerson } from './operations/record-person.js';
import { ShapeFeeds } from './operations/shape-feeds.js';
import { ShapeTransmitters } from './operations/shape-transmitters.js';
import { SettlePersons } from './operations/settle-persons.js';
import { ShapeOrganisation } from './operations/shape-organisation.js';
import { TeamsController, UnitsController } from './organisation.controller.js';
import { WriteScimGroup } from './operations/write-scim-group.js';
import { WriteScimUser } from './operations/write-scim-user.js';
import { OwnFeed } from './own-feed.js';
import { PeopleFeedsController, PeopleMatchingController } from './people-feeds.controller.js';
import { PeopleMergesController } from './people-merges.controller.js';
import { PeopleController } from './people.controller.js';
import { contributePeople } from './people.facts.js';
import { SetVerifier } from './signals/set-verifier.js';
import { SignalsController, SignalsReceiverController } from './signals/signals.controller.js';
import { ScimController } from './scim/scim.controller.js';
import { applyDatedFacts, importPeople, readPeopleFolder, weighFeed } from './people.jobs.js';

@Global()
@Module({
  controllers: [
    AbsencesController,
    PositionsController,
    PeopleMergesController,
    SignalsReceiverController,
    SignalsController,
    ScimController,
    PeopleFeedsController,
    PeopleMatchingController,
    DirectoryGroupsController,
    PeopleController,
    UnitsController,
    TeamsController,
  ],
  providers: [
    FillTeams,
    PlanAbsence,
    MergePersons,
    SetVerifier,
    ReceiveSignal,
    ShapeTransmitters,
    ReadPeopleFolder,
    ShapeFeeds,
    ImportPeople,
    RecordPerson,
    ShapeOrganisation,
    SettlePersons,
    ApplyDatedFacts,
    OwnFeed,
    WriteScimUser,
    WriteScimGroup,
  ],
  exports: [ImportPeople, RecordPerson, ShapeOrganisation],
})
export class PeopleModule {
  constructor(
    registry: JobRegistry,
    operation: ImportPeople,
    apply: ApplyDatedFacts,
    read: ReadPeopleFolder,
    shape: ShapeFeeds,
    facts: Facts,
  ) {
    registry.bind(importPeople, { importPeople: operation });
    registry.bind(applyDatedFacts, { apply });
    registry.bind(readPeopleFolder, { read });
    registry.bind(weighFeed, { shape });
    contributePeople(facts);
  }
}
