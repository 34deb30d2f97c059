import { empty, join, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';
import { NEEDS_OWNER } from './rule-differences.js';

export type QueuedBecause = 'nobody-named' | 'declined' | 'silent' | 'owner-gone';

/** One identity that nobody claims. */
export interface Queued {
  readonly identity: { readonly id: string; readonly displayName: string };
  readonly source: { readonly id: string; readonly name: string };
  readonly unit: { readonly id: string; readonly name: string } | null;
  readonly privilege: string;
  readonly because: QueuedBecause;
  readonly since: string;
  readonly asked: { readonly id: string; readonly displayName: string } | null;
  readonly suggestions: readonly unknown[];
}

const able = (alias: string, now: Date): Sql =>
  sql`(${raw(alias)}.status <> 'left' AND (${raw(alias)}.leaves_at IS NULL OR ${raw(alias)}.leaves_at > ${now}))`;

/** What nobody claims: nobody is named, everybody asked stayed silent or said no, or who answered is gone without a deputy. */
export function listQueue(
  tx: Tx,
  visible: Sql,
  filter: { because?: QueuedBecause | undefined; source?: string | undefined; unit?: string | undefined },
  now: Date,
  limit: number,
  after: readonly unknown[] | null,
): Promise<Queued[]> {
  const because = sql`CASE
    WHEN o.id IS NULL OR o.owner_id IS NULL THEN CASE WHEN EXISTS (SELECT 1 FROM ownership_declines d WHERE d.identity_id = i.id) THEN 'declined' ELSE 'nobody-named' END
    WHEN w.step = 'queue' THEN 'silent'
    WHEN NOT ${able('p', now)} AND NOT EXISTS (SELECT 1 FROM persons s WHERE s.id = ANY(o.deputies) AND ${able('s', now)}) THEN 'owner-gone' END`;
  const narrowed: Sql[] = [];
  if (filter.because) narrowed.push(sql`AND q.because = ${filter.because}`);
  if (filter.source) narrowed.push(sql`AND q.source_id = ${filter.source}::uuid`);
  if (filter.unit) narrowed.push(sql`AND q.unit_id = ${filter.unit}::uuid`);
  if (after) narrowed.push(sql`AND (q.display_name, q.id) > (${after[0]}, ${after[1]}::uuid)`);
  return tx.run<Queued>(sql`
    SELECT json_build_object('id', q.id, 'displayName', q.display_name) AS identity, json_build_object('id', src.id, 'name', src.name) AS source, CASE WHEN u.id IS NULL THEN NULL ELSE json_build_object('id', u.id, 'name', u.name) END AS unit, q.privilege, q.because,
      iso(coalesce(CASE WHEN q.because = 'silent' THEN q.asked_at END, CASE WHEN q.because = 'owner-gone' THEN q.gone_at END, (SELECT max(e.ended_at) FROM ownerships e WHERE e.identity_id = q.id), q.first_seen_at)) AS since,
      CASE WHEN q.because = 'silent' THEN json_build_object('id', q.owner_id, 'displayName', q.owner_name) END AS asked,
      coalesce((SELECT json_agg(json_build_object('person', json_build_object('id', c.id, 'displayName', c.display_name), 'confidence', g.confidence, 'because', g.because) ORDER BY array_position(ARRAY['high', 'medium', 'low'], g.confidence), c.display_name)
        FROM ownership_suggestions g JOIN persons c ON c.id = g.person_id WHERE g.identity_id = q.id), '[]') AS suggestions
    FROM (
      SELECT i.id, i.display_name, i.source_id, i.unit_id, i.privilege, i.first_seen_at, w.asked_at, p.leaves_at AS gone_at, p.id AS owner_id, p.display_name AS owner_name, ${because} AS because
      FROM identities i LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state <> 'ended' LEFT JOIN persons p ON p.id = o.owner_id LEFT JOIN ownership_waits w ON w.ownership_id = o.id
      WHERE i.removed_at IS NULL AND i.status <> 'disabled' AND ${raw(NEEDS_OWNER)} AND ${visible}) q
    JOIN sources src ON src.id = q.source_id LEFT JOIN units u ON u.id = q.unit_id
    WHERE q.because IS NOT NULL ${narrowed.length === 0 ? empty : join(narrowed, ' ')} ORDER BY q.display_name, q.id LIMIT ${limit}`);
}

/** What one person answers for. */
export interface Load {
  readonly person: { readonly id: string; readonly displayName: string; readonly active: boolean };
  readonly owned: number;
  readonly accepted: number;
  readonly provisional: number;
  readonly proposed: number;
  readonly privileged: number;
  readonly deputyFor: number;
  readonly sponsorOf: number;
  readonly waitingFor: number;
  readonly waitingSince: string | null;
}

/** Owners' load, the heaviest first: each person once, however many identities are theirs. */
export function listLoad(
  tx: Tx,
  visible: Sql,
  filter: { person?: string | undefined },
  now: Date,
  limit: number,
  after: readonly unknown[] | null,
): Promise<Load[]> {
  return tx.run<Load>(sql`
    WITH live AS (
      SELECT o.owner_id, o.sponsor_id, o.deputies, o.state, i.privilege, w.person_id AS waits_for, w.asked_at
      FROM ownerships o JOIN identities i ON i.id = o.identity_id LEFT JOIN ownership_waits w ON w.ownership_id = o.id
      WHERE o.state <> 'ended' AND i.removed_at IS NULL AND ${visible}),
    parts AS (
      SELECT owner_id AS person_id, count(*) FILTER (WHERE state <> 'proposed') AS owned, count(*) FILTER (WHERE state = 'accepted') AS accepted, count(*) FILTER (WHERE state = 'provisional') AS provisional, count(*) FILTER (WHERE state = 'proposed') AS proposed,
        count(*) FILTER (WHERE state <> 'proposed' AND privilege IN ('admin', 'privileged')) AS privileged, 0 AS deputy, 0 AS sponsor, 0 AS waiting, NULL::timestamptz AS since FROM live WHERE owner_id IS NOT NULL GROUP BY 1
      UNION ALL SELECT d, 0, 0, 0, 0, 0, count(*), 0, 0, NULL FROM live CROSS JOIN LATERAL unnest(deputies) AS d GROUP BY 1
      UNION ALL SELECT sponsor_id, 0, 0, 0, 0, 0, 0, count(*), 0, NULL FROM live WHERE sponsor_id IS NOT NULL GROUP BY 1
      UNION ALL SELECT waits_for, 0, 0, 0, 0, 0, 0, 0, count(*), min(asked_at) FROM live WHERE waits_for IS NOT NULL GROUP BY 1),
    loads AS (
      SELECT person_id, sum(owned)::int AS owned, sum(accepted)::int AS accepted, sum(provisional)::int AS provisional, sum(proposed)::int AS proposed, sum(privileged)::int AS privileged, sum(deputy)::int AS deputy, sum(sponsor)::int AS sponsor, sum(waiting)::int AS waiting, min(since) AS since
      FROM parts GROUP BY person_id)
    SELECT json_build_object('id', p.id, 'displayName', p.display_name, 'active', ${able('p', now)}) AS person, l.owned, l.accepted, l.provisional, l.proposed, l.privileged, l.deputy AS "deputyFor", l.sponsor AS "sponsorOf", l.waiting AS "waitingFor", iso(l.since) AS "waitingSince"
    FROM loads l JOIN persons p ON p.id = l.person_id
    WHERE true ${filter.person ? sql`AND l.person_id = ${filter.person}::uuid` : empty} ${after ? sql`AND (-l.owned, p.id) > (${after[0]}::integer, ${after[1]}::uuid)` : empty}
    ORDER BY -l.owned, p.id LIMIT ${limit}`);
}

export interface SuggestionView {
  readonly rank: number;
  readonly identity: { readonly id: string; readonly displayName: string };
  readonly person: { readonly id: string; readonly displayName: string };
  readonly confidence: 'high' | 'medium' | 'low';
  readonly because: string;
  readonly at: string;
}
export interface SuggestionFilter {
  readonly confidence?: 'high' | 'medium' | 'low' | undefined;
  readonly person?: string | undefined;
  readonly source?: string | undefined;
}

/** Who might own what nobody owns, the surest first. */
export function listSuggestions(
  tx: Tx,
  visible: Sql,
  filter: SuggestionFilter,
  limit: number,
  after: readonly unknown[] | null,
): Promise<SuggestionView[]> {
  const rank = raw(`array_position(ARRAY['high', 'medium', 'low'], g.confidence)`);
  return tx.run<SuggestionView>(sql`
    SELECT ${rank} AS rank, json_build_object('id', i.id, 'displayName', i.display_name) AS identity, json_build_object('id', p.id, 'displayName', p.display_name) AS person, g.confidence, g.because, iso(g.at) AS at
    FROM ownership_suggestions g JOIN identities i ON i.id = g.identity_id JOIN persons p ON p.id = g.person_id
    WHERE i.removed_at IS NULL AND ${visible} ${filter.confidence ? sql`AND g.confidence = ${filter.confidence}` : empty} ${filter.person ? sql`AND g.person_id = ${filter.person}::uuid` : empty} ${filter.source ? sql`AND i.source_id = ${filter.source}::uuid` : empty}
      ${after ? sql`AND (${rank}, g.identity_id, g.person_id) > (${after[0]}::integer, ${after[1]}::uuid, ${after[2]}::uuid)` : empty}
    ORDER BY ${rank}, g.identity_id, g.person_id LIMIT ${limit}`);
}

/** The suggestions that a decision in bulk is about: each of them the only one as sure for its identity. */
export function suggestionsToDecide(
  tx: Tx,
  visible: Sql,
  filter: SuggestionFilter,
  limit: number,
): Promise<{ identity: string; person: string }[]> {
  return tx.run(sql`
    SELECT g.identity_id AS identity, g.person_id AS person FROM ownership_suggestions g JOIN identities i ON i.id = g.identity_id
    WHERE i.removed_at IS NULL AND ${visible} ${filter.confidence ? sql`AND g.confidence = ${filter.confidence}` : empty} ${filter.person ? sql`AND g.person_id = ${filter.person}::uuid` : empty} ${filter.source ? sql`AND i.source_id = ${filter.source}::uuid` : empty}
      AND NOT EXISTS (SELECT 1 FROM ownership_suggestions other WHERE other.identity_id = g.identity_id AND other.confidence = g.confidence AND other.person_id <> g.person_id)
      AND NOT EXISTS (SELECT 1 FROM ownerships o WHERE o.identity_id = g.identity_id AND o.state <> 'ended' AND o.owner_id IS NOT NULL)
    ORDER BY g.identity_id, g.person_id LIMIT ${limit}`);
}

/** What people owe by saying nothing: one row for each identity they are asked about, in the shape notifications reads. */
export const acceptancesOwed = (asked: Sql): Sql =>
  sql`SELECT w.person_id, w.identity_id AS item_id, CASE WHEN i.privilege IN ('admin', 'privileged') THEN 'high' ELSE 'medium' END AS severity, w.escalate_at AS due_at, i.display_name AS title
    FROM ownership_waits w JOIN identities i ON i.id = w.identity_id WHERE i.removed_at IS NULL AND w.person_id IN (SELECT a.person_id FROM (${asked}) AS a)`;
