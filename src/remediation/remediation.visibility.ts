import type { Visibility } from '../access-control/index.js';
import { type Sql, sql } from '../platform/database/index.js';

/** An action lies where its identity lies, and whoever answers for that sees it. */
export function placeActions(visibility: Visibility): void {
  const through = (condition: (value: string) => Sql) => (row: Sql, value: string) =>
    sql`EXISTS (SELECT 1 FROM identities at WHERE at.id = ${row}.identity_id AND ${condition(value)})`;
  visibility.place({
    kind: 'action',
    scope: {
      unit: through((value) => sql`at.unit_id = ${value}::uuid`),
      source: (row, value) => sql`${row}.source_id = ${value}::uuid`,
      environment: through((value) => sql`at.environment = ${value}`),
      tag: through((value) =>
        value.includes('=')
          ? sql`at.tags->>${value.split('=')[0]} = ${value.slice(value.indexOf('=') + 1)}`
          : sql`at.tags ? ${value}`,
      ),
    },
  });
  visibility.relate({
    kind: 'action',
    name: 'answers for its identity',
    predicate: (row, person) =>
      sql`EXISTS (SELECT 1 FROM ownerships o WHERE o.identity_id = ${row}.identity_id AND o.state <> 'ended' AND (o.owner_id = ${person}::uuid OR o.sponsor_id = ${person}::uuid OR ${person}::uuid = ANY(o.deputies)))`,
  });
}
