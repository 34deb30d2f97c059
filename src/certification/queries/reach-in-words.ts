import { allUnits } from '../../catalogue/index.js';
import type { Tx } from '../../platform/database/index.js';
import type { Actor } from '../../platform/http/index.js';

/** Where somebody's roles hold, for people: 'the unit "Parcels" and the environment "production"', one for each role. */
export async function reachInWords(tx: Tx, actor: Actor): Promise<string[]> {
  const units = new Map<string, string>();
  const ids = actor.roles.flatMap(({ scope }) => scope.unit ?? []);
  for (const { id, name } of await tx.sql<{
    id: string;
    name: string;
  }>`SELECT u.id, u.name FROM (${allUnits}) u WHERE u.id = ANY(${ids}::uuid[])`)
    units.set(id, name);
  return actor.roles.map(({ scope }) =>
    (Object.entries(scope) as [string, string][])
      .map(([member, value]) => `the ${member} "${member === 'unit' ? (units.get(value) ?? value) : value}"`)
      .join(' and '),
  );
}
