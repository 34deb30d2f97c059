import type { Visibility } from '../access-control/index.js';
import { type Sql, sql } from '../platform/database/index.js';
import { heldBy } from './review-items.repository.js';

/**
 * Campaigns ask across the organisation, so a role that is scoped to a part of it sees none as a whole; an item lies where its
 * identity lies. Whoever is asked sees what they are asked, and the campaign that asks.
 */
export function placeReviews(visibility: Visibility): void {
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
