import { join, raw, type Sql, sql, type Tx } from '../../platform/database/index.js';
import type { OwedKind } from '../contributions.js';
import type { OwedGroup } from '../digest.js';

/**
 * What these people owe now, and what those they manage or head have owed for too long. Leaves the rows behind it in
 * the temporary table `owed_now`, for {@link noteTold}; both live as long as the transaction.
 */
export async function owedNow(
  tx: Tx,
  people: readonly string[],
  kinds: readonly OwedKind[],
  now: Date,
): Promise<Map<string, OwedGroup[]>> {
  await tx.sql`CREATE TEMP TABLE digest_audience ON COMMIT DROP AS
    SELECT p.id AS person_id, coalesce(pr.zone, s.zone) AS zone, EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = s.iam_team_id AND m.person_id = p.id) AS is_iam
    FROM persons p CROSS JOIN notification_settings s LEFT JOIN notification_preferences pr ON pr.person_id = p.id WHERE p.id = ANY(${people}::uuid[])`;
  // The planner knows nothing of a table made a moment ago, and would join thousands of rows as if they were a few.
  await tx.sql`ANALYZE digest_audience`;
  await tx.sql`CREATE TEMP TABLE digest_about ON COMMIT DROP AS ${about(now)}`;
  await tx.sql`ANALYZE digest_about`;
  const asked = sql`(SELECT DISTINCT person_id FROM digest_about)`;
  const items = [sql`SELECT ${NONE} WHERE FALSE`, ...kinds.map((kind) => rowsOf(kind, kind.items(asked, now)))];
  const readers = sql`(SELECT person_id FROM digest_audience)`;
  const naming = [
    sql`SELECT ${NONE} WHERE FALSE`,
    ...kinds.flatMap((kind) => (kind.course ? [rowsOf(kind, kind.course.naming(readers, now))] : [])),
  ];
  await tx.sql`CREATE TEMP TABLE owed_now ON COMMIT DROP AS
    WITH items AS MATERIALIZED (${join(items, ' UNION ALL ')}),
    placed AS (
      SELECT a.audience, a.zone, a.level, i.* FROM digest_about a JOIN items i ON i.person_id = a.person_id WHERE a.level <> 'head' OR i.named_id IS NULL
      UNION ALL SELECT d.person_id, d.zone, 'named', n.* FROM (${join(naming, ' UNION ALL ')}) n JOIN digest_audience d ON d.person_id = n.named_id AND d.person_id <> n.person_id),
    judged AS (
      SELECT a.*, t.told_at, t.due_at AS told_due_at, ${rung(sql`${now}::timestamptz`)} AS rung, ${rung(sql`t.told_at`)} AS rung_then,
        (h.level IS NOT NULL OR a.named_id IS NOT DISTINCT FROM a.audience) AND escalation_rung(days_until(a.due_at, ${now}, a.zone), coalesce(a.head_after, s.head_after_days)) > 0 AS told_later_too
      FROM placed a CROSS JOIN notification_settings s
      LEFT JOIN digest_about h ON a.level = 'manager' AND a.named_id IS NULL AND h.level = 'head' AND h.audience = a.audience AND h.person_id = a.person_id
      LEFT JOIN told_items t ON t.person_id = a.audience AND t.item_id = a.item_id AND t.level = a.level)
    SELECT audience, level, person_id, kind, item_id, severity, due_at, title, ref, rung > 0 AND (told_at IS NULL OR rung > rung_then OR due_at < told_due_at OR (level = 'own' AND asked_at > told_at)) AS calls
    FROM judged WHERE level = 'own' OR (rung > 0 AND NOT (level = 'manager' AND told_later_too))`;
  await tx.sql`ANALYZE owed_now`;
  const rows = await tx.sql<OwedGroup & { audience: string }>`
    SELECT o.audience, o.level, o.kind, CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'displayName', p.display_name) END AS about,
      count(*)::int AS count, (count(*) FILTER (WHERE o.calls))::int AS calls, (count(*) FILTER (WHERE o.due_at < ${now}))::int AS overdue, iso(min(o.due_at) FILTER (WHERE o.due_at >= ${now})) AS "nextDueAt",
      ${severities()} AS severities,
      coalesce(json_agg(json_build_object('title', o.title, 'severity', o.severity, 'dueAt', iso(o.due_at), 'ref', o.ref) ORDER BY o.place) FILTER (WHERE o.place <= 3), '[]') AS worst
    FROM (SELECT *, CASE WHEN level = 'own' THEN NULL ELSE person_id END AS about_id,
        row_number() OVER (PARTITION BY audience, level, kind, person_id ORDER BY severity_rank(severity) DESC, due_at, title, item_id) AS place FROM owed_now) o
    LEFT JOIN persons p ON p.id = o.about_id
    GROUP BY o.audience, o.level, o.kind, p.id, p.display_name
    ORDER BY o.audience, array_position(ARRAY['own', 'head', 'named', 'manager'], o.level), o.kind, count(*) DESC, p.display_name`;
  const groups = new Map<string, OwedGroup[]>();
  for (const { audience, ...group } of rows)
    (groups.get(audience) ?? groups.set(audience, []).get(audience)!).push(group);
  return groups;
}

