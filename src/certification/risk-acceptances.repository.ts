import { everybody, headsOfUnits, peopleWhoAnswer } from '../catalogue/index.js';
import { empty, type Sql, sql, type Tx } from '../platform/database/index.js';

export interface RiskAcceptanceView {
  readonly id: string;
  readonly requestedAt: string;
  readonly version: number;
  readonly status: 'requested' | 'signed';
  readonly [member: string]: unknown;
}

const VIEW = sql`SELECT a.id, json_build_object('id', c.id, 'name', c.name) AS campaign, CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name) END AS person, a.items, a.items_hash AS "itemsHash", a.status, a.reason,
    iso(a.expires_at) AS "expiresAt", iso(a.requested_at) AS "requestedAt", iso(a.signed_at) AS "signedAt", CASE WHEN b.id IS NULL THEN NULL ELSE json_build_object('id', b.id, 'displayName', b.display_name) END AS "signedBy", a.version FROM risk_acceptances a JOIN campaigns c ON c.id = a.campaign_id LEFT JOIN (${everybody}) p ON p.id = a.person_id LEFT JOIN (${everybody}) b ON b.id = a.signed_by`;

/**
 * Who can sign each acceptance now: acceptance_id, person_id. Whoever was asked; when they have left, whoever heads their unit in
 * their place. Nobody, where there is none.
 */
export const whoAnswersForRisks = (
  now: Date,
): Sql => sql`SELECT x.id AS acceptance_id, coalesce(asked.id, instead.id) AS person_id FROM risk_acceptances x
  LEFT JOIN (${peopleWhoAnswer(now)}) asked ON asked.id = x.person_id LEFT JOIN (${everybody}) was ON was.id = x.person_id
  LEFT JOIN (${headsOfUnits}) h ON h.unit_id = was.unit_id LEFT JOIN (${peopleWhoAnswer(now)}) instead ON instead.id = h.head_id`;

export class RiskAcceptancesRepository {
  constructor(private readonly tx: Tx) {}

  page(
    person: string | null,
    campaign: string | undefined,
    limit: number,
    after: readonly unknown[] | null,
    now: Date,
  ): Promise<RiskAcceptanceView[]> {
    return this.tx
      .run<RiskAcceptanceView>(sql`${VIEW} WHERE true ${person === null ? empty : sql`AND (a.person_id = ${person}::uuid OR a.signed_by = ${person}::uuid OR a.id IN (SELECT w.acceptance_id FROM (${whoAnswersForRisks(now)}) w WHERE w.person_id = ${person}::uuid))`} ${campaign === undefined ? empty : sql`AND a.campaign_id = ${campaign}::uuid`}
      ${after === null ? empty : sql`AND (a.requested_at, a.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`} ORDER BY a.requested_at DESC, a.id DESC LIMIT ${limit}`);
  }

  async view(id: string): Promise<RiskAcceptanceView | null> {
    const [row] = await this.tx.run<RiskAcceptanceView>(sql`${VIEW} WHERE a.id = ${id}`);
    return row ?? null;
  }

  async forChange(
    id: string,
    person: string,
    now: Date,
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
    }>`SELECT id, campaign_id AS "campaignId", items, items_hash AS "itemsHash", status, version FROM risk_acceptances WHERE id = ${id} AND (person_id = ${person}::uuid OR id IN (SELECT w.acceptance_id FROM (${whoAnswersForRisks(now)}) w WHERE w.person_id = ${person}::uuid)) FOR UPDATE`;
    return row ?? null;
  }

  async sign(id: string, by: string, reason: string, expiresAt: Date, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE risk_acceptances SET status = 'signed', signed_by = ${by}::uuid, reason = ${reason}, expires_at = ${expiresAt}, signed_at = ${at}, version = version + 1 WHERE id = ${id}`;
  }
}
