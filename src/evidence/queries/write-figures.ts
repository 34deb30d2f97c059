import { raw, type Sql, sql, type Tx } from '../../platform/database/index.js';

export interface Measuring {
  /** `2026-03-01`, in UTC. */
  readonly day: string;
  readonly now: Date;
  readonly countedFrom: Date;
  readonly countedUntil: Date;
  /** Where in the stored outcomes the letter of each check is. */
  readonly letters: {
    readonly identityUse: number;
    readonly credentialUse: number;
    readonly credentialAge: number;
  };
}

/** Kinds of credentials that are a stored secret; the others prove themselves another way, or are passwords. */
const STATIC_KINDS = [
  'access-key',
  'api-key',
  'client-secret',
  'personal-access-token',
  'ssh-key',
  'service-credential',
];

/** Somebody here has to answer for it: what providers manage, people's own accounts and groups are left out. */
const GOVERNED = raw(
  `i.removed_at IS NULL AND i.managed_by = 'us' AND i.status <> 'disabled' AND i.nature <> 'human' AND i.kind <> 'group'`,
);

const letter = (place: number): Sql => sql`substr(ev.results, ${place + 1}::int, 1)`;
/** Fails, alone or behind another finding that makes it pointless. */
const fails = (place: number): Sql => sql`${letter(place)} IN ('f', 's')`;
/** Not looked at, not asked by any policy, or not to be said: never counted as good. */
const unknown = (place: number): Sql => sql`coalesce(${letter(place)}, '') IN ('', 'e', '-')`;

