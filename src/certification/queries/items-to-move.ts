import { everybody, membersOfTeams, peopleWhoAnswer } from '../../catalogue/index.js';
import { type Sql, sql, type Tx } from '../../platform/database/index.js';
import type { Campaign } from '../campaign.js';
import { routed, routingGround } from './routing.js';

/** An open item that may have to go to somebody else. */
export interface OpenItem {
  readonly id: string;
  readonly campaignId: string;
  readonly subjectType: 'identity' | 'credential' | 'grant' | 'collection';
  readonly subjectId: string;
  readonly reviewerId: string | null;
  readonly delegatedFrom: string | null;
  readonly route: string | null;
  readonly stage: number;
  readonly mode: string;
}

const COLUMNS = sql`i.id, i.campaign_id AS "campaignId", i.subject_type AS "subjectType", i.subject_id AS "subjectId", i.reviewer_id AS "reviewerId", i.delegated_from AS "delegatedFrom", i.route, i.stage, i.mode`;
const RUNNING = sql`i.campaign_id IN (SELECT c.id FROM campaigns c WHERE c.status = 'running')`;

const open = (tx: Tx, which: Sql, limit = 50_000): Promise<OpenItem[]> =>
  tx.run(
    sql`SELECT ${COLUMNS} FROM review_items i WHERE ${RUNNING} AND i.state = 'open' AND ${which} ORDER BY i.id LIMIT ${limit} FOR UPDATE`,
  );

export const openOf = (tx: Tx, person: string): Promise<OpenItem[]> => open(tx, sql`i.reviewer_id = ${person}::uuid`);

/** What a person handed on and is still open, wherever it is now. */
export const handedOnBy = (tx: Tx, person: string, delegate: string): Promise<OpenItem[]> =>
  open(tx, sql`i.reviewer_id = ${delegate}::uuid AND i.delegated_from = ${person}::uuid`);

export const openOfCampaign = (
  tx: Tx,
  campaignId: string,
  from: string | null,
  ids: readonly string[] | null,
): Promise<OpenItem[]> =>
  open(
    tx,
    sql`i.campaign_id = ${campaignId}::uuid AND i.mode NOT IN ('covered', 'carried') AND (${from === null} OR i.reviewer_id = ${from}::uuid) AND (${ids === null} OR i.id = ANY(${ids ?? []}::uuid[]))`,
  );

/** Open items of identities whose owner changed, as far as an owner or what hangs on the owner named their reviewer. */
export const openAbout = (tx: Tx, identities: readonly string[]): Promise<OpenItem[]> =>
  open(
    tx,
    sql`i.identity_id = ANY(${identities}::uuid[]) AND i.mode <> 'second-look' AND (i.route IS NULL OR i.route IN ('owner', 'manager', 'sponsor', 'unit-head', 'use-case-sponsor'))`,
  );

/** Open items of people who cannot answer any more. A team answers as long as anybody of it can. */
export const openOfGone = (tx: Tx, now: Date): Promise<OpenItem[]> =>
  open(
    tx,
    sql`i.reviewer_id IN (SELECT p.id FROM (${everybody}) p WHERE p.id NOT IN (SELECT a.id FROM (${peopleWhoAnswer(now)}) a)
      UNION ALL SELECT t.team_id FROM (${membersOfTeams}) t LEFT JOIN (${peopleWhoAnswer(now)}) a ON a.id = t.person_id GROUP BY t.team_id HAVING count(a.id) = 0)`,
  );

/** Whom the rules of a campaign name for some of its subjects now. */
export async function routeAgain(
  tx: Tx,
  campaign: Campaign,
  subjects: readonly string[],
  stage: number,
  now: Date,
): Promise<Map<string, { reviewerId: string | null; route: string | null; delegatedFrom: string | null }>> {
  const rows = await tx.sql<{
    subjectId: string;
    reviewerId: string | null;
    route: string | null;
    delegatedFrom: string | null;
  }>`WITH ${routingGround(now)}
    SELECT r.subject_id AS "subjectId", r.reviewer_id AS "reviewerId", r.route, r.delegated_from AS "delegatedFrom" FROM (${routed({ subject: campaign.scope.subject }, campaign.reviewers, now, { few: true, within: sql`SELECT unnest(${subjects}::uuid[])` }, stage)}) r`;
  return new Map(rows.map(({ subjectId, ...rest }) => [subjectId, rest]));
}

export interface Move {
  readonly item: OpenItem;
  readonly to: string | null;
  readonly route: string | null;
  readonly delegatedFrom: string | null;
  readonly because: string;
}

/** Moves items and keeps why, in two statements whatever their number. */
export async function moveItems(tx: Tx, moves: readonly Move[], actor: string, at: Date): Promise<void> {
  const rows = JSON.stringify(
    moves.map(({ item, to, route, delegatedFrom, because }) => ({
      id: item.id,
      campaign_id: item.campaignId,
      from_id: item.reviewerId,
      to_id: to,
      route,
      delegated_from: delegatedFrom,
      because,
    })),
  );
  const given = sql`jsonb_to_recordset(${rows}::jsonb) AS m(id uuid, campaign_id uuid, from_id uuid, to_id uuid, route text, delegated_from uuid, because text)`;
  await tx.sql`UPDATE review_items i SET reviewer_id = m.to_id, route = m.route, delegated_from = m.delegated_from, version = i.version + 1 FROM ${given} WHERE i.campaign_id = m.campaign_id AND i.id = m.id`;
  await tx.sql`INSERT INTO review_item_moves (item_id, campaign_id, from_id, to_id, because, actor, at) SELECT m.id, m.campaign_id, m.from_id, m.to_id, m.because, ${actor}, ${at} FROM ${given}`;
}
