import type { Visibility } from '../access-control/index.js';
import { type Sql, sql } from '../platform/database/index.js';
import { allUnits } from '../catalogue/index.js';
import { heldBy } from './review-items.repository.js';

/**
 * A campaign lies where it says that it asks: its scope has to name the part of the organisation, because what happens to lie
 * there today may lie elsewhere at its launch. One that an event made names what it asks about, one by one. An item lies where its
 * identity lies. Whoever is asked sees what they are asked, and the campaign that asks.
 */
export function placeReviews(visibility: Visibility): void {
  visibility.place({
    kind: 'campaign',
    scope: {
      unit: (row, value) =>
        sql`(${row}.scope->'unitAlone' = to_jsonb(ARRAY[${value}::text]) OR (${row}.scope ? 'unit' AND NOT EXISTS (
          WITH RECURSIVE below AS (SELECT u.id FROM (${allUnits}) u WHERE u.id::text IN (SELECT jsonb_array_elements_text(${row}.scope->'unit')) UNION SELECT u.id FROM (${allUnits}) u JOIN below b ON u.parent_id = b.id)
          SELECT 1 FROM below WHERE below.id <> ${value}::uuid)) OR ${eachIn(row, (at) => sql`${at}.unit_id = ${value}::uuid`)})`,
      source: (row, value) =>
        sql`(${row}.scope->'source' = to_jsonb(ARRAY[${value}::text]) OR ${eachIn(row, (at) => sql`${at}.source_id = ${value}::uuid`)})`,
      environment: (row, value) =>
        sql`(${row}.scope->'environment' = to_jsonb(ARRAY[${value}::text]) OR ${eachIn(row, (at) => sql`${at}.environment = ${value}`)})`,
      tag: (row, value) => {
        const [key, wanted] = value.includes('=')
          ? [value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1)]
          : [value, null];
        return wanted === null
          ? sql`(${row}.scope->'tags' ? ${key} OR ${eachIn(row, (at) => sql`${at}.tags ? ${key}`)})`
          : sql`(${row}.scope->'tags'->>${key}::text = ${wanted} OR ${eachIn(row, (at) => sql`${at}.tags->>${key}::text = ${wanted}`)})`;
      },
    },
  });
  const through = (condition: (value: string) => Sql) => (row: Sql, value: string) =>
    sql`EXISTS (SELECT 1 FROM identities at WHERE at.id = ${row}.identity_id AND ${condition(value)})`;
  visibility.place({
    kind: 'review-item',
    scope: {
      unit: through((value) => sql`at.unit_id = ${value}::uuid`),
      source: through((value) => sql`at.source_id = ${value}::uuid`),
      environment: through((value) => sql`at.environment = ${value}`),
      tag: through((value) =>
        value.includes('=')
          ? sql`at.tags->>${value.split('=')[0]} = ${value.slice(value.indexOf('=') + 1)}`
          : sql`at.tags ? ${value}`,
      ),
    },
  });
  visibility.relate({ kind: 'review-item', name: 'is asked', predicate: (row, person) => heldBy(row, person) });
  visibility.relate({
    kind: 'campaign',
    name: 'is asked by it',
    predicate: (row, person) =>
      sql`(${row}.manager_id = ${person}::uuid OR EXISTS (SELECT 1 FROM review_items ri WHERE ri.campaign_id = ${row}.id AND ${heldBy(sql`ri`, person)}))`,
  });
}

/** A campaign that an event made, all of whose identities lie there now. */
const eachIn = (row: Sql, condition: (identity: Sql) => Sql): Sql =>
  sql`(${row}.kind = 'micro' AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(${row}.scope->'ids') AS touched(id) LEFT JOIN identities at ON at.id = touched.id::uuid WHERE (${condition(sql`at`)}) IS NOT TRUE))`;
