import type { LastUse, SourceRecord } from '../../connectors/sdk/index.js';
import { strikeOutSecrets } from '../../platform/crypto/index.js';
import { raw, type Tx } from '../../platform/database/index.js';
import type { MergeKind } from '../merge-kinds.js';

const TABLES: Partial<Record<MergeKind, { table: string; id: string }>> = {
  identities: { table: 'identity_usage', id: 'identity_id' },
  credentials: { table: 'credential_usage', id: 'credential_id' },
  grants: { table: 'grant_usage', id: 'grant_id' },
};

/** Last use of one record, whether or not the record itself changed. */
export interface UseItem {
  readonly record: Pick<SourceRecord, 'type' | 'id'> & { readonly consumers?: unknown };
  readonly use?: LastUse | undefined;
}

/**
 * Writes what is newly known of last use, and nothing where nothing is new. Returns the rows that moved: they are no
 * change of the inventory, but an outcome may turn on them.
 */
export async function writeUse(
  tx: Tx,
  sourceId: string,
  kind: MergeKind,
  items: readonly UseItem[],
): Promise<string[]> {
  const target = TABLES[kind];
  const used = items.filter((item): item is UseItem & { use: LastUse } => item.use !== undefined);
  if (!target || used.length === 0) return [];
  const rows = used.map(({ record, use }) => ({
    t: record.type,
    x: record.id,
    at: use.at,
    since: use.knownSince ?? null,
    until: use.knownUntil ?? null,
    p: use.precision,
    d: use.detail ?? {},
  }));
  const moved = await tx.sql<{ id: string }>`
    INSERT INTO ${raw(target.table)} AS u (${raw(target.id)}, last_used_at, known_since, known_until, precision, detail)
    SELECT r.id, s.at, s.since, s.until, s.p, s.d FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS s(t text, x text, at timestamptz, since timestamptz, until timestamptz, p text, d jsonb)
    JOIN ${raw(kind)} r ON r.source_id = ${sourceId} AND r.resource_type = s.t AND r.external_id = s.x
    ON CONFLICT (${raw(target.id)}) DO UPDATE SET last_used_at = EXCLUDED.last_used_at, known_since = EXCLUDED.known_since, known_until = EXCLUDED.known_until, precision = EXCLUDED.precision, detail = EXCLUDED.detail,
        uses_seen = u.uses_seen + CASE WHEN EXCLUDED.last_used_at > u.last_used_at THEN 1 ELSE 0 END,
        longest_gap = CASE WHEN EXCLUDED.last_used_at > u.last_used_at THEN greatest(u.longest_gap, EXCLUDED.last_used_at - u.last_used_at) ELSE u.longest_gap END
      WHERE (u.last_used_at, u.known_since, u.known_until, u.precision, u.detail) IS DISTINCT FROM (EXCLUDED.last_used_at, EXCLUDED.known_since, EXCLUDED.known_until, EXCLUDED.precision, EXCLUDED.detail)
    RETURNING ${raw(target.id)} AS id`;
  if (kind === 'credentials') await observeConsumers(tx, sourceId, rows);
  return moved.map(({ id }) => id);
}

/** Who was seen to use a credential, by what its last use tells: the service it was used for, the program that used it. */
async function observeConsumers(
  tx: Tx,
  sourceId: string,
  rows: readonly { t: string; x: string; at: string | null; d: Readonly<Record<string, unknown>> }[],
): Promise<void> {
  const text = (value: unknown): string | null =>
    typeof value === 'string' && value.trim() !== '' ? strikeOutSecrets(value.trim()).slice(0, 500) : null;
  const seen = rows.flatMap(({ t, x, at, d }) => {
    const [service, region, agent] = [text(d.service), text(d.region), text(d.userAgent)];
    return at === null
      ? []
      : [
          ...(service ? [{ t, x, s: at, k: 'service', l: region ? `${service} in ${region}` : service }] : []),
          ...(agent ? [{ t, x, s: at, k: 'user-agent', l: agent }] : []),
        ];
  });
  if (seen.length === 0) return;
  await tx.sql`INSERT INTO consumers AS c (credential_id, kind, locator, basis, first_seen_at, last_seen_at)
    SELECT DISTINCT ON (r.id, s.k, s.l) r.id, s.k, s.l, 'observed', s.s, s.s FROM jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) AS s(t text, x text, k text, l text, s timestamptz)
    JOIN credentials r ON r.source_id = ${sourceId} AND r.resource_type = s.t AND r.external_id = s.x ORDER BY r.id, s.k, s.l, s.s DESC
    ON CONFLICT (credential_id, kind, locator, basis) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at WHERE EXCLUDED.last_seen_at > coalesce(c.last_seen_at, '-infinity')`;
}

/** Who holds these credentials or grants: what is known of their use is known of the holder. */
export async function holdersOf(tx: Tx, kind: MergeKind, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0 || (kind !== 'credentials' && kind !== 'grants')) return [];
  return (await tx.sql<{ id: string }>`SELECT DISTINCT identity_id AS id FROM ${raw(kind)} WHERE id = ANY(${ids})`).map(
    ({ id }) => id,
  );
}

/** Where credentials are installed or used from, as far as the records tell. */
export async function writeConsumers(tx: Tx, sourceId: string, items: readonly UseItem[], at: Date): Promise<void> {
  const rows = items.flatMap(({ record }) =>
    ((record.consumers ?? []) as { kind: string; locator: string; basis: string; lastSeenAt?: string | null }[]).map(
      (consumer) => ({
        t: record.type,
        x: record.id,
        k: consumer.kind,
        l: consumer.locator,
        b: consumer.basis,
        s: consumer.lastSeenAt ?? null,
      }),
    ),
  );
  if (rows.length === 0) return;
  await tx.sql`INSERT INTO consumers AS c (credential_id, kind, locator, basis, first_seen_at, last_seen_at)
    SELECT r.id, s.k, s.l, s.b, ${at}, s.s FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS s(t text, x text, k text, l text, b text, s timestamptz)
    JOIN credentials r ON r.source_id = ${sourceId} AND r.resource_type = s.t AND r.external_id = s.x
    ON CONFLICT (credential_id, kind, locator, basis) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at WHERE EXCLUDED.last_seen_at > coalesce(c.last_seen_at, '-infinity')`;
}
