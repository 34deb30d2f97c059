import { everybody } from '../catalogue/index.js';
import { empty, sql, type Tx } from '../platform/database/index.js';

export interface RiskAcceptanceView {
  readonly id: string;
  readonly requestedAt: string;
  readonly version: number;
  readonly status: 'requested' | 'signed';
  readonly [member: string]: unknown;
}

const VIEW = sql`SELECT a.id, json_build_object('id', c.id, 'name', c.name) AS campaign, CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name) END AS person, a.items, a.items_hash AS "itemsHash", a.status, a.reason,
    iso(a.expires_at) AS "expiresAt", iso(a.requested_at) AS "requestedAt", iso(a.signed_at) AS "signedAt", a.version FROM risk_acceptances a JOIN campaigns c ON c.id = a.campaign_id LEFT JOIN (${everybody}) p ON p.id = a.person_id`;

export class RiskAcceptancesRepository {
  constructor(private readonly tx: Tx) {}

  page(
    person: string | null,
    campaign: string | undefined,
    limit: number,
    after: readonly unknown[] | null,
  ): Promise<RiskAcceptanceView[]> {
    return this.tx
      .run<RiskAcceptanceView>(sql`${VIEW} WHERE true ${person === null ? empty : sql`AND a.person_id = ${person}::uuid`} ${campaign === undefined ? empty : sql`AND a.campaign_id = ${campaign}::uuid`}
      ${after === null ? empty : sql`AND (a.requested_at, a.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`} ORDER BY a.requested_at DESC, a.id DESC LIMIT ${limit}`);
  }

  async view(id: string): Promise<RiskAcceptanceView | null> {
    const [row] = await this.tx.run<RiskAcceptanceView>(sql`${VIEW} WHERE a.id = ${id}`);
    return row ?? null;
  }

  async forChange(
    id: string,
    person: string,
  ): Promise<{
    id: string;
    campaignId: string;
    items: number;
    itemsHash: string;
    status: string;
    version: number;
  } | null> {
    const [row] = await this.tx.sql<{
      id: string;
      campaignId: string;
      items: number;
      itemsHash: string;
      status: string;
      version: number;
    }>`SELECT id, campaign_id AS "campaignId", items, items_hash AS "itemsHash", status, version FROM risk_acceptances WHERE id = ${id} AND person_id = ${person}::uuid FOR UPDATE`;
    return row ?? null;
  }

  async sign(id: string, reason: string, expiresAt: Date, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE risk_acceptances SET status = 'signed', reason = ${reason}, expires_at = ${expiresAt}, signed_at = ${at}, version = version + 1 WHERE id = ${id}`;
  }
}
