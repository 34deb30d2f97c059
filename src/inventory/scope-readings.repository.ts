import type { Gap } from '../connectors/sdk/index.js';
import type { Tx } from '../platform/database/index.js';

/** How one resource type of one scope was read. */
export interface TypeReading {
  readonly scopeId: string;
  readonly type: string;
  readonly entity: string;
  /** Everything of the type in the scope was listed; a gap below a parent does not spoil it, a gap of the whole type does. */
  readonly complete: boolean;
  readonly gaps: readonly Gap[];
  readonly useKnownSince: Date | null;
  readonly useKnownUntil: Date | null;
  readonly stated: number | null;
  readonly collected: number;
}

/** What a reading turned, as far as outcomes hang on it. */
export interface ReadingMoved {
  /** Parents below which a gap opened or closed; null = the whole type. */
  readonly gaps: readonly (string | null)[];
  /** The span in which a use would be known is another one now. */
  readonly useKnown: boolean;
}

interface ReadingBefore {
  readonly at: Date | null;
  readonly since: Date | null;
  readonly until: Date | null;
}

export class ScopeReadingsRepository {
  constructor(private readonly tx: Tx) {}

  async note(runId: string, reading: TypeReading, at: Date): Promise<ReadingMoved> {
    const { tx } = this;
    const { scopeId, type, entity, complete, gaps } = reading;
    const [before] =
      await tx.sql<ReadingBefore>`SELECT last_complete_at AS at, use_known_since AS since, use_known_until AS until FROM scope_readings
      WHERE scope_id = ${scopeId} AND resource_type = ${type} FOR UPDATE`;
    const hadGaps = (
      await tx.sql<{
        parent: string | null;
      }>`SELECT parent_external_id AS parent FROM gaps WHERE scope_id = ${scopeId} AND resource_type = ${type}`
    ).map(({ parent }) => parent);
    if (complete) {
      await tx.sql`INSERT INTO scope_readings (scope_id, resource_type, entity, last_complete_at, last_run_id, use_known_since, use_known_until, stated_count, collected_count)
        VALUES (${scopeId}, ${type}, ${entity}, ${at}, ${runId}, ${reading.useKnownSince}, ${reading.useKnownUntil}, ${reading.stated}, ${reading.collected})
        ON CONFLICT (scope_id, resource_type) DO UPDATE SET last_complete_at = EXCLUDED.last_complete_at, last_run_id = EXCLUDED.last_run_id, use_known_since = EXCLUDED.use_known_since,
          use_known_until = EXCLUDED.use_known_until, stated_count = EXCLUDED.stated_count, collected_count = EXCLUDED.collected_count`;
      // What depends on whether a type could be read (who has a password, who has any grant) can be told now.
      if ((!before?.at || hadGaps.length > 0) && (type.endsWith('.password') || entity === 'grant')) {
        await tx.sql`INSERT INTO touched_identities (identity_id, source_id) SELECT id, source_id FROM identities WHERE scope_id = ${scopeId} AND removed_at IS NULL ON CONFLICT DO NOTHING`;
      }
    } else if (!before) {
      await tx.sql`INSERT INTO scope_readings (scope_id, resource_type, entity) VALUES (${scopeId}, ${type}, ${entity}) ON CONFLICT DO NOTHING`;
    }
    await tx.sql`DELETE FROM gaps g WHERE g.scope_id = ${scopeId} AND g.resource_type = ${type}
      AND NOT EXISTS (SELECT 1 FROM unnest(${gaps.map(({ parent }) => parent ?? null)}::text[]) AS still(parent) WHERE still.parent IS NOT DISTINCT FROM g.parent_external_id)`;
    for (const gap of gaps) {
      await tx.sql`INSERT INTO gaps (scope_id, resource_type, parent_external_id, reason, permission, detail, since, run_id)
        VALUES (${scopeId}, ${type}, ${gap.parent ?? null}, ${gap.reason}, ${gap.permission ?? null}, ${gap.detail.slice(0, 1000)}, ${at}, ${runId})
        ON CONFLICT (scope_id, resource_type, parent_external_id) DO UPDATE SET reason = EXCLUDED.reason, permission = EXCLUDED.permission, detail = EXCLUDED.detail, run_id = EXCLUDED.run_id`;
    }
    const hasGaps = gaps.map(({ parent }) => parent ?? null);
    const had = new Set(hadGaps);
    const has = new Set(hasGaps);
    return {
      gaps: [...hadGaps.filter((parent) => !has.has(parent)), ...hasGaps.filter((parent) => !had.has(parent))],
      useKnown:
        complete &&
        (before?.since?.getTime() !== reading.useKnownSince?.getTime() ||
          before?.until?.getTime() !== reading.useKnownUntil?.getTime()),
    };
  }
}
