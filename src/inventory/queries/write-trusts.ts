import { v7 } from 'uuid';
import type { Tx } from '../../platform/database/index.js';

/** Replaces the trusts of identities whose record changed, and makes the collections they name. */
export async function writeTrustsAndCollections(
  tx: Tx,
  sourceId: string,
  identityIds: readonly string[],
  at: Date,
): Promise<void> {
  if (identityIds.length === 0) return;
  await tx.sql`DELETE FROM identity_trusts WHERE identity_id = ANY(${identityIds})`;
  await tx.sql`INSERT INTO identity_trusts (identity_id, principal, principal_kind, account_id, provider, conditions, narrowed, standing)
    SELECT i.id, t->>'principal', t->>'kind', t->>'account', t->>'provider', coalesce(t->'conditions', '{}'), coalesce((t->>'narrowed')::boolean, false), 'unknown'
    FROM identities i CROSS JOIN LATERAL jsonb_array_elements(coalesce(i.stated->'trusts', '[]')) AS t WHERE i.id = ANY(${identityIds})`;
  const named = await tx.sql<{ id: string; name: string; template: string; because: string }>`
    SELECT DISTINCT ON (stated->'collection'->>'id') stated->'collection'->>'id' AS id, stated->'collection'->>'name' AS name, stated->'collection'->>'template' AS template, stated->'collection'->>'because' AS because
    FROM identities WHERE id = ANY(${identityIds}) AND stated ? 'collection'`;
  for (const { id, name, template, because } of named) {
    await tx.sql`INSERT INTO collections (id, source_id, external_id, name, template, because, first_seen_at)
      VALUES (${v7({ msecs: at.getTime() })}, ${sourceId}, ${id}, ${name}, ${template}, ${because}, ${at}) ON CONFLICT (source_id, external_id) DO NOTHING`;
  }
  await tx.sql`UPDATE identities i SET collection_id = c.id FROM collections c
    WHERE i.id = ANY(${identityIds}) AND c.source_id = i.source_id AND c.external_id = i.stated->'collection'->>'id' AND i.collection_id IS DISTINCT FROM c.id AND NOT i.overrides ? 'collection'`;
}
