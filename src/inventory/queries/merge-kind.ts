import type { LastUse, ResourceType, SourceRecord } from '../../connectors/sdk/index.js';
import { canonicalJson, keyedHash } from '../../platform/crypto/index.js';
import { copyLine, raw, type Tx } from '../../platform/database/index.js';
import { KIND_SPECS, type MergeKind } from '../merge-kinds.js';
import { writeTrustsAndCollections } from './write-trusts.js';
import { writeConsumers, writeUse } from './write-use.js';

/** What is the same for a whole run. */
export interface MergeRun {
  readonly runId: string;
  readonly sourceId: string;
  readonly hashKey: string;
  readonly types: ReadonlyMap<string, ResourceType>;
}

/** One record that is new to us, or may have changed. */
export interface MergeItem {
  readonly scopeId: string;
  readonly record: SourceRecord;
  readonly use?: LastUse | undefined;
  readonly partial: boolean;
  /** Hash of what the source sent, under which the record is found unchanged next time. */
  readonly rawHash: string;
  /** Where it stands in a file, for messages. */
  readonly line: number | null;
}

export interface ChangedRow {
  readonly id: string;
  readonly contentHash: string;
}

/** What one kind of row went through. */
export interface KindMerge {
  readonly created: readonly ChangedRow[];
  readonly updated: readonly ChangedRow[];
  /** Hashes under which the rows were known before: they were seen, so the sweep leaves them alone. */
  readonly visited: readonly string[];
  /** Rows whose last use moved. */
  readonly moved: readonly string[];
  /** Records that point at something this source does not have. */
  readonly unresolved: readonly { readonly item: MergeItem; readonly missing: string }[];
}

/** Merges records of one kind: stages them by COPY, and writes only what is new or different. */
export async function mergeKind(
  tx: Tx,
  run: MergeRun,
  kind: MergeKind,
  items: readonly MergeItem[],
  at: Date,
): Promise<KindMerge> {
  const spec = KIND_SPECS[kind];
  const staged = `staged_${kind}`;
  const refColumns = spec.references.flatMap(({ column }) => [`${column}_type`, `${column}_ext`]);
  const names = spec.columns.map(({ name }) => name);
  await tx.run(
    rawSql(
      `CREATE TEMP TABLE ${staged} (ord integer, scope_id uuid, resource_type text, external_id text, raw_hash uuid, content_hash uuid, partial boolean${[...spec.columns.map(({ name, type }) => `, ${name} ${type}`), ...refColumns.map((name) => `, ${name} text`)].join('')}) ON COMMIT DROP`,
    ),
  );
  await tx.copyIn(
    staged,
    ['ord', 'scope_id', 'resource_type', 'external_id', 'raw_hash', 'content_hash', 'partial', ...names, ...refColumns],
    lines(items, run, spec),
  );
  // Left joins only: a reference that finds nothing must show, not make its row vanish.
  await tx.run(
    rawSql(`CREATE TEMP TABLE merged_${kind} ON COMMIT DROP AS
      SELECT s.*, t.id AS existing_id, t.raw_hash AS old_raw, t.content_hash AS old_content, t.removed_at AS was_removed${spec.references.map(({ column }) => `, ${column}_row.id AS ${column}`).join('')}
      FROM ${staged} s LEFT JOIN ${kind} t ON t.source_id = '${run.sourceId}' AND t.resource_type = s.resource_type AND t.external_id = s.external_id
      ${spec.references.map(({ column, table }) => `LEFT JOIN ${table} ${column}_row ON ${column}_row.source_id = '${run.sourceId}' AND ${column}_row.resource_type = s.${column}_type AND ${column}_row.external_id = s.${column}_ext`).join('\n')}`),
  );
  const missing = spec.references.map(
    ({ column, required }) => `(${required ? 'true' : `${column}_ext IS NOT NULL`} AND ${column} IS NULL)`,
  );
  const dangling =
    missing.length === 0
      ? []
      : await tx.run<{ ord: number; what: string }>(
          rawSql(
            `SELECT ord, CASE ${spec.references.map(({ column }, i) => `WHEN ${missing[i]!} THEN '${column}'`).join(' ')} END AS what FROM merged_${kind} WHERE ${missing.join(' OR ')}`,
          ),
        );
  if (dangling.length > 0) await tx.run(rawSql(`DELETE FROM merged_${kind} WHERE ${missing.join(' OR ')}`));

  const links = spec.references.map(({ column }) => column);
  const initial = Object.entries(spec.initially);
  const created =
    await tx.sql<ChangedRow>`INSERT INTO ${raw(kind)} (source_id, scope_id, resource_type, external_id, ${raw([...names, ...links, ...initial.map(([name]) => name)].map((name) => `${name}, `).join(''))} first_seen_at, raw_hash, content_hash, run_id, valid_from)
    SELECT ${run.sourceId}, scope_id, resource_type, external_id, ${raw([...names, ...links, ...initial.map(([, value]) => value)].map((value) => `${value}, `).join(''))} ${at}::timestamptz, raw_hash, content_hash, ${run.runId}, ${at}::timestamptz
    FROM ${raw(`merged_${kind}`)} WHERE existing_id IS NULL RETURNING id, content_hash AS "contentHash"`;
  const updated =
    await tx.sql<ChangedRow>`UPDATE ${raw(kind)} t SET scope_id = m.scope_id, ${raw([...names, ...links].map((name) => `${name} = m.${name}, `).join(''))}
      removed_at = NULL, raw_hash = m.raw_hash, content_hash = m.content_hash, run_id = ${run.runId}, valid_from = ${at}, version = t.version + 1
    FROM ${raw(`merged_${kind}`)} m WHERE m.existing_id = t.id AND ((NOT m.partial AND m.content_hash <> m.old_content) OR m.was_removed IS NOT NULL)
    RETURNING t.id, t.content_hash AS "contentHash"`;
  // Sent differently, but says the same: remembered under its new hash, and nothing else is written.
  await tx.run(
    rawSql(
      `UPDATE ${kind} t SET raw_hash = m.raw_hash FROM merged_${kind} m WHERE m.existing_id = t.id AND NOT m.partial AND m.content_hash = m.old_content AND m.was_removed IS NULL AND m.raw_hash <> m.old_raw`,
    ),
  );
  const visited = (
    await tx.run<{ hash: string }>(rawSql(`SELECT old_raw AS hash FROM merged_${kind} WHERE old_raw IS NOT NULL`))
  ).map(({ hash }) => hash);

  await touch(
    tx,
    kind,
    run.sourceId,
    [...created, ...updated].map(({ id }) => id),
  );
  if (kind === 'identities')
    await writeTrustsAndCollections(
      tx,
      run.sourceId,
      [...created, ...updated].map(({ id }) => id),
      at,
    );
  const moved = await writeUse(tx, run.sourceId, kind, items);
  if (kind === 'credentials') await writeConsumers(tx, run.sourceId, items, at);
  return {
    created,
    updated,
    visited,
    moved,
    unresolved: dangling.map(({ ord, what }) => ({ item: items[ord]!, missing: what })),
  };
}

