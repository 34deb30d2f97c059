import { allTeams, everybody, membersOfTeams } from '../../catalogue/index.js';
import { empty, join, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';

export interface ItemFilter {
  readonly campaign?: string | undefined;
  readonly reviewer?: string | undefined;
  readonly state?: string | undefined;
  readonly verdict?: string | undefined;
  readonly risk?: string | undefined;
  readonly mode?: string | undefined;
  readonly subject?: string | undefined;
}

/** A row of a list of items, and what is needed to look for changes since it was frozen. */
export interface ItemRow {
  readonly id: string;
  readonly rank: number;
  readonly version: number;
  readonly json: string;
  readonly campaignId: string;
  readonly subjectType: 'identity' | 'credential' | 'grant' | 'collection';
  readonly subjectId: string;
  readonly frozenAt: Date | null;
  readonly risk: string | null;
  readonly lastUsedAt: string | null;
}

const RANK_OF: Record<string, number> = { critical: 0, high: 1, moderate: 2, unrated: 3, low: 4 };

/** Names are looked up where they are shown: a handful of people on a page must never lead to a scan of them all. */
const nameOf = (id: string): Sql => sql`(SELECT pn.display_name FROM (${everybody}) pn WHERE pn.id = ${raw(id)})`;

const someone = (id: string): Sql =>
  sql`CASE WHEN ${raw(id)} IS NULL THEN NULL ELSE coalesce((SELECT json_build_object('id', rt.id, 'kind', 'team', 'displayName', rt.name) FROM (${allTeams}) rt WHERE rt.id = ${raw(id)}), json_build_object('id', ${raw(id)}, 'kind', 'person', 'displayName', ${nameOf(id)})) END`;

const view = (
  page: Sql,
): Sql => sql`SELECT i.id, i.rank, i.version, i.campaign_id AS "campaignId", i.subject_type AS "subjectType", i.subject_id AS "subjectId", e.frozen_at AS "frozenAt", e.risk, e.evidence->'lastUse'->>'at' AS "lastUsedAt", json_build_object(
    'id', i.id, 'version', i.version, 'campaign', json_build_object('id', c.id, 'name', c.name, 'status', c.status, 'dueAt', iso(c.due_at), 'closesAt', iso(c.closes_at)),
    'subject', json_build_object('type', i.subject_type, 'id', i.subject_id, 'displayName', e.subject_name), 'mode', i.mode, 'stage', i.stage, 'state', i.state, 'cites', i.cites_item_id, 'parent', i.parent_id,
    'reviewer', ${someone('i.reviewer_id')}, 'route', i.route, 'delegatedFrom', (SELECT json_build_object('id', dp.id, 'displayName', dp.display_name) FROM (${everybody}) dp WHERE dp.id = i.delegated_from),
    'risk', CASE i.rank WHEN 0 THEN 'critical' WHEN 1 THEN 'high' WHEN 2 THEN 'moderate' WHEN 4 THEN 'low' END,
    'recommendation', CASE WHEN e.item_id IS NULL THEN NULL ELSE json_build_object('verdict', e.recommended, 'because', e.because, 'rule', e.rule, 'use', e.use) END, 'routine', coalesce(e.routine, false),
    'evidence', e.evidence, 'evidenceHash', e.hash, 'frozenAt', iso(e.frozen_at),
    'decision', CASE WHEN d.id IS NULL THEN NULL ELSE json_build_object('verdict', d.verdict, 'reason', d.reason, 'grants', coalesce(d.detail->'grants', '[]'), 'decidedBy', json_build_object('id', d.decided_by, 'displayName', ${nameOf('d.decided_by')}), 'decidedAt', iso(d.decided_at), 'channel', d.channel, 'bulk', d.bulk, 'againstAdvice', d.against_advice, 'haste', d.haste, 'evidenceHash', d.evidence_hash) END)::text AS json
  FROM (${page}) i JOIN campaigns c ON c.id = i.campaign_id LEFT JOIN review_evidence e ON e.campaign_id = i.campaign_id AND e.item_id = i.id LEFT JOIN review_decisions d ON d.id = i.decision_id`;

function conditions(filter: ItemFilter): Sql {
  const all: Sql[] = [sql`i.state <> 'withdrawn'`];
  if (filter.state !== undefined) all.push(sql`i.state = ${filter.state}`);
  if (filter.verdict !== undefined) all.push(sql`i.verdict = ${filter.verdict}`);
  if (filter.mode !== undefined) all.push(sql`i.mode = ${filter.mode}`);
  if (filter.risk !== undefined) all.push(sql`i.rank = ${RANK_OF[filter.risk] ?? 3}`);
  if (filter.subject !== undefined) all.push(sql`i.subject_id = ${filter.subject}::uuid`);
  return join(all, ' AND ');
}

const FIRST = [-1, '00000000-0000-0000-0000-000000000000'] as const;

/** The same as {@link conditions} with one text whatever is asked for; only the place of a subject decides which index is read. */
function asOneText(filter: ItemFilter): Sql {
  const all = [sql`i.state <> 'withdrawn'`];
  const among = (column: string, type: string, value: string | number | null): void =>
    void all.push(sql`(${value}${raw(`::${type}`)} IS NULL OR ${raw(column)} = ${value}${raw(`::${type}`)})`);
  among('i.state', 'text', filter.state ?? null);
  among('i.verdict', 'text', filter.verdict ?? null);
  among('i.mode', 'text', filter.mode ?? null);
  among('i.rank', 'smallint', filter.risk === undefined ? null : (RANK_OF[filter.risk] ?? 3));
  if (filter.subject !== undefined) all.push(sql`i.subject_id = ${filter.subject}::uuid`);
  return join(all, ' AND ');
}

/**
 * A reviewer's page: what is theirs, and their teams', in campaigns that run, the gravest first. Each campaign and holder is read
 * by its index and only as far as the page needs, so it costs the same however many items there are; its plan is kept.
 */
export function reviewerPage(
  tx: Tx,
  personId: string,
  filter: ItemFilter,
  limit: number,
  after: readonly unknown[] | null,
): Promise<ItemRow[]> {
  const campaign = filter.campaign ?? null;
  const [rank, id] = after ?? FIRST;
  const page = sql`SELECT x.* FROM (SELECT id FROM campaigns WHERE status = 'running' AND (${campaign}::uuid IS NULL OR id = ${campaign}::uuid)) c
    CROSS JOIN (SELECT ${personId}::uuid AS id UNION ALL SELECT team_id FROM (${membersOfTeams}) m WHERE m.person_id = ${personId}::uuid) holder
    CROSS JOIN LATERAL (SELECT i.* FROM review_items i WHERE i.campaign_id = c.id AND i.reviewer_id = holder.id AND ${asOneText(filter)} AND (i.rank, i.id) > (${rank}::smallint, ${id}::uuid) ORDER BY i.rank, i.id LIMIT ${limit}) x
    ORDER BY x.rank, x.id LIMIT ${limit}`;
  return tx.prepared<ItemRow>(sql`${view(page)} ORDER BY i.rank, i.id`);
}

/** The items of one campaign, in the order of their subjects. */
export function campaignPage(
  tx: Tx,
  campaignId: string,
  visible: Sql,
  filter: ItemFilter,
  limit: number,
  after: readonly unknown[] | null,
): Promise<ItemRow[]> {
  const page = sql`SELECT i.* FROM review_items i WHERE i.campaign_id = ${campaignId}::uuid AND ${visible} AND ${conditions(filter)} ${filter.reviewer === undefined ? empty : filter.reviewer === 'none' ? sql`AND i.reviewer_id IS NULL AND i.mode NOT IN ('covered', 'carried')` : sql`AND i.reviewer_id = ${filter.reviewer}::uuid`}
    ${after === null ? empty : sql`AND (i.subject_id, i.id) > (${after[0]}::uuid, ${after[1]}::uuid)`} ORDER BY i.subject_id, i.id LIMIT ${limit}`;
  return tx.run<ItemRow>(sql`${view(page)} ORDER BY i.subject_id, i.id`);
}

export async function oneItem(tx: Tx, id: string, visible: Sql | null): Promise<ItemRow | null> {
  const page = sql`SELECT i.* FROM review_items i WHERE i.id = ${id}::uuid ${visible === null ? empty : sql`AND ${visible}`}`;
  return (await tx.run<ItemRow>(view(page)))[0] ?? null;
}

/** Every decision there was on an item, and every move from one reviewer to another, newest first. */
export function itemHistory(
  tx: Tx,
  id: string,
): Promise<{ at: string; what: string; data: Record<string, unknown> }[]> {
  return tx.sql`SELECT iso(at) AS at, what, data FROM (
      SELECT d.decided_at AS at, 'decided' AS what, jsonb_build_object('verdict', d.verdict, 'reason', d.reason, 'by', p.display_name, 'bulk', d.bulk, 'channel', d.channel, 'authentication', d.authentication, 'shownAt', iso(d.shown_at), 'evidenceHash', d.evidence_hash, 'haste', d.haste) AS data
        FROM review_decisions d LEFT JOIN (${everybody}) p ON p.id = d.decided_by WHERE d.item_id = ${id}
      UNION ALL SELECT m.at, 'moved', jsonb_build_object('from', f.display_name, 'to', coalesce(t.display_name, tt.name), 'because', m.because, 'by', m.actor)
        FROM review_item_moves m LEFT JOIN (${everybody}) f ON f.id = m.from_id LEFT JOIN (${everybody}) t ON t.id = m.to_id LEFT JOIN (${allTeams}) tt ON tt.id = m.to_id WHERE m.item_id = ${id}) h ORDER BY h.at DESC, what LIMIT 200`;
}
