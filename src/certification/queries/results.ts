import { allTeams, everybody } from '../../catalogue/index.js';
import { empty, sql, type Tx } from '../../platform/database/index.js';

/** One row of a campaign's results: what was decided about one subject, by whom, on which evidence. */
export interface ResultRow {
  readonly subjectId: string;
  readonly id: string;
  readonly subjectType: string;
  readonly subject: string | null;
  readonly mode: string;
  readonly stage: number;
  readonly state: string;
  readonly verdict: string | null;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly channel: string | null;
  readonly authentication: string | null;
  readonly evidenceHash: string | null;
  readonly cites: string | null;
  readonly reviewer: string | null;
  readonly route: string | null;
}

/** The results in the order of their subjects; what cites a decision shows the decision it cites. */
export function resultRows(
  tx: Tx,
  campaignId: string,
  limit: number,
  after: { subjectId: string; id: string } | null,
): Promise<ResultRow[]> {
  return tx.sql`SELECT i.subject_id AS "subjectId", i.id, i.subject_type AS "subjectType", coalesce(e.subject_name, ce.subject_name) AS subject, i.mode, i.stage, i.state, d.verdict, d.reason, by.display_name AS "decidedBy", iso(d.decided_at) AS "decidedAt", d.channel,
      coalesce(d.authentication->>'acr', d.authentication->>'by') AS authentication, d.evidence_hash AS "evidenceHash", i.cites_item_id AS cites, coalesce(rp.display_name, rt.name) AS reviewer, i.route
    FROM (SELECT * FROM review_items p WHERE p.campaign_id = ${campaignId}::uuid AND p.state <> 'withdrawn' ${after === null ? empty : sql`AND (p.subject_id, p.id) > (${after.subjectId}::uuid, ${after.id}::uuid)`} ORDER BY p.subject_id, p.id LIMIT ${limit}) i
    LEFT JOIN review_evidence e ON e.campaign_id = i.campaign_id AND e.item_id = i.id
    LEFT JOIN review_items c ON c.id = i.cites_item_id LEFT JOIN review_evidence ce ON ce.campaign_id = c.campaign_id AND ce.item_id = c.id
    LEFT JOIN review_decisions d ON d.id = coalesce(i.decision_id, c.decision_id) LEFT JOIN (${everybody}) by ON by.id = d.decided_by LEFT JOIN (${everybody}) rp ON rp.id = i.reviewer_id LEFT JOIN (${allTeams}) rt ON rt.id = i.reviewer_id
    ORDER BY i.subject_id, i.id`;
}

/** How a campaign was decided, as a whole: never by person. */
export interface Quality {
  readonly decisions: number;
  readonly changed: number;
  readonly bulk: number;
  readonly keepsAgainstAdvice: number;
  readonly keeps: number;
  readonly revokedOrRotated: number;
  readonly hasty: number;
  readonly secondLooks: number;
  readonly medianSecondsOnItem: number | null;
  readonly timeOnItem: Readonly<Record<'under3s' | 'from3to10s' | 'from10to60s' | 'over60s' | 'unknown', number>>;
}

