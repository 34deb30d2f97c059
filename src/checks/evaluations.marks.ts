import { raw, type Sql, sql } from '../platform/database/index.js';
import type { Facts } from '../subjects/index.js';
import type { SubjectType } from './sdk/index.js';

/**
 * Of a set of subjects, those on which a use may turn something: what fails, cannot be evaluated, or was never looked
 * at; and what passes a check (among `breaking`) that a use may break.
 */
export const notSimplyPassing = (type: SubjectType, ids: Sql, breaking: readonly string[]): Sql =>
  sql`SELECT m.id FROM (${ids}) AS m LEFT JOIN evaluations ev ON ev.subject_type = ${type} AND ev.subject_id = m.id WHERE ev.subject_id IS NULL OR ev.results ~ '[fse]'
    OR EXISTS (SELECT 1 FROM check_places cp WHERE cp.subject_type = ${type} AND cp.check_id = ANY(${breaking}::text[]) AND substr(ev.results, cp.place + 1, 1) = 'p')`;

/**
 * The subjects of some scopes that one of some checks could not evaluate, kind by kind. What another check could not is
 * nothing to go by: nearly every credential has one, and all of them would be looked at again after every reading.
 */
export function notEvaluatedIn(
  facts: Facts,
  scopeIds: readonly string[],
  checksOf: (type: SubjectType) => readonly string[],
): { type: SubjectType; ids: Sql }[] {
  return (['identity', 'credential', 'grant'] as const).map((type) => {
    const { from, id, scopeId } = facts.relationOf(type);
    const places = sql`(SELECT '^(' || string_agg('.{' || cp.place || '}e', '|') || ')' FROM check_places cp WHERE cp.subject_type = ${type} AND cp.check_id = ANY(${checksOf(type)}::text[]))`;
    return {
      type,
      ids: sql`SELECT ${raw(id)} AS id ${raw(from)} JOIN evaluations ev ON ev.subject_type = ${type} AND ev.subject_id = ${raw(id)} WHERE ev.results LIKE '%e%' AND ev.results ~ ${places} AND ${raw(scopeId!)} = ANY(${scopeIds})`,
    };
  });
}
