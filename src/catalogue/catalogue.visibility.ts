import type { Visibility } from '../access-control/index.js';
import { type Sql, sql } from '../platform/database/index.js';

/** A finding is seen by whoever sees what it is about. */
export function placeFindings(visibility: Visibility): void {
  const throughIdentity =
    (condition: (identity: Sql) => Sql) =>
    (row: Sql): Sql =>
      sql`EXISTS (SELECT 1 FROM identities at WHERE at.id = coalesce(CASE WHEN ${row}.subject_type = 'identity' THEN ${row}.subject_id END, (SELECT c.identity_id FROM credentials c WHERE ${row}.subject_type = 'credential' AND c.id = ${row}.subject_id), (SELECT g.identity_id FROM grants g WHERE ${row}.subject_type = 'grant' AND g.id = ${row}.subject_id)) AND ${condition(sql`at`)})`;
  const scoped = (condition: (identity: Sql, value: string) => Sql) => (row: Sql, value: string) =>
    throughIdentity((identity) => condition(identity, value))(row);
  visibility.place({
    kind: 'finding',
    scope: {
      unit: scoped((identity, value) => sql`${identity}.unit_id = ${value}::uuid`),
      source: scoped((identity, value) => sql`${identity}.source_id = ${value}::uuid`),
      environment: scoped((identity, value) => sql`${identity}.environment = ${value}`),
      tag: scoped((identity, value) =>
        value.includes('=')
          ? sql`${identity}.tags->>${value.split('=')[0]} = ${value.slice(value.indexOf('=') + 1)}`
          : sql`${identity}.tags ? ${value}`,
      ),
    },
  });
  visibility.relate({
    kind: 'finding',
    name: 'answers for its subject',
    predicate: (row, person) =>
      throughIdentity(
        (identity) =>
          sql`EXISTS (SELECT 1 FROM ownerships o WHERE o.identity_id = ${identity}.id AND o.state <> 'ended' AND (o.owner_id = ${person}::uuid OR o.sponsor_id = ${person}::uuid OR ${person}::uuid = ANY(o.deputies)))`,
      )(row),
  });
  // Whoever is told of a finding can look at it: see what is owed.
  visibility.relate({
    kind: 'finding',
    name: 'answers for the use case or the agent it is about',
    predicate: (row, person) =>
      sql`(EXISTS (SELECT 1 FROM use_cases u WHERE ${row}.subject_type = 'use-case' AND u.id = ${row}.subject_id AND ${person}::uuid IN (u.sponsor_id, u.approves_id, u.monitors_id, u.remediates_id))
        OR EXISTS (SELECT 1 FROM agents g WHERE ${row}.subject_type = 'agent' AND g.id = ${row}.subject_id AND g.owner_id = ${person}::uuid))`,
  });
  visibility.relate({
    kind: 'finding',
    name: 'was sent it',
    predicate: (row, person) =>
      sql`(${row}.assigned_person_id = ${person}::uuid OR ${row}.assigned_team_id IN (SELECT m.team_id FROM team_members m WHERE m.person_id = ${person}::uuid))`,
  });
}