/** Names of tables and columns only; every value from outside is bound or copied. `sourceId` is one of our own ids. */
const rawSql = (text: string) => raw(text);

async function* lines(
  items: readonly MergeItem[],
  run: MergeRun,
  spec: (typeof KIND_SPECS)[MergeKind],
): AsyncGenerator<string> {
  let text = '';
  for (const [ord, { scopeId, record, rawHash, partial }] of items.entries()) {
    const type = run.types.get(record.type)!;
    const refs = spec.references.flatMap(({ ref }) => {
      const target = ref(record);
      return [target?.type ?? null, target?.id ?? null];
    });
    text += copyLine([
      ord,
      scopeId,
      record.type,
      record.id,
      rawHash,
      keyedHash(run.hashKey, canonicalJson(record)),
      partial,
      ...spec.columns.map(({ value }) => value(record, type)),
      ...refs,
    ]);
    if (text.length > 262_144) {
      yield text;
      text = '';
    }
  }
  if (text) yield text;
}

/** Whoever changed, or hangs on what changed, is judged anew when the run ends. */
async function touch(tx: Tx, kind: MergeKind, sourceId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const identities = {
    identities: 'SELECT unnest($1::uuid[])',
    credentials: 'SELECT identity_id FROM credentials WHERE id = ANY($1)',
    grants: 'SELECT identity_id FROM grants WHERE id = ANY($1)',
    entitlements: 'SELECT identity_id FROM grants WHERE entitlement_id = ANY($1) AND removed_at IS NULL',
    resources: null,
  }[kind];
  if (identities === null) return;
  await tx.query(
    `INSERT INTO touched_identities (identity_id, source_id) SELECT DISTINCT found, $2::uuid FROM (${identities}) AS t(found) ON CONFLICT DO NOTHING`,
    [ids, sourceId],
  );
}
