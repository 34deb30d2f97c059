import { everybody } from '../catalogue/index.js';
import { empty, type Sql, sql, type Tx } from '../platform/database/index.js';
import type { Campaign, CampaignStatus } from './campaign.js';

/** A campaign as the API shows it. */
export interface CampaignView {
  readonly id: string;
  readonly createdAt: string;
  readonly version: number;
  readonly [member: string]: unknown;
}

const COLUMNS = sql`id, name, kind, template, scope, reviewers, no_response AS "noResponse", settings, status, manager_id AS "managerId", seed, starts_at AS "startsAt", due_at AS "dueAt", due_days AS "dueDays", closes_at AS "closesAt",
  recurrence_days AS "recurrenceDays", launched_at AS "launchedAt", population_count AS "populationCount", version`;

const COUNTS = sql`LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE asks)::int AS items, count(*) FILTER (WHERE asks AND state = 'open')::int AS open, count(*) FILTER (WHERE asks AND state = 'decided')::int AS decided,
    count(*) FILTER (WHERE asks AND state = 'decided' AND verdict = 'keep')::int AS keep, count(*) FILTER (WHERE asks AND state = 'decided' AND verdict = 'reduce')::int AS reduce, count(*) FILTER (WHERE asks AND state = 'decided' AND verdict = 'rotate')::int AS rotate,
    count(*) FILTER (WHERE asks AND state = 'decided' AND verdict = 'revoke')::int AS revoke, count(*) FILTER (WHERE state = 'disabled')::int AS disabled, count(*) FILTER (WHERE state = 'escalated')::int AS escalated, count(*) FILTER (WHERE state = 'gone')::int AS gone,
    count(*) FILTER (WHERE mode = 'covered')::int AS covered, count(*) FILTER (WHERE mode = 'carried')::int AS carried, count(*) FILTER (WHERE mode = 'sample')::int AS sampled, count(*) FILTER (WHERE mode = 'outlier')::int AS outliers, count(*) FILTER (WHERE mode = 'collection')::int AS collections,
    count(*) FILTER (WHERE asks AND reviewer_id IS NULL)::int AS "unassigned"
  FROM (SELECT mode, state, verdict, reviewer_id, mode NOT IN ('covered', 'carried') AS asks FROM review_items r WHERE r.campaign_id = c.id AND r.state <> 'withdrawn') counted) counts ON true`;

const VIEW = sql`SELECT c.id, c.name, c.kind, c.template, c.scope, c.reviewers, c.no_response AS "noResponse", c.settings, c.status, CASE WHEN m.id IS NULL THEN NULL ELSE json_build_object('id', m.id, 'displayName', m.display_name) END AS manager,
    iso(c.starts_at) AS "startsAt", iso(c.due_at) AS "dueAt", c.due_days AS "dueInDays", iso(c.closes_at) AS "closesAt", CASE WHEN c.recurrence_days IS NULL THEN NULL ELSE 'P' || c.recurrence_days || 'D' END AS recurrence, c.cloned_from_id AS "clonedFrom",
    iso(c.launched_at) AS "launchedAt", c.launched_by AS "launchedBy", iso(c.closed_at) AS "closedAt", c.closed_by AS "closedBy", c.close_reason AS "closeReason",
    CASE WHEN c.population_hash IS NULL THEN NULL ELSE json_build_object('count', c.population_count, 'hash', c.population_hash, 'seed', c.seed) END AS population,
    coalesce(c.preflight, '[]'::jsonb) AS preflight, c.override, to_json(counts) AS counts, c.created_by AS "createdBy", iso(c.created_at) AS "createdAt", c.version
  FROM campaigns c LEFT JOIN (${everybody}) m ON m.id = c.manager_id ${COUNTS}`;

export class CampaignsRepository {
  constructor(private readonly tx: Tx) {}

  async view(id: string, visible: Sql): Promise<CampaignView | null> {
    const [row] = await this.tx.run<CampaignView>(sql`${VIEW} WHERE c.id = ${id} AND ${visible}`);
    return row ?? null;
  }