export async function qualityOf(tx: Tx, campaignId: string): Promise<Quality> {
  const [row] = await tx.sql<{
    quality: Quality;
  }>`SELECT json_build_object('decisions', count(*) FILTER (WHERE stands), 'changed', count(*) FILTER (WHERE NOT stands AND verdict <> 'not-mine'), 'bulk', count(*) FILTER (WHERE stands AND bulk),
      'keeps', count(*) FILTER (WHERE stands AND verdict = 'keep'), 'keepsAgainstAdvice', count(*) FILTER (WHERE stands AND verdict = 'keep' AND against_advice), 'revokedOrRotated', count(*) FILTER (WHERE stands AND verdict IN ('revoke', 'rotate', 'reduce')), 'hasty', count(*) FILTER (WHERE stands AND haste IS NOT NULL),
      'secondLooks', (SELECT count(*) FROM review_items s WHERE s.campaign_id = ${campaignId}::uuid AND s.mode = 'second-look'),
      'medianSecondsOnItem', round((percentile_cont(0.5) WITHIN GROUP (ORDER BY spent) FILTER (WHERE stands AND spent IS NOT NULL))::numeric, 1)::float8,
      'timeOnItem', json_build_object('under3s', count(*) FILTER (WHERE stands AND spent < 3), 'from3to10s', count(*) FILTER (WHERE stands AND spent >= 3 AND spent < 10), 'from10to60s', count(*) FILTER (WHERE stands AND spent >= 10 AND spent < 60), 'over60s', count(*) FILTER (WHERE stands AND spent >= 60), 'unknown', count(*) FILTER (WHERE stands AND spent IS NULL))) AS quality
    FROM (SELECT d.*, extract(epoch FROM d.decided_at - d.shown_at) AS spent, i.id IS NOT NULL AS stands FROM review_decisions d LEFT JOIN review_items i ON i.campaign_id = d.campaign_id AND i.id = d.item_id AND i.decision_id = d.id WHERE d.campaign_id = ${campaignId}::uuid) q`;
  return row!.quality;
}

/** Whether what is there still is what was frozen: every subject has a row, and the root hash over them is the same. */
export interface Completeness {
  readonly frozen: number;
  readonly present: number;
  /** Decided, or citing a decision. */
  readonly decided: number;
  readonly unanswered: number;
  readonly hash: string;
}

export async function completenessOf(tx: Tx, campaignId: string): Promise<Completeness> {
  const [row] =
    await tx.sql<Completeness>`WITH rows AS (SELECT DISTINCT ON (i.subject_id, i.subject_type) i.subject_id, i.subject_type, i.mode, i.state, c.decision_id AS cited FROM review_items i LEFT JOIN review_items c ON c.id = i.cites_item_id
        WHERE i.campaign_id = ${campaignId}::uuid AND i.mode <> 'collection' AND i.parent_id IS NULL ORDER BY i.subject_id, i.subject_type, i.id),
      buckets AS (SELECT left(subject_id::text, 2) AS bucket, encode(sha256(convert_to(string_agg(subject_type || ' ' || subject_id, E'\n' ORDER BY subject_id), 'UTF8')), 'hex') AS hash FROM rows GROUP BY 1)
    SELECT c.population_count AS frozen, (SELECT count(*)::int FROM rows) AS present, (SELECT count(*)::int FROM rows WHERE state = 'decided' OR (mode IN ('covered', 'carried') AND cited IS NOT NULL)) AS decided,
      (SELECT count(*)::int FROM rows WHERE NOT (state = 'decided' OR (mode IN ('covered', 'carried') AND cited IS NOT NULL))) AS unanswered,
      'sha256:' || encode(sha256(convert_to(coalesce((SELECT string_agg(bucket || ' ' || hash, E'\n' ORDER BY bucket) FROM buckets), ''), 'UTF8')), 'hex') AS hash
    FROM campaigns c WHERE c.id = ${campaignId}::uuid`;
  return row!;
}

/** Who signed what, and who has decided without signing it as it stands. */
export function signaturesOf(
  tx: Tx,
  campaignId: string,
): Promise<
  {
    person: { id: string; displayName: string };
    decisions: number;
    decisionsHash: string;
    signedAt: string;
    authentication: Record<string, unknown>;
  }[]
> {
  return tx.sql`SELECT json_build_object('id', p.id, 'displayName', p.display_name) AS person, s.decisions, s.decisions_hash AS "decisionsHash", iso(s.signed_at) AS "signedAt", s.authentication FROM review_signatures s JOIN (${everybody}) p ON p.id = s.person_id WHERE s.campaign_id = ${campaignId}::uuid ORDER BY s.signed_at, s.id`;
}
