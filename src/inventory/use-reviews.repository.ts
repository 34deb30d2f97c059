import type { Tx } from '../platform/database/index.js';

/** One look at the use of something that is for emergencies. */
export interface UseReviewView {
  readonly id: string;
  readonly usedUntil: string;
  readonly usedBy: { readonly id: string; readonly displayName: string } | null;
  readonly reason: string;
  readonly reviewedBy: string;
  readonly at: string;
}

/** Reviews of use. */
export class UseReviewsRepository {
  constructor(private readonly tx: Tx) {}

  async insert(review: {
    id: string;
    identityId: string;
    usedUntil: Date;
    usedBy: string | null;
    reason: string;
    reviewedBy: string;
    at: Date;
  }): Promise<void> {
    await this.tx.sql`INSERT INTO use_reviews (id, identity_id, used_until, used_by, reason, reviewed_by, at)
      VALUES (${review.id}, ${review.identityId}, ${review.usedUntil}, ${review.usedBy}, ${review.reason}, ${review.reviewedBy}, ${review.at})`;
  }

  /** Newest first. */
  page(identityId: string, limit: number, before: string | null): Promise<UseReviewView[]> {
    return this.tx
      .sql<UseReviewView>`SELECT v.id, iso(v.used_until) AS "usedUntil", CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name) END AS "usedBy", v.reason, v.reviewed_by AS "reviewedBy", iso(v.at) AS at
      FROM use_reviews v LEFT JOIN persons p ON p.id = v.used_by WHERE v.identity_id = ${identityId} AND (${before}::uuid IS NULL OR v.id < ${before}::uuid) ORDER BY v.id DESC LIMIT ${limit}`;
  }
}
