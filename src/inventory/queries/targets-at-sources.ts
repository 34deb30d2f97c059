import type { Tx } from '../../platform/database/index.js';

export const TARGET_TYPES = ['identity', 'credential', 'grant'] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

/** Something at a source that could be changed there. */
export interface TargetAtSource {
  readonly type: TargetType;
  readonly id: string;
  readonly identityId: string;
  readonly sourceId: string;
}

/** Of these, the ones that are still at their sources. */
export async function targetsAtSources(
  tx: Tx,
  wanted: readonly { type: string; id: string }[],
): Promise<ReadonlyMap<string, TargetAtSource>> {
  const of = (type: TargetType): string[] => wanted.filter((one) => one.type === type).map(({ id }) => id);
  const rows = await tx.sql<TargetAtSource>`
    SELECT 'identity' AS type, i.id, i.id AS "identityId", i.source_id AS "sourceId"
      FROM identities i WHERE i.id = ANY(${of('identity')}::uuid[]) AND i.removed_at IS NULL
    UNION ALL SELECT 'credential', c.id, i.id, c.source_id
      FROM credentials c JOIN identities i ON i.id = c.identity_id WHERE c.id = ANY(${of('credential')}::uuid[]) AND c.removed_at IS NULL AND i.removed_at IS NULL
    UNION ALL SELECT 'grant', g.id, i.id, g.source_id
      FROM grants g JOIN identities i ON i.id = g.identity_id WHERE g.id = ANY(${of('grant')}::uuid[]) AND g.removed_at IS NULL AND i.removed_at IS NULL`;
  return new Map(rows.map((row) => [`${row.type} ${row.id}`, row]));
}