/** The figures of a day, unit by unit, written in one statement. Every unit gets a row, and so does what has none. */
export function writeFigures(
  tx: Tx,
  { day, now, countedFrom, countedUntil, letters }: Measuring,
): Promise<{ unit: string | null; identities: string; credentials: string; findings: string }[]> {
  const answers = sql`op.id IS NOT NULL AND op.status <> 'left' AND (op.leaves_at IS NULL OR op.leaves_at > ${now})`;
  const open = raw(`f.status <> 'resolved'`);
  const closed = sql`f.resolution = 'fixed' AND f.resolved_at >= ${countedFrom} AND f.resolved_at < ${countedUntil}`;
  const closedWithin = (days: number): Sql =>
    sql`count(*) FILTER (WHERE ${closed} AND f.resolved_at - f.opened_at <= make_interval(days => ${days}::int))`;
  return tx.run(sql`
    WITH of_identities AS (
      SELECT i.unit_id, count(*) AS identities, count(*) FILTER (WHERE o.state IN ('provisional', 'accepted') AND ${answers}) AS owned,
        count(*) FILTER (WHERE o.state = 'accepted' AND ${answers}) AS accepted, count(*) FILTER (WHERE ${fails(letters.identityUse)}) AS idle, count(*) FILTER (WHERE ${unknown(letters.identityUse)}) AS use_unknown
      FROM identities i LEFT JOIN ownerships o ON o.identity_id = i.id AND o.state <> 'ended' LEFT JOIN persons op ON op.id = o.owner_id
        LEFT JOIN evaluations ev ON ev.subject_type = 'identity' AND ev.subject_id = i.id
      WHERE ${GOVERNED} GROUP BY i.unit_id),
    of_credentials AS (
      SELECT i.unit_id, count(*) AS credentials, count(*) FILTER (WHERE ${fails(letters.credentialAge)}) AS over_age, count(*) FILTER (WHERE ${unknown(letters.credentialAge)}) AS age_unknown,
        count(*) FILTER (WHERE ${fails(letters.credentialUse)}) AS idle, count(*) FILTER (WHERE ${unknown(letters.credentialUse)}) AS use_unknown,
        count(*) FILTER (WHERE c.kind = ANY(${STATIC_KINDS})) AS static_secrets, count(*) FILTER (WHERE c.kind = 'federated-trust') AS federated
      FROM credentials c JOIN identities i ON i.id = c.identity_id LEFT JOIN evaluations ev ON ev.subject_type = 'credential' AND ev.subject_id = c.id
      WHERE ${GOVERNED} AND c.removed_at IS NULL AND c.status <> 'disabled' AND (CASE WHEN c.expires_at IS NULL THEN c.status <> 'expired' ELSE c.expires_at > ${now} END)
      GROUP BY i.unit_id),
    of_findings AS (
      SELECT coalesce(fi.unit_id, fs.unit_id, fu.unit_id, fp.unit_id) AS unit_id, count(*) FILTER (WHERE ${open}) AS findings, count(*) FILTER (WHERE ${open} AND f.due_at < ${now}) AS overdue,
        count(*) FILTER (WHERE f.status = 'excepted') AS excepted, count(*) FILTER (WHERE f.opened_at >= ${countedFrom} AND f.opened_at < ${countedUntil}) AS opened, count(*) FILTER (WHERE ${closed}) AS closed,
        ${closedWithin(1)} AS within_1, ${closedWithin(7)} AS within_7, ${closedWithin(30)} AS within_30, ${closedWithin(90)} AS within_90,
        coalesce(sum(extract(epoch FROM f.resolved_at - f.opened_at)) FILTER (WHERE ${closed}), 0)::bigint AS seconds
      FROM findings f LEFT JOIN credentials fc ON f.subject_type = 'credential' AND fc.id = f.subject_id LEFT JOIN grants fg ON f.subject_type = 'grant' AND fg.id = f.subject_id
        LEFT JOIN identities fi ON fi.id = coalesce(CASE WHEN f.subject_type = 'identity' THEN f.subject_id END, fc.identity_id, fg.identity_id)
        LEFT JOIN sources fs ON f.subject_type = 'source' AND fs.id = f.subject_id LEFT JOIN use_cases fu ON f.subject_type = 'use-case' AND fu.id = f.subject_id
        LEFT JOIN persons fp ON f.subject_type = 'person' AND fp.id = f.subject_id
      WHERE ${open} OR f.resolved_at >= ${countedFrom} OR f.opened_at >= ${countedFrom}
      GROUP BY 1),
    every_unit AS (SELECT id FROM units UNION ALL SELECT NULL)
    INSERT INTO programme_days (day, unit_id, measured_at, counted_from, counted_until, identities, owned, accepted, idle_identities, identity_use_unknown, credentials, over_age, age_unknown, idle_credentials, credential_use_unknown,
      static_secrets, federated, findings, overdue, excepted, opened, closed, closed_within_1_day, closed_within_7_days, closed_within_30_days, closed_within_90_days, seconds_to_close)
    SELECT ${day}::date, u.id, ${now}, ${countedFrom}, ${countedUntil}, coalesce(i.identities, 0), coalesce(i.owned, 0), coalesce(i.accepted, 0), coalesce(i.idle, 0), coalesce(i.use_unknown, 0),
      coalesce(c.credentials, 0), coalesce(c.over_age, 0), coalesce(c.age_unknown, 0), coalesce(c.idle, 0), coalesce(c.use_unknown, 0), coalesce(c.static_secrets, 0), coalesce(c.federated, 0),
      coalesce(f.findings, 0), coalesce(f.overdue, 0), coalesce(f.excepted, 0), coalesce(f.opened, 0), coalesce(f.closed, 0), coalesce(f.within_1, 0), coalesce(f.within_7, 0), coalesce(f.within_30, 0), coalesce(f.within_90, 0), coalesce(f.seconds, 0)
    FROM every_unit u LEFT JOIN of_identities i ON i.unit_id IS NOT DISTINCT FROM u.id LEFT JOIN of_credentials c ON c.unit_id IS NOT DISTINCT FROM u.id LEFT JOIN of_findings f ON f.unit_id IS NOT DISTINCT FROM u.id
    RETURNING unit_id AS unit, identities::text, credentials::text, findings::text`);
}
