export { CatalogueModule } from './catalogue.module.js';
export {
  allTeams,
  allUnits,
  everybody,
  headsOfUnits,
  membersOfTeams,
  peopleWhoAnswer,
  population,
  type PopulationFilter,
  type PopulationParts,
  type PopulationSubject,
  sourcesAsKnown,
} from './queries/population.js';
export { absencesOnRecord, peopleAway } from './queries/people-away.js';
export { isAtLeast } from './queries/population-size.js';
export { collectionEvidence, subjectEvidence, type SubjectEvidence } from './queries/subject-evidence.js';
export { identitiesWith, type IdentityEvent } from './queries/what-happened.js';
