import type { Sql, Tx } from '../platform/database/index.js';

/** What a write needs to know of an identity. Reads for people are in catalogue. */
export interface IdentityForChange {
  readonly id: string;
  readonly version: number;
  readonly runId: string;
  readonly displayName: string;
  readonly removedAt: Date | null;
  readonly overrides: Readonly<Record<string, unknown>>;
}

export class IdentitiesRepository {
  constructor(private readonly tx: Tx) {}

  async forChange(id: string): Promise<IdentityForChange | null> {
    const [row] = await this.tx
      .sql<IdentityForChange>`SELECT id, version, run_id AS "runId", display_name AS "displayName", removed_at AS "removedAt", overrides FROM identities WHERE id = ${id} FOR UPDATE`;
    return row ?? null;
  }

  /** The row moves on in history here; judging it afterwards is part of the same instant. */
  async override(
    id: string,
    set: Readonly<Record<string, unknown>>,
    cleared: readonly string[],
    at: Date,
  ): Promise<void> {
    await this.tx
      .sql`UPDATE identities SET overrides = (overrides || ${JSON.stringify(set)}::jsonb) - ${cleared}::text[], valid_from = ${at}, version = version + 1 WHERE id = ${id}`;
  }

  /** Whether a collection belongs to the same source as an identity. */
  async collectionBeside(id: string, collectionId: string): Promise<boolean> {
    return (
      (
        await this.tx
          .sql`SELECT 1 FROM identities i JOIN collections c ON c.source_id = i.source_id WHERE i.id = ${id} AND c.id = ${collectionId}`
      ).length > 0
    );
  }

  /** When an identity was last used by anything it holds, and what it is expected to be used for. */
  async lastUse(id: string): Promise<{ pattern: string | null; lastUsedAt: Date | null }> {
    const [row] = await this.tx.sql<{ pattern: string | null; lastUsedAt: Date | null }>`
      SELECT i.expected_use->>'pattern' AS pattern, greatest(u.last_used_at, (SELECT max(cu.last_used_at) FROM credentials c JOIN credential_usage cu ON cu.credential_id = c.id WHERE c.identity_id = i.id AND c.removed_at IS NULL)) AS "lastUsedAt"
      FROM identities i LEFT JOIN identity_usage u ON u.identity_id = i.id WHERE i.id = ${id}`;
    return row!;
  }

  async unitExists(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM units WHERE id = ${id}`).length > 0;
  }

  /** Takes identities that a run touched off the list; they are judged in the same transaction, or stay on it. */
  async takeTouched(sourceId: string, limit: number): Promise<string[]> {
    const rows = await this.tx.sql<{ id: string }>`DELETE FROM touched_identities WHERE identity_id IN (
      SELECT identity_id FROM touched_identities WHERE source_id = ${sourceId} LIMIT ${limit} FOR UPDATE SKIP LOCKED) RETURNING identity_id AS id`;
    return rows.map(({ id }) => id);
  }

  /** `visible` is a predicate over the alias `i`. */
  async isVisible(id: string, visible: Sql): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM identities i WHERE i.id = ${id} AND ${visible}`).length > 0;
  }

  /** Ids that exist and live, out of those given. */
  async live(ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT id FROM identities WHERE id = ANY(${ids}) AND removed_at IS NULL`;
    return new Set(rows.map(({ id }) => id));
  }
}
