import { sql, type Tx } from '../../platform/database/index.js';

export interface HistoryEntry {
  readonly at: string;
  readonly what: 'identity' | 'ownership' | 'use-case';
  readonly changes: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;
}

/** What of a row is history for a person: bookkeeping is not. */
const SHOWN: Record<HistoryEntry['what'], readonly string[]> = {
  identity: [
    'display_name',
    'status',
    'removed_at',
    'nature',
    'managed_by',
    'custody',
    'environment',
    'unit_id',
    'ai_use',
    'privilege',
    'outside_trust',
    'expected_use',
    'tags',
    'attributes',
  ],
  ownership: ['owner_id', 'team_id', 'sponsor_id', 'deputies', 'state', 'basis', 'rule_id'],
  'use-case': ['use_case_id', 'agent_id', 'removed_at'],
};

interface Version {
  readonly what: HistoryEntry['what'];
  readonly key: string;
  readonly at: string;
  readonly row: Record<string, unknown>;
}

/** Every change of an identity, of who answers for it and of what it is for, newest first. */
export async function identityHistory(
  tx: Tx,
  identityId: string,
  limit: number,
  before: string | null,
): Promise<HistoryEntry[]> {
  const versions = await tx.run<Version>(sql`
    SELECT 'identity' AS what, id::text AS key, iso(valid_from) AS at, row FROM identities_history WHERE id = ${identityId}
    UNION ALL SELECT 'identity', id::text, iso(valid_from), to_jsonb(i) FROM identities i WHERE id = ${identityId}
    UNION ALL SELECT 'ownership', h.id::text, iso(h.valid_from), h.row FROM ownerships_history h JOIN ownerships o ON o.id = h.id WHERE o.identity_id = ${identityId}
    UNION ALL SELECT 'ownership', o.id::text, iso(o.valid_from), to_jsonb(o) FROM ownerships o WHERE o.identity_id = ${identityId}
    UNION ALL SELECT 'use-case', h.id::text, iso(h.valid_from), h.row FROM use_case_links_history h JOIN use_case_links l ON l.id = h.id WHERE l.identity_id = ${identityId}
    UNION ALL SELECT 'use-case', l.id::text, iso(l.valid_from), to_jsonb(l) FROM use_case_links l WHERE l.identity_id = ${identityId}
    ORDER BY 3, 1, 2`);
  const previous = new Map<string, Record<string, unknown>>();
  const entries: HistoryEntry[] = [];
  for (const { what, key, at, row } of versions) {
    const was = previous.get(`${what} ${key}`);
    previous.set(`${what} ${key}`, row);
    const changes = Object.fromEntries(
      SHOWN[what]
        .filter((name) => JSON.stringify(was?.[name] ?? null) !== JSON.stringify(row[name] ?? null))
        .map((name) => [camel(name), { before: was?.[name] ?? null, after: row[name] ?? null }]),
    );
    if (Object.keys(changes).length > 0) entries.push({ at, what, changes });
  }
  return entries
    .reverse()
    .filter(({ at }) => before === null || at < before)
    .slice(0, limit);
}

const camel = (name: string): string =>
  name.replace(/_id$/, '').replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
