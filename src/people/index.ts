export { ImportPeople, type ImportOptions } from './operations/import-people.js';
export { RecordPerson, type PersonInput } from './operations/record-person.js';
export { ShapeOrganisation } from './operations/shape-organisation.js';
export { PeopleImportsRepository } from './people-imports.repository.js';
export { Person, Team, Unit } from './people.entities.js';
export { personStanding } from './people.facts.js';
export { PeopleModule } from './people.module.js';
export { PeopleRepository } from './people.repository.js';
