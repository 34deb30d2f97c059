import { raw, type Tx } from '../platform/database/index.js';
import type { DecidingPolicy, Mode } from './engine/decisions.js';
import type { Selector } from '../subjects/index.js';

export interface PolicyCheck {
  readonly id: string;
  readonly enabled: boolean;
  readonly severity?: 'low' | 'medium' | 'high' | 'critical' | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

export interface PolicyRow {
  readonly id: string;
  readonly name: string;
  readonly order: number;
  readonly isDefault: boolean;
  readonly selector: Selector;
  readonly mode: Mode;
  readonly checks: readonly PolicyCheck[];
  readonly changedBy: string;
  readonly reason: string | null;
  readonly validFrom: string;
  readonly version: number;
}

const COLUMNS = raw(
  `id, name, position AS "order", is_default AS "isDefault", selector, mode, checks, changed_by AS "changedBy", reason, iso(valid_from) AS "validFrom", version`,
);

export class PoliciesRepository {
  constructor(private readonly tx: Tx) {}

  /** In the order in which they decide. */
  all(): Promise<PolicyRow[]> {
    return this.tx
      .sql<PolicyRow>`SELECT ${COLUMNS} FROM policies WHERE removed_at IS NULL ORDER BY is_default, position`;
  }
  async deciding(): Promise<DecidingPolicy[]> {
    return (await this.all()).map(({ id, selector, mode, checks }) => ({ id, selector, mode, checks }));
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
  async insert(policy: {
    id: string;
    name: string;
    order: number;
    isDefault: boolean;
    selector: Selector;
    mode: Mode;
    checks: readonly PolicyCheck[];
    by: string;
    reason: string | null;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`INSERT INTO policies (id, name, position, is_default, selector, mode, checks, changed_by, reason, valid_from)
      VALUES (${policy.id}, ${policy.name}, ${policy.order}, ${policy.isDefault}, ${JSON.stringify(policy.selector)}, ${policy.mode}, ${JSON.stringify(policy.checks)}, ${policy.by}, ${policy.reason}, ${policy.at})`;
  }
  async save(policy: {
    id: string;
    name: string;
    order: number;
    selector: Selector;
    mode: Mode;
    checks: readonly PolicyCheck[];
    by: string;
    reason: string | null;
    at: Date;
  }): Promise<void> {
    await this.tx
      .sql`UPDATE policies SET name = ${policy.name}, position = ${policy.order}, selector = ${JSON.stringify(policy.selector)}, mode = ${policy.mode}, checks = ${JSON.stringify(policy.checks)}, changed_by = ${policy.by},
      reason = ${policy.reason}, valid_from = ${policy.at}, version = version + 1 WHERE id = ${policy.id}`;
  }
  async remove(id: string, by: string, reason: string | null, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE policies SET removed_at = ${at}, changed_by = ${by}, reason = ${reason}, valid_from = ${at}, name = name || ' (removed ' || iso(${at}) || ')', version = version + 1 WHERE id = ${id}`;
  }
  /** Makes room at a position: what stands there and after it moves on by one. */
  async makeRoomAt(order: number): Promise<void> {
    await this.tx
      .sql`UPDATE policies SET position = -position - 1 WHERE NOT is_default AND removed_at IS NULL AND position >= ${order}`;
    await this.tx.sql`UPDATE policies SET position = -position WHERE position < 0`;
  }
}
