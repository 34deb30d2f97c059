import { sql, type Tx } from '../../platform/database/index.js';
import type { Place } from '../due-plan.js';

export const placeKey = (type: string, id: string): string => `${type} ${id}`;

/** Where subjects lie and since when they are known. What has no place in the organisation is not among them. */
export async function placeSubjects(
  tx: Tx,
  subjects: readonly { readonly subjectType: string; readonly subjectId: string }[],
): Promise<ReadonlyMap<string, Place>> {
  if (subjects.length === 0) return new Map();
  const of = (type: string): string[] => [
    ...new Set(subjects.filter(({ subjectType }) => subjectType === type).map(({ subjectId }) => subjectId)),
  ];
  const rows = await tx.run<{ type: string; id: string; unitId: string | null; firstSeenAt: string | null }>(sql`
    SELECT 'identity' AS type, i.id, i.unit_id AS "unitId", epoch_ms(i.first_seen_at) AS "firstSeenAt" FROM identities i WHERE i.id = ANY(${of('identity')}::uuid[])
    UNION ALL SELECT 'credential', c.id, i.unit_id, epoch_ms(c.first_seen_at) FROM credentials c JOIN identities i ON i.id = c.identity_id WHERE c.id = ANY(${of('credential')}::uuid[])
    UNION ALL SELECT 'grant', g.id, i.unit_id, epoch_ms(g.first_seen_at) FROM grants g JOIN identities i ON i.id = g.identity_id WHERE g.id = ANY(${of('grant')}::uuid[])
    UNION ALL SELECT 'use-case', u.id, u.unit_id, epoch_ms(u.created_at) FROM use_cases u WHERE u.id = ANY(${of('use-case')}::uuid[])
    UNION ALL SELECT 'agent', a.id, NULL, epoch_ms(a.created_at) FROM agents a WHERE a.id = ANY(${of('agent')}::uuid[])
    UNION ALL SELECT 'person', p.id, p.unit_id, NULL FROM persons p WHERE p.id = ANY(${of('person')}::uuid[])
    UNION ALL SELECT 'source', s.id, s.unit_id, epoch_ms(s.created_at) FROM sources s WHERE s.id = ANY(${of('source')}::uuid[])`);
  return new Map(
    rows.map(({ type, id, unitId, firstSeenAt }) => [
      placeKey(type, id),
      { unitId, firstSeenAt: firstSeenAt === null ? null : Number(firstSeenAt) },
    ]),
  );
}

export const NO_PLACE: Place = { unitId: null, firstSeenAt: null };
