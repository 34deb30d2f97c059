import type { Facts } from '../subjects/index.js';

/** What people tells about its own subjects. */
export function contributePeople(facts: Facts): void {
  facts.describe({
    subject: 'person',
    table: 'persons',
    from: 'FROM persons p',
    id: 'p.id',
    live: 'TRUE',
    name: 'p.display_name',
    scopeId: null,
    resourceType: null,
    parentExternalId: null,
    holderId: null,
    sourceId: null,
  });
  facts.contribute({
    subject: 'person',
    name: 'people',
    joins: '',
    columns: {
      id: { sql: 'p.id', type: 'text' },
      name: { sql: 'p.display_name', type: 'text' },
      status: { sql: 'p.status', type: 'text' },
      leavesAt: { sql: 'epoch_ms(p.leaves_at)', type: 'instant' },
      knownSince: { sql: 'epoch_ms(p.created_at)', type: 'instant' },
    },
  });
}

/** A person as other modules' facts carry it: JSON of a PersonStanding. `alias` is an alias of persons. */
export const personStanding = (alias: string): string =>
  `CASE WHEN ${alias}.id IS NULL THEN NULL ELSE json_build_object('name', ${alias}.display_name, 'status', ${alias}.status, 'leavesAt', epoch_ms(${alias}.leaves_at)) END`;
