import type { KnownAccount, Scope } from '../connectors/sdk/index.js';
import type { Tx } from '../platform/database/index.js';

export class ScopesRepository {
  constructor(private readonly tx: Tx) {}

  /** Scopes of the source beside those named. */
  async others(sourceId: string, named: readonly string[]): Promise<Scope[]> {
    const rows = await this.tx.sql<{
      id: string;
      name: string;
      kind: string;
      environment: string | null;
      unit: string | null;
    }>`SELECT s.external_id AS id, s.name, s.kind, s.environment, u.name AS unit
      FROM scopes s LEFT JOIN units u ON u.id = s.unit_id WHERE s.source_id = ${sourceId} AND NOT (s.external_id = ANY(${named}))`;
    return rows.map(({ environment, unit, ...row }) => ({
      ...row,
      ...(environment === null ? {} : { environment }),
      ...(unit === null ? {} : { unit }),
    }));
  }

  /** Makes or refreshes a scope and returns its id. Where its environment or unit moved, its identities are judged anew. */
  async note(sourceId: string, scope: Scope, newId: string, at: Date): Promise<string> {
    const { tx } = this;
    const state = scope.unreadable ? 'unreadable' : 'readable';
    const [unit] =
      scope.unit === undefined ? [] : await tx.sql<{ id: string }>`SELECT id FROM units WHERE name = ${scope.unit}`;
    const [before] = await tx.sql<{
      id: string;
      environment: string | null;
      unitId: string | null;
      state: string;
      name: string;
    }>`
      SELECT id, environment, unit_id AS "unitId", state, name FROM scopes WHERE source_id = ${sourceId} AND external_id = ${scope.id} FOR UPDATE`;
    if (!before) {
      await tx.sql`INSERT INTO scopes (id, source_id, external_id, name, kind, unit_id, environment, state, first_seen_at)
        VALUES (${newId}, ${sourceId}, ${scope.id}, ${scope.name}, ${scope.kind}, ${unit?.id ?? null}, ${scope.environment ?? null}, ${state}, ${at})`;
      if (scope.environment !== undefined) await this.touchTrusting(sourceId, scope.id);
      return newId;
    }
    const [environment, unitId] = [scope.environment ?? null, unit?.id ?? null];
    if (before.environment !== environment || before.unitId !== unitId) {
      await tx.sql`INSERT INTO touched_identities (identity_id, source_id) SELECT id, source_id FROM identities WHERE scope_id = ${before.id} AND removed_at IS NULL ON CONFLICT DO NOTHING`;
      if (before.environment !== environment) await this.touchTrusting(sourceId, scope.id);
    } else if (before.state === state && before.name === scope.name) return before.id;
    await tx.sql`UPDATE scopes SET name = ${scope.name}, kind = ${scope.kind}, environment = ${environment}, unit_id = ${unitId}, state = ${state} WHERE id = ${before.id}`;
    return before.id;
  }

  /** Who trusts an account is judged by the environment it belongs to. */
  private async touchTrusting(sourceId: string, accountId: string): Promise<void> {
    await this.tx.sql`INSERT INTO touched_identities (identity_id, source_id)
      SELECT DISTINCT i.id, ${sourceId}::uuid FROM identity_trusts t JOIN identities i ON i.id = t.identity_id WHERE t.account_id = ${accountId} AND i.removed_at IS NULL ON CONFLICT DO NOTHING`;
  }

  /** Replaces what this source knows of accounts. Who trusted one whose standing changed is judged anew. */
  async noteAccounts(sourceId: string, accounts: readonly KnownAccount[]): Promise<void> {
    const { tx } = this;
    const rows = accounts.map(({ provider, id, name, relation, basis }) => ({
      provider,
      account_id: id,
      name,
      relation,
      basis,
    }));
    const changed = await tx.sql<{ provider: string; accountId: string }>`
      WITH wanted AS (SELECT DISTINCT ON (provider, account_id) * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(provider text, account_id text, name text, relation text, basis text) ORDER BY provider, account_id, relation),
      gone AS (DELETE FROM known_accounts k WHERE k.source_id = ${sourceId} AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.provider = k.provider AND w.account_id = k.account_id) RETURNING k.provider, k.account_id),
      made AS (INSERT INTO known_accounts AS k (provider, account_id, name, relation, basis, source_id) SELECT provider, account_id, name, relation, basis, ${sourceId} FROM wanted
        ON CONFLICT (provider, account_id, source_id) DO UPDATE SET name = EXCLUDED.name, relation = EXCLUDED.relation, basis = EXCLUDED.basis
          WHERE (k.name, k.relation, k.basis) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.relation, EXCLUDED.basis)
        RETURNING k.provider, k.account_id)
      SELECT provider, account_id AS "accountId" FROM gone UNION SELECT provider, account_id FROM made`;
    if (changed.length === 0) return;
    await tx.sql`INSERT INTO touched_identities (identity_id, source_id)
      SELECT DISTINCT i.id, ${sourceId}::uuid FROM identity_trusts t JOIN identities i ON i.id = t.identity_id
      WHERE (t.provider, t.account_id) IN (SELECT * FROM unnest(${changed.map(({ provider }) => provider)}::text[], ${changed.map(({ accountId }) => accountId)}::text[])) AND i.removed_at IS NULL ON CONFLICT DO NOTHING`;
  }
}