/** Remembers what each of these digests tells, so that nobody is told again before the next rung of the ladder. */
export async function noteTold(
  tx: Tx,
  digests: readonly { readonly personId: string; readonly digestId: string }[],
  now: Date,
): Promise<void> {
  if (digests.length === 0) return;
  await tx.sql`INSERT INTO told_items AS t (person_id, item_id, level, due_at, told_at, digest_id)
    SELECT o.audience, o.item_id, o.level, o.due_at, ${now}, d.digest_id FROM owed_now o
    JOIN unnest(${digests.map(({ personId }) => personId)}::uuid[], ${digests.map(({ digestId }) => digestId)}::uuid[]) AS d(person_id, digest_id) ON d.person_id = o.audience
    WHERE o.calls ON CONFLICT (person_id, item_id, level) DO UPDATE SET due_at = EXCLUDED.due_at, told_at = EXCLUDED.told_at, digest_id = EXCLUDED.digest_id`;
}

const NONE = sql`NULL::text AS kind, NULL::uuid AS person_id, NULL::uuid AS item_id, NULL::text AS severity, NULL::timestamptz AS due_at, NULL::text AS title,
  NULL::uuid AS ref, NULL::timestamptz[] AS steps, NULL::timestamptz AS asked_at, NULL::integer AS manager_after, NULL::integer AS head_after, NULL::uuid AS named_id`;

/** The rows of a kind in the columns of all kinds: those without a course of their own have nothing in its columns. */
const rowsOf = ({ kind, course }: OwedKind, rows: Sql): Sql =>
  sql`SELECT ${kind} AS kind, x.person_id, x.item_id, x.severity, x.due_at, x.title, ${
    course
      ? sql`x.ref, x.steps, x.asked_at, x.manager_after, x.head_after, x.named_id`
      : sql`NULL::uuid, NULL::timestamptz[], NULL::timestamptz, NULL::integer, NULL::integer, NULL::uuid`
  } FROM (${rows}) AS x`;

/** The rung an item stood on at an instant, for whoever is told of it. */
const rung = (
  at: Sql,
): Sql => sql`CASE a.level WHEN 'own' THEN CASE WHEN a.steps IS NULL THEN reminder_rung(days_until(a.due_at, ${at}, a.zone)) ELSE steps_rung(a.steps, ${at}, a.zone) END
  WHEN 'manager' THEN escalation_rung(days_until(a.due_at, ${at}, a.zone), coalesce(a.manager_after, s.manager_after_days))
  ELSE escalation_rung(days_until(a.due_at, ${at}, a.zone), coalesce(a.head_after, s.head_after_days)) END`;

const severities = (): Sql =>
  sql`json_build_object(${join(
    ['critical', 'high', 'medium', 'low'].map(
      (severity) => sql`${raw(`'${severity}'`)}, count(*) FILTER (WHERE o.severity = ${severity})`,
    ),
    ', ',
  )})`;

/**
 * Who of the audience is told about whom: everybody about themselves; managers about those they manage; heads about
 * their unit. Where nobody is above somebody, the IAM team is.
 */
const about = (now: Date): Sql => sql`WITH RECURSIVE heads AS (
    SELECT u.id AS unit_id, u.parent_id, u.head_id, 0 AS depth FROM units u
    UNION ALL SELECT h.unit_id, u.parent_id, u.head_id, h.depth + 1 FROM heads h JOIN units u ON u.id = h.parent_id WHERE h.depth < 32),
  able_heads AS (SELECT h.unit_id, h.head_id, h.depth FROM heads h JOIN persons p ON p.id = h.head_id WHERE is_there(p.status, p.leaves_at, ${now})),
  below AS (
    SELECT p.id, p.manager_id, p.unit_id FROM persons p WHERE p.manager_id IN (SELECT person_id FROM digest_audience)
    UNION SELECT p.id, p.manager_id, p.unit_id FROM persons p WHERE p.unit_id IN (SELECT unit_id FROM able_heads WHERE head_id IN (SELECT person_id FROM digest_audience))
    UNION SELECT p.id, p.manager_id, p.unit_id FROM persons p WHERE (SELECT bool_or(is_iam) FROM digest_audience) AND is_there(p.status, p.leaves_at, ${now})),
  lines AS (
    SELECT b.id AS person_id, m.id AS manager_id, (SELECT h.head_id FROM able_heads h WHERE h.unit_id = b.unit_id AND h.head_id <> b.id ORDER BY h.depth LIMIT 1) AS head_id
    FROM below b LEFT JOIN persons m ON m.id = b.manager_id AND m.id <> b.id AND is_there(m.status, m.leaves_at, ${now})),
  targets AS (
    SELECT person_id, 'manager' AS level, coalesce(manager_id, head_id) AS target FROM lines
    UNION ALL SELECT person_id, 'head', head_id FROM lines)
  SELECT person_id AS audience, zone, person_id, 'own' AS level FROM digest_audience
  UNION ALL SELECT a.person_id, a.zone, t.person_id, t.level FROM targets t JOIN digest_audience a ON a.person_id = t.target
  UNION ALL SELECT a.person_id, a.zone, t.person_id, t.level FROM targets t JOIN digest_audience a ON a.is_iam WHERE t.target IS NULL AND a.person_id <> t.person_id`;
