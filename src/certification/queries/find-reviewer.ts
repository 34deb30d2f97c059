import type { PopulationFilter } from '../../catalogue/index.js';
import { sql, type Tx } from '../../platform/database/index.js';
import type { Campaign, ReviewerRule } from '../campaign.js';
import type { ReviewItem } from '../review-items.repository.js';
import { routed, routingGround } from './routing.js';

export interface FoundReviewer {
  readonly reviewerId: string | null;
  readonly route: string | null;
}

/** Who is asked about an item by some rules, in their order, leaving out who must not be asked (again). */
export async function findReviewer(
  tx: Tx,
  campaign: Campaign,
  item: Pick<ReviewItem, 'id' | 'campaignId' | 'subjectType' | 'subjectId'>,
  rules: readonly ReviewerRule[],
  excluded: readonly string[],
  now: Date,
): Promise<FoundReviewer> {
  const filter: PopulationFilter = { subject: campaign.scope.subject };
  const within =
    item.subjectType === 'collection'
      ? sql`SELECT m.subject_id FROM review_items m WHERE m.campaign_id = ${item.campaignId}::uuid AND m.cites_item_id = ${item.id}::uuid AND m.mode = 'covered'`
      : sql`SELECT ${item.subjectId}::uuid`;
  for (const rule of rules) {
    const [found] =
      await tx.sql<FoundReviewer>`WITH ${routingGround(now)} SELECT r.reviewer_id AS "reviewerId", r.route FROM (${routed(filter, { stages: [{ rules: [rule] }], outcome: 'all-must-keep', fallback: null }, now, { within, few: true })}) r
      WHERE r.reviewer_id IS NOT NULL AND r.reviewer_id <> ALL(${excluded}::uuid[]) GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT 1`;
    if (found) return found;
  }
  return { reviewerId: null, route: null };
}

/** The rules of a stage, and after them whoever stands behind: the unit's head, the fallback, the campaign's manager. */
export const rulesBehind = ({ reviewers, managerId }: Campaign, stage: number): ReviewerRule[] => [
  ...(reviewers.stages[stage - 1]?.rules ?? []),
  { by: 'unit-head' },
  ...(reviewers.fallback ? [reviewers.fallback] : []),
  ...(managerId === null ? [] : [{ by: 'person' as const, person: managerId }]),
];
