import { raw, type Tx } from '../platform/database/index.js';
import type { DecidingPolicy, Mode } from './engine/decisions.js';
import type { Selector } from '../subjects/index.js';
import type { PolicySettings } from './policy-settings.js';

export interface PolicyCheck {
  readonly id: string;
  readonly enabled: boolean;
  readonly severity?: 'low' | 'medium' | 'high' | 'critical' | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** What is asked of remediation where the check fails, in a policy that enforces. */
  readonly action?: PolicyAction | undefined;
  /** What may not happen to its subject while the check does not hold, in a policy that enforces. */
  readonly blocks?: PolicyBlock[] | undefined;
}
export type PolicyBlock = 'approval';
export type PolicyAction = 'disable' | 'rotate' | 'revoke-grant' | 'delete';

/** What a policy says, without who said it. */
export interface PolicyContent {
  readonly name: string;
  readonly order: number;
  readonly selector: Selector;
  readonly mode: Mode;
  readonly checks: readonly PolicyCheck[];
  readonly settings: PolicySettings;
}

export interface PolicyRow extends PolicyContent, DecidingPolicy {
  readonly id: string;
  readonly selector: Selector;
  readonly mode: Mode;
  readonly checks: readonly PolicyCheck[];
  readonly isDefault: boolean;
  readonly changedBy: string;
  readonly reason: string | null;
  readonly validFrom: string;
  readonly version: number;
}

export interface PolicyVersionRow extends PolicyContent {
  readonly version: number;
  readonly removed: boolean;
  readonly changedBy: string;
  readonly reason: string | null;
  readonly at: string;
}

/** Who changed a policy, why and when. */
export interface Change {
  readonly by: string;
  readonly reason: string | null;
  readonly at: Date;
}

const COLUMNS = raw(
  `id, name, position AS "order", is_default AS "isDefault", selector, mode, checks, settings, changed_by AS "changedBy", reason, iso(valid_from) AS "validFrom", version`,
);

export class PoliciesRepository {
  constructor(private readonly tx: Tx) {}

  /** In the order in which they decide. */
  all(): Promise<PolicyRow[]> {
    return this.tx
      .sql<PolicyRow>`SELECT ${COLUMNS} FROM policies WHERE removed_at IS NULL ORDER BY is_default, position`;
  }
  /** The same as it was at an instant. */
  asOf(at: string): Promise<PolicyRow[]> {
    return this.tx
      .sql<PolicyRow>`SELECT ${COLUMNS} FROM policies_as_of(${at}::timestamptz) WHERE removed_at IS NULL ORDER BY is_default, position`;
  }
  /** By id, those that were removed among them: findings still name the policy that decided on them. */
  async byIds(ids: readonly string[]): Promise<ReadonlyMap<string, PolicyRow>> {
    const rows = await this.tx.sql<PolicyRow>`SELECT ${COLUMNS} FROM policies WHERE id = ANY(${ids}::uuid[])`;
    return new Map(rows.map((row) => [row.id, row]));
  }
  async one(id: string): Promise<PolicyRow | null> {
    return (
      (await this.tx.sql<PolicyRow>`SELECT ${COLUMNS} FROM policies WHERE id = ${id} AND removed_at IS NULL`)[0] ?? null
    );
  }
  async forChange(id: string): Promise<PolicyRow | null> {
    return (
      (
        await this.tx.sql<PolicyRow>`SELECT ${COLUMNS} FROM policies WHERE id = ${id} AND removed_at IS NULL FOR UPDATE`
      )[0] ?? null
    );
  }
  async lock(): Promise<void> {
    await this.tx.sql`LOCK TABLE policies IN SHARE ROW EXCLUSIVE MODE`;
  }
  /** Rises with every change of any policy: the version of all of them together. */
  async setVersion(): Promise<number> {
    const [row] = await this.tx.sql<{ version: number }>`SELECT sum(version)::int AS version FROM policies`;
    return row!.version;
  }
  async insert(policy: PolicyContent & { id: string; isDefault: boolean }, change: Change): Promise<void> {
    await this.tx
      .sql`INSERT INTO policies (id, name, position, is_default, selector, mode, checks, settings, changed_by, reason, valid_from)
      VALUES (${policy.id}, ${policy.name}, ${policy.order}, ${policy.isDefault}, ${JSON.stringify(policy.selector)}, ${policy.mode}, ${JSON.stringify(policy.checks)}, ${JSON.stringify(policy.settings)}, ${change.by}, ${change.reason}, ${change.at})`;
    await this.keepVersion(policy.id);
  }
  async save(policy: PolicyContent & { id: string }, change: Change): Promise<void> {
    await this.tx
      .sql`UPDATE policies SET name = ${policy.name}, position = ${policy.order}, selector = ${JSON.stringify(policy.selector)}, mode = ${policy.mode}, checks = ${JSON.stringify(policy.checks)}, settings = ${JSON.stringify(policy.settings)},
      changed_by = ${change.by}, reason = ${change.reason}, valid_from = ${change.at}, version = version + 1 WHERE id = ${policy.id}`;
    await this.keepVersion(policy.id);
  }
  async remove(id: string, change: Change): Promise<void> {
    await this.tx
      .sql`UPDATE policies SET removed_at = ${change.at}, changed_by = ${change.by}, reason = ${change.reason}, valid_from = ${change.at}, name = name || ' (removed ' || iso(${change.at}) || ' ' || left(id::text, 13) || ')', version = version + 1 WHERE id = ${id}`;
    await this.keepVersion(id);
  }
  /** Makes room at a position: what stands there and after it moves on by one. */
  async makeRoomAt(order: number): Promise<void> {
    await this.tx
      .sql`UPDATE policies SET position = -position - 1 WHERE NOT is_default AND removed_at IS NULL AND position >= ${order}`;
    await this.tx.sql`UPDATE policies SET position = -position WHERE position < 0`;
  }
  /** Takes policies out of the order, to be put back one by one at their new places. */
  async liftOut(ids: readonly string[]): Promise<void> {
    await this.tx.sql`UPDATE policies SET position = -position WHERE id = ANY(${ids}::uuid[]) AND position > 0`;
  }

  /** The newest first. */
  versions(id: string, limit: number, below: number | null): Promise<PolicyVersionRow[]> {
    return this.tx
      .sql<PolicyVersionRow>`SELECT version, name, position AS "order", selector, mode, checks, settings, removed, changed_by AS "changedBy", reason, iso(at) AS at FROM policy_versions
      WHERE policy_id = ${id} AND version < ${below ?? 2_147_483_647} ORDER BY version DESC LIMIT ${limit}`;
  }
  async everWas(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM policies WHERE id = ${id}`).length > 0;
  }

  private async keepVersion(id: string): Promise<void> {
    await this.tx
      .sql`INSERT INTO policy_versions SELECT id, version, name, position, selector, mode, checks, settings, removed_at IS NOT NULL, changed_by, reason, valid_from FROM policies WHERE id = ${id}`;
  }
}
