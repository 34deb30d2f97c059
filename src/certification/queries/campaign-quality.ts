import { empty, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';

/** How one campaign was decided, in figures that can be set beside those of another: shares of 1, null where there is nothing to share. */
export interface CampaignQuality {
  readonly id: string;
  readonly name: string;
  readonly kind: 'campaign' | 'micro';
  readonly status: string;
  readonly launchedAt: string;
  readonly closedAt: string | null;
  /** Decisions as they stand, by how many people. */
  readonly decisions: number;
  readonly reviewers: number;
  /** Seconds between an item being shown and decided; `known` = how many decisions say when it was shown. */
  readonly timeOnItem: { readonly medianSeconds: number | null; readonly known: number };
  readonly bulkShare: number | null;
  readonly changedShare: number | null;
  readonly keepShare: number | null;
  /** Of the keeps. */
  readonly keepsAgainstAdviceShare: number | null;
  readonly hastyShare: number | null;
  readonly secondLooks: number;
}

const share = (part: string, whole = 'stands'): Sql =>
  sql`round((count(*) FILTER (WHERE ${raw(part)}))::numeric / nullif(count(*) FILTER (WHERE ${raw(whole)}), 0), 4)::float8`;

/** The quality of launched campaigns, the newest first. By campaign and never by person: it is no table of who is best. */
export function qualityPage(
  tx: Tx,
  reachable: Sql,
  filter: { readonly kind?: string | undefined; readonly status?: string | undefined },
  limit: number,
  after: readonly unknown[] | null,
): Promise<CampaignQuality[]> {
  const page = sql`SELECT c.* FROM campaigns c WHERE c.launched_at IS NOT NULL AND ${reachable} ${filter.kind === undefined ? empty : sql`AND c.kind = ${filter.kind}`} ${filter.status === undefined ? empty : sql`AND c.status = ${filter.status}`}
    ${after === null ? empty : sql`AND (c.launched_at, c.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`} ORDER BY c.launched_at DESC, c.id DESC LIMIT ${limit}`;
  return tx.run<CampaignQuality>(sql`SELECT c.id, c.name, c.kind, c.status, iso(c.launched_at) AS "launchedAt", iso(c.closed_at) AS "closedAt", q.*,
      (SELECT count(*)::int FROM review_items s WHERE s.campaign_id = c.id AND s.mode = 'second-look' AND s.state <> 'withdrawn') AS "secondLooks"
    FROM (${page}) c CROSS JOIN LATERAL (
      SELECT (count(*) FILTER (WHERE stands))::int AS decisions, (count(DISTINCT decided_by) FILTER (WHERE stands))::int AS reviewers,
        json_build_object('medianSeconds', round((percentile_cont(0.5) WITHIN GROUP (ORDER BY spent) FILTER (WHERE stands AND spent IS NOT NULL))::numeric, 1)::float8, 'known', count(*) FILTER (WHERE stands AND spent IS NOT NULL)) AS "timeOnItem",
        ${share('stands AND bulk')} AS "bulkShare", ${share(`NOT stands AND verdict <> 'not-mine'`, `verdict <> 'not-mine'`)} AS "changedShare", ${share(`stands AND verdict = 'keep'`)} AS "keepShare",
        ${share(`stands AND verdict = 'keep' AND against_advice`, `stands AND verdict = 'keep'`)} AS "keepsAgainstAdviceShare", ${share('stands AND haste IS NOT NULL')} AS "hastyShare"
      FROM (SELECT d.verdict, d.bulk, d.against_advice, d.haste, d.decided_by, extract(epoch FROM d.decided_at - d.shown_at) AS spent, i.id IS NOT NULL AS stands
        FROM review_decisions d LEFT JOIN review_items i ON i.campaign_id = d.campaign_id AND i.id = d.item_id AND i.decision_id = d.id WHERE d.campaign_id = c.id) decided) q
    ORDER BY c.launched_at DESC, c.id DESC`);
}
