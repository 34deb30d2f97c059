import type { PolicyAction } from '../policies.repository.js';
import type { SubjectType } from '../sdk/index.js';

const ACTIONS_ON: Readonly<Partial<Record<SubjectType, readonly PolicyAction[]>>> = {
  identity: ['disable', 'delete'],
  credential: ['disable', 'rotate', 'delete'],
  grant: ['revoke-grant'],
};

/** What can be done at a source to a subject of this type; nothing to those that are kept here and not at a source. */
export const actionsOn = (subject: SubjectType): readonly PolicyAction[] => ACTIONS_ON[subject] ?? [];
