import { membersOfTeams } from '../catalogue/index.js';
import { type Sql, sql, type Tx } from '../platform/database/index.js';
import type { Recommendation, Use, Verdict } from './recommendation.js';

export interface ReviewItem {
  readonly id: string;
  readonly campaignId: string;
  readonly subjectType: 'identity' | 'credential' | 'grant' | 'collection';
  readonly subjectId: string;
  readonly identityId: string | null;
  readonly reviewerId: string | null;
  readonly delegatedFrom: string | null;
  readonly parentId: string | null;
  readonly decisionId: string | null;
  readonly version: number;
  readonly rank: number;
  readonly stage: number;
  readonly mode: string;
  readonly route: string | null;
  readonly state: string;
  readonly verdict: Verdict | null;
}

export interface ItemEvidence {
  readonly hash: string;
  readonly recommended: Recommendation['verdict'];
  readonly use: Use;
  readonly risk: string | null;
  readonly routine: boolean;
  readonly stale: boolean;
  readonly frozenAt: Date;
}

export interface Decision {
  readonly id: string;
  readonly itemId: string;
  readonly campaignId: string;
  readonly stage: number;
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly decidedBy: string;
  readonly actor: string;
  readonly authentication: Readonly<Record<string, unknown>>;
  readonly channel: string;
  readonly shownAt: Date | null;
  readonly decidedAt: Date;
  readonly evidenceHash: string | null;
  readonly bulk: boolean;
  readonly againstAdvice: boolean;
  readonly haste: string | null;
}

const COLUMNS = sql`i.id, i.campaign_id AS "campaignId", i.subject_type AS "subjectType", i.subject_id AS "subjectId", i.identity_id AS "identityId", i.reviewer_id AS "reviewerId", i.delegated_from AS "delegatedFrom", i.parent_id AS "parentId", i.decision_id AS "decisionId", i.version, i.rank, i.stage, i.mode, i.route, i.state, i.verdict`;

/** Theirs, or their team's. */
export const heldBy = (alias: Sql, person: string): Sql =>
  sql`(${alias}.reviewer_id = ${person}::uuid OR ${alias}.reviewer_id IN (SELECT mt.team_id FROM (${membersOfTeams}) mt WHERE mt.person_id = ${person}::uuid))`;

export class ReviewItemsRepository {
  constructor(private readonly tx: Tx) {}

  /** An item with its lock, if it is this person's to decide; somebody else's does not exist for them. */
  async forDecision(id: string, person: string): Promise<ReviewItem | null> {
    const [row] = await this.tx.run<ReviewItem>(
      sql`SELECT ${COLUMNS} FROM review_items i WHERE i.id = ${id}::uuid AND i.state <> 'withdrawn' AND i.mode NOT IN ('covered', 'carried') AND ${heldBy(sql`i`, person)} FOR UPDATE`,
    );
    return row ?? null;
  }

  /** Which campaign an item belongs to, for a lock on the campaign before the one on the item. */
  async campaignOf(id: string): Promise<string | null> {
    const [row] = await this.tx.sql<{ id: string }>`SELECT campaign_id AS id FROM review_items WHERE id = ${id}::uuid`;
    return row?.id ?? null;
  }

  async forChange(campaignId: string, id: string): Promise<ReviewItem | null> {
    const [row] = await this.tx.run<ReviewItem>(
      sql`SELECT ${COLUMNS} FROM review_items i WHERE i.campaign_id = ${campaignId}::uuid AND i.id = ${id}::uuid FOR UPDATE`,
    );
    return row ?? null;
  }

  childrenOf(item: ReviewItem): Promise<ReviewItem[]> {
    return this.tx.run<ReviewItem>(
      sql`SELECT ${COLUMNS} FROM review_items i WHERE i.campaign_id = ${item.campaignId}::uuid AND i.subject_id = ${item.subjectId}::uuid AND i.parent_id = ${item.id}::uuid FOR UPDATE`,
    );
  }

  async evidence(campaignId: string, id: string): Promise<ItemEvidence | null> {
    const [row] = await this.tx
      .sql<ItemEvidence>`SELECT hash, recommended, use, risk, routine, stale, frozen_at AS "frozenAt" FROM review_evidence WHERE campaign_id = ${campaignId} AND item_id = ${id}`;
    return row ?? null;
  }

  async decision(id: string): Promise<(Decision & { by: string | null }) | null> {
    const [row] = await this.tx.sql<
      Decision & { by: string | null }
    >`SELECT id, verdict, reason, detail, decided_by AS "decidedBy", decided_at AS "decidedAt", bulk FROM review_decisions WHERE id = ${id}`;
    return row ?? null;
  }

  async addDecision(d: Decision): Promise<void> {
    await this.tx
      .sql`INSERT INTO review_decisions (id, item_id, campaign_id, stage, verdict, reason, detail, decided_by, actor, authentication, channel, shown_at, decided_at, evidence_hash, bulk, against_advice, haste)
      VALUES (${d.id}, ${d.itemId}, ${d.campaignId}, ${d.stage}, ${d.verdict}, ${d.reason}, ${JSON.stringify(d.detail)}, ${d.decidedBy}, ${d.actor}, ${JSON.stringify(d.authentication)}, ${d.channel}, ${d.shownAt}, ${d.decidedAt}, ${d.evidenceHash}, ${d.bulk}, ${d.againstAdvice}, ${d.haste})`;
  }

