import type { Placement, Visibility } from '../access-control/index.js';
import { type Sql, sql } from '../platform/database/index.js';

const identityScope: Placement['scope'] = {
  unit: (row, value) => sql`${row}.unit_id = ${value}::uuid`,
  source: (row, value) => sql`${row}.source_id = ${value}::uuid`,
  environment: (row, value) => sql`${row}.environment = ${value}`,
  // "key=value", or a key alone
  tag: (row, value) =>
    value.includes('=')
      ? sql`${row}.tags->>${value.split('=')[0]} = ${value.slice(value.indexOf('=') + 1)}`
      : sql`${row}.tags ? ${value}`,
};

/** A credential or grant lies where its identity lies. */
const through = (condition: (row: Sql, value: string) => Sql) => (row: Sql, value: string) =>
  sql`EXISTS (SELECT 1 FROM identities held WHERE held.id = ${row}.identity_id AND ${condition(sql`held`, value)})`;

/** Where what is in the inventory lies in the organisation. */
export function placeInventory(visibility: Visibility): void {
  visibility.place({ kind: 'identity', scope: identityScope });
  const held = Object.fromEntries(
    Object.entries(identityScope).map(([member, condition]) => [member, through(condition)]),
  );
  visibility.place({ kind: 'credential', scope: held });
  visibility.place({ kind: 'grant', scope: held });
  visibility.place({
    kind: 'source',
    scope: {
      unit: (row, value) => sql`${row}.unit_id = ${value}::uuid`,
      source: (row, value) => sql`${row}.id = ${value}::uuid`,
    },
  });
}
