import { Global, Module } from '@nestjs/common';
import { JobRegistry } from '../platform/jobs/index.js';
import { Facts } from '../subjects/index.js';
import { ImportPeople } from './operations/import-people.js';
import { RecordPerson } from './operations/record-person.js';
import { ShapeOrganisation } from './operations/shape-organisation.js';
import { TeamsController, UnitsController } from './organisation.controller.js';
import { PeopleController } from './people.controller.js';
import { contributePeople } from './people.facts.js';
import { importPeople } from './people.jobs.js';

@Global()
@Module({
  controllers: [PeopleController, UnitsController, TeamsController],
  providers: [ImportPeople, RecordPerson, ShapeOrganisation],
  exports: [ImportPeople, RecordPerson, ShapeOrganisation],
})
export class PeopleModule {
  constructor(registry: JobRegistry, operation: ImportPeople, facts: Facts) {
    registry.bind(importPeople, { importPeople: operation });
    contributePeople(facts);
  }
}
