import { raw, type Tx } from '../platform/database/index.js';
import { NEEDS_OWNER } from './queries/rule-differences.js';

export interface MeasureView {
  readonly id: string;
  readonly at: string;
  readonly unit: { readonly id: string; readonly name: string } | null;
  readonly governed: number;
  readonly accepted: number;
  readonly provisional: number;
  readonly proposed: number;
  readonly unowned: number;
  readonly shareAccepted: number | null;
  readonly hoursWithout: { readonly total: number; readonly median: number | null; readonly longest: number | null };
  readonly shareOfTimeAccepted: number | null;
}

const COLUMNS =
  raw(`m.id, iso(m.at) AS at, CASE WHEN u.id IS NULL THEN NULL ELSE json_build_object('id', u.id, 'name', u.name) END AS unit, m.governed, m.accepted, m.provisional, m.proposed, m.unowned,
  CASE WHEN m.governed > 0 THEN m.accepted::double precision / m.governed END AS "shareAccepted",
  json_build_object('total', m.hours_without, 'median', m.median_hours_without, 'longest', m.longest_hours_without) AS "hoursWithout",
  CASE WHEN m.period_hours > 0 THEN m.period_hours_accepted / m.period_hours END AS "shareOfTimeAccepted"`);

/** How ownership stood, hour by hour. */
export class OwnershipMeasuresRepository {
  constructor(private readonly tx: Tx) {}

  /**
   * Accepted counts only where the one who accepted can still answer. Without one since: the end of the last time
   * somebody did, or the day we first saw it.
   */
  async take(now: Date, periodDays: number): Promise<number> {
    // Of one instant there is one measure, however often its job is run.
    if ((await this.tx.sql`SELECT 1 FROM ownership_measures WHERE at = ${now} LIMIT 1`).length > 0) return 0;
    return this.tx.change`
      WITH yes AS (
        SELECT o.identity_id, o.accepted_at AS since, least(o.ended_at, CASE WHEN p.status = 'left' THEN coalesce(p.leaves_at, p.updated_at) ELSE p.leaves_at END, ${now}) AS until
        FROM ownerships o JOIN persons p ON p.id = o.owner_id WHERE o.accepted_at IS NOT NULL AND o.accepted_at <= ${now}),
      had AS (
        SELECT identity_id, max(until) AS until,
          sum(greatest(0, extract(epoch FROM until - greatest(since, ${now}::timestamptz - make_interval(days => ${periodDays}::integer))))) AS seconds FROM yes WHERE until > since GROUP BY identity_id),
      stands AS (
        SELECT i.unit_id, o.state, coalesce(h.until >= ${now} AND o.state = 'accepted', false) AS accepted,
          CASE WHEN h.until >= ${now} AND o.state = 'accepted' THEN 0 ELSE greatest(0, extract(epoch FROM ${now}::timestamptz - greatest(i.first_seen_at, h.until))) / 3600 END AS hours,
          greatest(0, extract(epoch FROM ${now}::timestamptz - greatest(i.first_seen_at, ${now}::timestamptz - make_interval(days => ${periodDays}::integer)))) / 3600 AS period,
          coalesce(h.seconds, 0) / 3600 AS period_accepted
        FROM identities i LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state <> 'ended' LEFT JOIN had h ON h.identity_id = i.id
        WHERE i.removed_at IS NULL AND ${raw(NEEDS_OWNER)})
      INSERT INTO ownership_measures (id, at, unit_id, governed, accepted, provisional, proposed, unowned, hours_without, median_hours_without, longest_hours_without, period_hours, period_hours_accepted)
      SELECT gen_random_uuid(), ${now}, unit_id, count(*), count(*) FILTER (WHERE accepted), count(*) FILTER (WHERE state = 'provisional'), count(*) FILTER (WHERE state = 'proposed'), count(*) FILTER (WHERE NOT accepted AND (state IS NULL OR state = 'accepted')),
        coalesce(sum(hours), 0), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE NOT accepted), max(hours) FILTER (WHERE NOT accepted), coalesce(sum(period), 0), coalesce(sum(least(period, period_accepted)), 0)
      FROM stands GROUP BY GROUPING SETS ((), (unit_id)) HAVING GROUPING(unit_id) = 1 OR unit_id IS NOT NULL`;
  }

  page(unit: string | null, limit: number, before: readonly unknown[] | null): Promise<MeasureView[]> {
    return this.tx
      .sql<MeasureView>`SELECT ${COLUMNS} FROM ownership_measures m LEFT JOIN units u ON u.id = m.unit_id WHERE m.unit_id IS NOT DISTINCT FROM ${unit}::uuid
        AND (${before === null} OR (m.at, m.id) < (${before?.[0] ?? null}::timestamptz, ${before?.[1] ?? null}::uuid)) ORDER BY m.at DESC, m.id DESC LIMIT ${limit}`;
  }
}
