import { allTeams, everybody } from '../../catalogue/index.js';
import type { Tx } from '../../platform/database/index.js';
import type { Campaign } from '../campaign.js';
import { giveRoom, itemsPlan, silence } from './plan-items.js';

/** What a campaign would ask whom, and what silence would do. */
export interface CampaignPreview {
  readonly population: number;
  /** What somebody has to decide. */
  readonly items: number;
  readonly byMode: Readonly<Record<string, number>>;
  readonly byRisk: Readonly<Record<string, number>>;
  readonly byRoute: Readonly<Record<string, number>>;
  readonly reviewers: {
    readonly count: number;
    readonly median: number;
    readonly most: number;
    /** The most loaded first. */
    readonly load: readonly {
      readonly id: string;
      readonly displayName: string;
      readonly kind: 'person' | 'team';
      readonly items: number;
      readonly leavesAt: string | null;
    }[];
    readonly overloaded: number;
  };
  readonly silence: {
    readonly disable: { readonly total: number; readonly byRisk: Readonly<Record<string, number>> };
    readonly escalate: { readonly total: number; readonly byRisk: Readonly<Record<string, number>> };
  };
  readonly problems: { readonly noReviewer: number; readonly ownAccess: number; readonly leaver: number };
}

const SHOWN = 100;

/** One query, whatever the size: who is asked how much, what routes to nobody, and what silence would do, by risk. */
export async function previewCampaign(tx: Tx, campaign: Campaign, now: Date, dueAt: Date): Promise<CampaignPreview> {
  await giveRoom(tx);
  const [row] = await tx.sql<{ preview: CampaignPreview }>`WITH ${itemsPlan(campaign, now, { use: true })},
    grouped AS MATERIALIZED (SELECT mode, coalesce(risk, 'unrated') AS risk, route, reviewer_id, ${silence(campaign, now, 'i')} AS silence, i.personal, count(*)::int AS n
      FROM items i GROUP BY 1, 2, 3, 4, 5, 6),
    asked AS (SELECT * FROM grouped WHERE mode NOT IN ('covered', 'carried')),
    load AS MATERIALIZED (SELECT a.reviewer_id AS id, sum(a.n)::int AS items, p.display_name, t.name, p.leaves_at FROM asked a LEFT JOIN (${everybody}) p ON p.id = a.reviewer_id LEFT JOIN (${allTeams}) t ON t.id = a.reviewer_id WHERE a.reviewer_id IS NOT NULL GROUP BY 1, 3, 4, 5)
    SELECT json_build_object(
      'population', (SELECT coalesce(sum(n), 0) FROM grouped WHERE mode <> 'collection'), 'items', (SELECT coalesce(sum(n), 0) FROM asked),
      'byMode', (SELECT coalesce(json_object_agg(mode, n), '{}') FROM (SELECT mode, sum(n) AS n FROM grouped GROUP BY 1) m),
      'byRisk', (SELECT coalesce(json_object_agg(risk, n), '{}') FROM (SELECT risk, sum(n) AS n FROM asked GROUP BY 1) m),
      'byRoute', (SELECT coalesce(json_object_agg(coalesce(route, 'nobody'), n), '{}') FROM (SELECT route, sum(n) AS n FROM asked GROUP BY 1) m),
      'reviewers', json_build_object('count', (SELECT count(*) FROM load), 'median', (SELECT coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY items), 0) FROM load), 'most', (SELECT coalesce(max(items), 0) FROM load),
        'overloaded', (SELECT count(*) FROM load WHERE items > ${campaign.settings.load}::int),
        'load', (SELECT coalesce(json_agg(json_build_object('id', id, 'displayName', coalesce(display_name, name), 'kind', CASE WHEN name IS NULL THEN 'person' ELSE 'team' END, 'items', items, 'leavesAt', iso(leaves_at)) ORDER BY items DESC, id), '[]') FROM (SELECT * FROM load ORDER BY items DESC, id LIMIT ${SHOWN}) l)),
      'silence', json_build_object(
        'disable', json_build_object('total', (SELECT coalesce(sum(n), 0) FROM asked WHERE silence = 'disable'), 'byRisk', (SELECT coalesce(json_object_agg(risk, n), '{}') FROM (SELECT risk, sum(n) AS n FROM asked WHERE silence = 'disable' GROUP BY 1) m)),
        'escalate', json_build_object('total', (SELECT coalesce(sum(n), 0) FROM asked WHERE silence = 'escalate'), 'byRisk', (SELECT coalesce(json_object_agg(risk, n), '{}') FROM (SELECT risk, sum(n) AS n FROM asked WHERE silence = 'escalate' GROUP BY 1) m))),
      'problems', json_build_object('noReviewer', (SELECT coalesce(sum(n), 0) FROM asked WHERE reviewer_id IS NULL),
        'ownAccess', (SELECT coalesce(sum(n), 0) FROM asked WHERE reviewer_id IS NULL AND personal),
        'leaver', (SELECT coalesce(sum(items), 0) FROM load WHERE leaves_at <= ${dueAt}))) AS preview`;
  return row!.preview;
}
