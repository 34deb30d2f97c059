export {
  type FactColumn,
  type FactContribution,
  Facts,
  type FactsPlan,
  type FactType,
  Gaps,
  type GapsOver,
  type SubjectRelation,
} from './facts.js';
export { type MarkExpansion, Marks } from './marks.js';
export { MarksRepository } from './marks.repository.js';
export { compileSelector, compileTurning, factsRead, type Selector, selectorSchema } from './selector.js';
export { factsOfSelectors, movesWithTime, selectorCondition } from './selector-sql.js';
export { SubjectsModule } from './subjects.module.js';
