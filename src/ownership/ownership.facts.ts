import type { Visibility } from '../access-control/index.js';
import { personStanding } from '../people/index.js';
import { sql } from '../platform/database/index.js';
import type { FactContribution, Facts, Marks } from '../subjects/index.js';

/** Written out once for each person, not for each of the many identities they answer for. */
const STANDINGS = `(SELECT p.id, p.status, p.leaves_at, ${personStanding('p')}::text AS standing FROM persons p)`;

const OWNED = `count(*) AS identities FROM ownerships o JOIN identities i ON i.id = o.identity_id WHERE o.state <> 'ended' AND i.removed_at IS NULL`;

/** Who answers for an identity (alias `i`), as facts. */
const answers = (subject: FactContribution['subject']): FactContribution => ({
  subject,
  name: 'ownership',
  joins: `LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state <> 'ended' LEFT JOIN ${STANDINGS} op ON op.id = o.owner_id LEFT JOIN teams ot ON ot.id = o.team_id LEFT JOIN ${STANDINGS} od ON od.id = o.deputies[1]`,
  columns: {
    peopleKnown: { sql: '(SELECT count(*) > 0 FROM (SELECT 1 FROM persons LIMIT 1) AS anybody)', type: 'boolean' },
    ownershipState: { sql: 'o.state', type: 'text' },
    owner: { sql: 'op.standing', type: 'json' },
    deputies: {
      // One deputy is the rule, and is joined; several are looked up.
      sql: `CASE WHEN coalesce(cardinality(o.deputies), 0) = 0 THEN '[]' WHEN cardinality(o.deputies) = 1 THEN coalesce('[' || od.standing || ']', '[]') ELSE (SELECT coalesce(json_agg(${personStanding('d')} ORDER BY d.display_name)::text, '[]') FROM persons d WHERE d.id = ANY(o.deputies)) END`,
      type: 'json',
    },
    ownerTeam: { sql: 'ot.name', type: 'text' },
    ownerAssignedAt: { sql: 'epoch_ms(o.assigned_at)', type: 'instant' },
  },
});

export function contributeOwnership(facts: Facts, marks: Marks, visibility: Visibility): void {
  facts.contribute(answers('identity'));
  facts.contribute(answers('credential'));
  facts.contribute({
    subject: 'person',
    name: 'ownership',
    joins: `LEFT JOIN LATERAL (SELECT ${OWNED} AND o.owner_id = p.id) owned ON true`,
    joinsOfAll: `LEFT JOIN (SELECT o.owner_id, ${OWNED} GROUP BY o.owner_id) owned ON owned.owner_id = p.id`,
    columns: { ownedIdentities: { sql: 'coalesce(owned.identities, 0)', type: 'number' } },
  });
  marks.contribute({
    from: 'person',
    to: 'identity',
    query: (marked) =>
      sql`SELECT identity_id AS id FROM ownerships WHERE state <> 'ended' AND owner_id IN (${marked}) UNION SELECT identity_id FROM ownerships WHERE state <> 'ended' AND deputies && ARRAY(SELECT m.id FROM (${marked}) AS m(id))`,
  });
  // What a person answers for is counted: when an identity comes, goes or changes hands, so does the count. Whoever owned
  // it before counts as well: they own one less now.
  marks.contribute({
    from: 'identity',
    to: 'person',
    alone: true,
    query: (marked) =>
      sql`SELECT DISTINCT owner_id AS id FROM ownerships WHERE owner_id IS NOT NULL AND identity_id IN (${marked})`,
  });
  const answersFor = (row: ReturnType<typeof sql>, person: string) =>
    sql`EXISTS (SELECT 1 FROM ownerships o WHERE o.identity_id = ${row} AND o.state <> 'ended' AND (o.owner_id = ${person}::uuid OR o.sponsor_id = ${person}::uuid OR ${person}::uuid = ANY(o.deputies)))`;
  visibility.relate({
    kind: 'identity',
    name: 'answers for it',
    predicate: (row, person) => answersFor(sql`${row}.id`, person),
  });
  // Whom silence made the one to ask sees what they are asked about.
  visibility.relate({
    kind: 'identity',
    name: 'is asked to answer for it',
    predicate: (row, person) =>
      sql`EXISTS (SELECT 1 FROM ownership_waits w WHERE w.identity_id = ${row}.id AND w.person_id = ${person}::uuid)`,
  });
  for (const kind of ['credential', 'grant'] as const)
    visibility.relate({
      kind,
      name: 'answers for its identity',
      predicate: (row, person) => answersFor(sql`${row}.identity_id`, person),
    });
}
