import { everybody, membersOfTeams } from '../catalogue/index.js';
import { empty, sql, type Tx } from '../platform/database/index.js';
import type { ReminderStep } from './reminder-steps.js';

/** What one person owes to one campaign. */
export interface Owed {
  readonly personId: string;
  readonly campaignId: string;
  readonly campaign: string;
  readonly dueAt: string;
  readonly items: number;
  readonly grave: number;
  readonly managerId: string | null;
}

export class RemindersRepository {
  constructor(private readonly tx: Tx) {}

  async plan(campaignId: string, steps: readonly ReminderStep[]): Promise<void> {
    await this.tx
      .sql`INSERT INTO campaign_reminders (campaign_id, step, due_at) SELECT ${campaignId}::uuid, s.step, s.due_at
      FROM unnest(${steps.map(({ step }) => step)}::text[], ${steps.map(({ dueAt }) => dueAt)}::timestamptz[]) AS s(step, due_at) ON CONFLICT DO NOTHING`;
  }

  /** The steps that are due in running campaigns. Of several missed ones of a campaign the last counts; all are taken. */
  due(now: Date): Promise<{ campaignId: string; step: string }[]> {
    return this.tx
      .sql`SELECT r.campaign_id AS "campaignId", r.step FROM campaign_reminders r JOIN campaigns c ON c.id = r.campaign_id WHERE r.sent_at IS NULL AND r.due_at <= ${now} AND c.status = 'running' ORDER BY r.due_at, r.step FOR UPDATE OF r SKIP LOCKED`;
  }

  async sent(steps: readonly { campaignId: string; step: string }[], told: number, at: Date): Promise<void> {
    await this.tx
      .sql`UPDATE campaign_reminders r SET sent_at = ${at}, told = ${told} FROM unnest(${steps.map(({ campaignId }) => campaignId)}::uuid[], ${steps.map(({ step }) => step)}::text[]) AS s(campaign_id, step) WHERE r.campaign_id = s.campaign_id AND r.step = s.step`;
  }

  /** Who owes something to these campaigns, and how much; what a team owes, every member owes. */
  owed(campaigns: readonly string[], person: string | null = null): Promise<Owed[]> {
    return this.tx
      .sql`SELECT o.person_id AS "personId", o.campaign_id AS "campaignId", c.name AS campaign, iso(c.due_at) AS "dueAt", o.items, o.grave, p.manager_id AS "managerId" FROM (
        SELECT coalesce(m.person_id, open.reviewer_id) AS person_id, open.campaign_id, sum(open.n)::int AS items, sum(open.grave)::int AS grave
        FROM (SELECT campaign_id, reviewer_id, count(*) AS n, count(*) FILTER (WHERE rank <= 1) AS grave FROM review_items WHERE campaign_id = ANY(${campaigns}::uuid[]) AND state = 'open' AND reviewer_id IS NOT NULL GROUP BY 1, 2) open
        LEFT JOIN (${membersOfTeams}) m ON m.team_id = open.reviewer_id GROUP BY 1, 2) o
      JOIN campaigns c ON c.id = o.campaign_id JOIN (${everybody}) p ON p.id = o.person_id ${person === null ? empty : sql`WHERE o.person_id = ${person}`} ORDER BY 1, 2`;
  }

  /** Remembers whom somebody had reminded by hand. */
  async called(campaignId: string, people: readonly string[], at: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO campaign_calls (campaign_id, person_id, called_at) SELECT ${campaignId}::uuid, p.id, ${at} FROM unnest(${people}::uuid[]) AS p(id)
      ON CONFLICT (campaign_id, person_id) DO UPDATE SET called_at = EXCLUDED.called_at`;
  }

  /** The running campaigns in which somebody has something open. */
  running(): Promise<{ id: string; managerId: string | null }[]> {
    return this.tx.sql`SELECT id, manager_id AS "managerId" FROM campaigns WHERE status = 'running'`;
  }

  async history(
    campaignId: string,
  ): Promise<{ step: string; dueAt: string; sentAt: string | null; told: number | null }[]> {
    return this.tx
      .sql`SELECT step, iso(due_at) AS "dueAt", iso(sent_at) AS "sentAt", told FROM campaign_reminders WHERE campaign_id = ${campaignId} ORDER BY due_at, step`;
  }
}