  page(
    filter: { status?: string | undefined; kind?: string | undefined },
    visible: Sql,
    limit: number,
    after: readonly unknown[] | null,
  ): Promise<CampaignView[]> {
    return this.tx
      .run<CampaignView>(sql`${VIEW} WHERE ${visible} ${filter.status === undefined ? empty : sql`AND c.status = ${filter.status}`} ${filter.kind === undefined ? empty : sql`AND c.kind = ${filter.kind}`}
      ${after === null ? empty : sql`AND (c.created_at, c.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`} ORDER BY c.created_at DESC, c.id DESC LIMIT ${limit}`);
  }

  async one(id: string): Promise<Campaign | null> {
    const [row] = await this.tx.run<Campaign>(sql`SELECT ${COLUMNS} FROM campaigns WHERE id = ${id}`);
    return row ?? null;
  }

  async forChange(id: string): Promise<Campaign | null> {
    const [row] = await this.tx.run<Campaign>(sql`SELECT ${COLUMNS} FROM campaigns WHERE id = ${id} FOR UPDATE`);
    return row ?? null;
  }

  /** Whether a campaign lies within what a caller's roles reach, as a predicate over the alias c says it. */
  async isWithin(id: string, reachable: Sql): Promise<boolean> {
    return (await this.tx.run(sql`SELECT 1 FROM campaigns c WHERE c.id = ${id} AND ${reachable}`)).length > 0;
  }

  /** Kept from closing while a decision about it is made. */
  async forDecision(id: string): Promise<Campaign | null> {
    const [row] = await this.tx.run<Campaign>(sql`SELECT ${COLUMNS} FROM campaigns WHERE id = ${id} FOR SHARE`);
    return row ?? null;
  }

  async insert(c: Campaign & { clonedFromId: string | null; createdBy: string; at: Date }): Promise<void> {
    await this.tx
      .sql`INSERT INTO campaigns (id, name, kind, template, cloned_from_id, scope, reviewers, no_response, settings, status, manager_id, seed, starts_at, due_at, due_days, recurrence_days, created_by, created_at)
      VALUES (${c.id}, ${c.name}, ${c.kind}, ${c.template}, ${c.clonedFromId}, ${JSON.stringify(c.scope)}, ${JSON.stringify(c.reviewers)}, ${JSON.stringify(c.noResponse)}, ${JSON.stringify(c.settings)}, 'draft', ${c.managerId}, ${c.seed}, ${c.startsAt}, ${c.dueAt}, ${c.dueDays}, ${c.recurrenceDays}, ${c.createdBy}, ${c.at})`;
  }

  async save(c: Campaign): Promise<void> {
    await this.tx
      .sql`UPDATE campaigns SET name = ${c.name}, scope = ${JSON.stringify(c.scope)}, reviewers = ${JSON.stringify(c.reviewers)}, no_response = ${JSON.stringify(c.noResponse)}, settings = ${JSON.stringify(c.settings)}, manager_id = ${c.managerId},
      starts_at = ${c.startsAt}, due_at = ${c.dueAt}, due_days = ${c.dueDays}, recurrence_days = ${c.recurrenceDays}, version = version + 1 WHERE id = ${c.id}`;
  }

  async launched(
    id: string,
    given: {
      status: CampaignStatus;
      by: string;
      at: Date;
      dueAt: Date;
      closesAt: Date;
      count: number;
      hash: string;
      preflight: unknown;
      override: unknown;
    },
  ): Promise<void> {
    await this.tx
      .sql`UPDATE campaigns SET status = ${given.status}, launched_at = ${given.at}, launched_by = ${given.by}, due_at = ${given.dueAt}, closes_at = ${given.closesAt}, population_count = ${given.count}, population_hash = ${given.hash},
      preflight = ${JSON.stringify(given.preflight)}, override = ${given.override === null ? null : JSON.stringify(given.override)}, version = version + 1 WHERE id = ${id}`;
  }

  async setStatus(id: string, status: CampaignStatus): Promise<void> {
    await this.tx.sql`UPDATE campaigns SET status = ${status}, version = version + 1 WHERE id = ${id}`;
  }

  async closed(id: string, status: CampaignStatus, by: string, reason: string | null, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE campaigns SET status = ${status}, closed_at = ${status === 'closed' ? at : null}, closed_by = coalesce(closed_by, ${by}), close_reason = coalesce(close_reason, ${reason}), version = version + 1 WHERE id = ${id}`;
  }

  async cancelled(id: string, by: string, reason: string, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE campaigns SET status = 'cancelled', closed_at = ${at}, closed_by = ${by}, close_reason = ${reason}, starts_at = NULL, version = version + 1 WHERE id = ${id}`;
  }

  /** Drafts whose time has come, and running campaigns whose time is over. */
  starting(now: Date, limit: number): Promise<{ id: string }[]> {
    return this.tx
      .sql`SELECT id FROM campaigns WHERE status = 'draft' AND starts_at <= ${now} ORDER BY starts_at LIMIT ${limit}`;
  }
  ending(now: Date, limit: number): Promise<{ id: string }[]> {
    return this.tx
      .sql`SELECT id FROM campaigns WHERE status = 'running' AND closes_at <= ${now} ORDER BY closes_at LIMIT ${limit}`;
  }
  atWork(status: CampaignStatus): Promise<{ id: string }[]> {
    return this.tx.sql`SELECT id FROM campaigns WHERE status = ${status} ORDER BY id`;
  }

  async putOff(id: string): Promise<void> {
    await this.tx.sql`UPDATE campaigns SET starts_at = NULL, version = version + 1 WHERE id = ${id}`;
  }
}