  async decided(item: ReviewItem, decision: Decision): Promise<void> {
    await this.tx
      .sql`UPDATE review_items SET state = 'decided', verdict = ${decision.verdict}, decision_id = ${decision.id}, decided_at = ${decision.decidedAt}, version = version + 1 WHERE campaign_id = ${item.campaignId} AND id = ${item.id}`;
  }

  async reopen(item: ReviewItem): Promise<void> {
    await this.tx
      .sql`UPDATE review_items SET state = 'open', verdict = NULL, decision_id = NULL, decided_at = NULL, version = version + 1 WHERE campaign_id = ${item.campaignId} AND id = ${item.id}`;
  }

  async setState(item: ReviewItem, state: string): Promise<void> {
    await this.tx
      .sql`UPDATE review_items SET state = ${state}, version = version + 1 WHERE campaign_id = ${item.campaignId} AND id = ${item.id}`;
  }

  async move(
    item: ReviewItem,
    to: string | null,
    route: string | null,
    because: string,
    actor: string,
    at: Date,
  ): Promise<void> {
    await this.tx
      .sql`UPDATE review_items SET reviewer_id = ${to}::uuid, route = ${route}, delegated_from = NULL, version = version + 1 WHERE campaign_id = ${item.campaignId} AND id = ${item.id}`;
    await this.tx
      .sql`INSERT INTO review_item_moves (item_id, campaign_id, from_id, to_id, because, actor, at) VALUES (${item.id}, ${item.campaignId}, ${item.reviewerId}::uuid, ${to}::uuid, ${because}, ${actor}, ${at})`;
  }

  moves(id: string): Promise<{ fromId: string | null; because: string }[]> {
    return this.tx.sql`SELECT from_id AS "fromId", because FROM review_item_moves WHERE item_id = ${id} ORDER BY id`;
  }

  /** Asks somebody else about the same subject, on the same evidence. */
  async askAlso(
    parent: ReviewItem,
    given: { id: string; reviewerId: string | null; route: string | null; mode: string; stage: number },
  ): Promise<void> {
    await this.tx
      .sql`INSERT INTO review_items (id, campaign_id, subject_type, subject_id, identity_id, reviewer_id, parent_id, rank, stage, mode, route)
      VALUES (${given.id}, ${parent.campaignId}, ${parent.subjectType}, ${parent.subjectId}, ${parent.identityId}, ${given.reviewerId}::uuid, ${parent.id}, ${parent.rank}, ${given.stage}, ${given.mode}, ${given.route})`;
    await this.tx
      .sql`INSERT INTO review_evidence (campaign_id, item_id, evidence, hash, recommended, because, rule, use, risk, routine, stale, subject_name, frozen_at)
      SELECT campaign_id, ${given.id}::uuid, evidence, hash, recommended, because, rule, use, risk, routine, stale, subject_name, frozen_at FROM review_evidence WHERE campaign_id = ${parent.campaignId} AND item_id = ${parent.id}`;
  }

  /** What this person kept in a campaign since an instant, with what became of each since. */
  keptSince(person: string, campaignId: string, since: Date): Promise<{ itemId: string }[]> {
    return this.tx
      .sql`SELECT DISTINCT d.item_id AS "itemId" FROM review_decisions d WHERE d.decided_by = ${person} AND d.campaign_id = ${campaignId} AND d.decided_at > ${since} AND d.verdict = 'keep'`;
  }

  /** Of these, with their locks, those nobody else was asked about yet; a second look is not looked at a third time. */
  keptWithoutSecondLook(person: string, campaignId: string, since: Date): Promise<ReviewItem[]> {
    return this.tx.run<ReviewItem>(
      sql`SELECT ${COLUMNS} FROM review_items i WHERE i.campaign_id = ${campaignId}::uuid AND i.mode <> 'second-look'
        AND i.id IN (SELECT d.item_id FROM review_decisions d WHERE d.decided_by = ${person} AND d.campaign_id = ${campaignId} AND d.decided_at > ${since} AND d.verdict = 'keep')
        AND NOT EXISTS (SELECT 1 FROM review_items s WHERE s.campaign_id = i.campaign_id AND s.subject_id = i.subject_id AND s.parent_id = i.id AND s.mode = 'second-look') ORDER BY i.id FOR UPDATE`,
    );
  }

  /** What a person decided in a campaign, as it stands, and what they still owe. */
  async setOf(
    person: string,
    campaignId: string,
  ): Promise<{
    decided: { itemId: string; decisionId: string; verdict: Verdict; hash: string | null }[];
    open: number;
  }> {
    const decided = await this.tx.sql<{
      itemId: string;
      decisionId: string;
      verdict: Verdict;
      hash: string | null;
    }>`SELECT i.id AS "itemId", d.id AS "decisionId", d.verdict, d.evidence_hash AS hash
      FROM review_decisions d JOIN review_items i ON i.campaign_id = d.campaign_id AND i.id = d.item_id AND i.decision_id = d.id WHERE d.decided_by = ${person} AND d.campaign_id = ${campaignId} ORDER BY i.id`;
    const [open] = await this.tx.sql<{
      n: number;
    }>`SELECT count(*)::int AS n FROM review_items WHERE campaign_id = ${campaignId} AND reviewer_id = ${person}::uuid AND state = 'open'`;
    return { decided, open: open!.n };
  }
}
