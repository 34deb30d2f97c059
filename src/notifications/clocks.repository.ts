import type { Tx } from '../platform/database/index.js';

export interface DueReader {
  readonly personId: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly zone: string;
  /** Their day on the calendar. */
  readonly day: string;
  /** The instant from which on they may be disturbed. */
  readonly allowedAt: Date;
  readonly byMail: boolean;
  readonly webhooks: readonly string[];
  readonly isIam: boolean;
  /** Since when what is new is news to them; null the first time. */
  readonly newsSince: Date | null;
  /** They had their digest of this day already, and nobody asked for another. */
  readonly hadToday: boolean;
  /** Somebody asked that they be told now. */
  readonly summonedAt: Date | null;
}

/** When whose digest is due. */
export class DigestClocksRepository {
  constructor(private readonly tx: Tx) {}

  /** A clock for everybody who is there and has none yet. */
  startMissing(now: Date): Promise<number> {
    return this.tx.change`INSERT INTO digest_clocks (person_id, due_at)
      SELECT p.id, next_local_hour(${now}, coalesce(pr.zone, s.zone), coalesce(pr.digest_hour, s.digest_hour))
      FROM persons p CROSS JOIN notification_settings s LEFT JOIN notification_preferences pr ON pr.person_id = p.id
      WHERE is_there(p.status, p.leaves_at, ${now}) AND NOT EXISTS (SELECT 1 FROM digest_clocks c WHERE c.person_id = p.id) ON CONFLICT DO NOTHING`;
  }

  /** Stops the clocks of those who are gone. */
  stopOfGone(now: Date): Promise<number> {
    return this.tx.change`DELETE FROM digest_clocks c USING persons p
      WHERE p.id = c.person_id AND c.due_at <= ${now} AND NOT is_there(p.status, p.leaves_at, ${now})`;
  }

  /** Takes those whose hour has come, and sets their clocks to tomorrow. However many days were missed, it is one digest. */
  takeDue(now: Date, newsUntil: Date, limit: number): Promise<DueReader[]> {
    return this.tx.sql<DueReader>`WITH due AS (
        SELECT person_id, last_day, news_until, summoned_at FROM digest_clocks WHERE due_at <= ${now} ORDER BY due_at, person_id LIMIT ${limit} FOR UPDATE SKIP LOCKED),
      readers AS (
        SELECT d.person_id, d.news_until, d.summoned_at, d.summoned_at IS NULL AND d.last_day IS NOT NULL AND d.last_day >= (${now}::timestamptz AT TIME ZONE coalesce(pr.zone, s.zone))::date AS had_today, p.display_name, p.email, coalesce(pr.zone, s.zone) AS zone, coalesce(pr.digest_hour, s.digest_hour) AS hour,
          pr.quiet_from, pr.quiet_to, coalesce(pr.by_mail, true) AS by_mail, coalesce(pr.webhooks, '{}') AS webhooks,
          EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = s.iam_team_id AND m.person_id = d.person_id) AS is_iam
        FROM due d JOIN persons p ON p.id = d.person_id CROSS JOIN notification_settings s LEFT JOIN notification_preferences pr ON pr.person_id = d.person_id),
      moved AS (
        UPDATE digest_clocks c SET due_at = next_local_hour(${now}, r.zone, r.hour), last_day = (${now}::timestamptz AT TIME ZONE r.zone)::date, summoned_at = NULL, news_until = CASE WHEN r.had_today THEN c.news_until ELSE ${newsUntil} END
        FROM readers r WHERE r.person_id = c.person_id)
      SELECT person_id AS "personId", display_name AS "displayName", email, zone, to_char(${now}::timestamptz AT TIME ZONE zone, 'YYYY-MM-DD') AS day,
        after_quiet(${now}, zone, quiet_from, quiet_to) AS "allowedAt", by_mail AS "byMail", webhooks, is_iam AS "isIam", news_until AS "newsSince",
        had_today AS "hadToday", summoned_at AS "summonedAt"
      FROM readers ORDER BY person_id`;
  }

  /** Lets these people be told at once, even if they had their digest of this day; whoever is gone has no clock. */
  async summon(people: readonly string[], now: Date): Promise<void> {
    await this.tx
      .sql`INSERT INTO digest_clocks (person_id, due_at, summoned_at) SELECT p.id, ${now}, ${now} FROM persons p WHERE p.id = ANY(${people}::uuid[]) AND is_there(p.status, p.leaves_at, ${now})
      ON CONFLICT (person_id) DO UPDATE SET due_at = EXCLUDED.due_at, summoned_at = EXCLUDED.summoned_at`;
  }

  /** Sets somebody's clock anew after what they prefer has changed. */
  async reset(personId: string, now: Date): Promise<void> {
    await this.tx
      .sql`UPDATE digest_clocks c SET due_at = next_local_hour(${now}, coalesce(pr.zone, s.zone), coalesce(pr.digest_hour, s.digest_hour))
      FROM notification_settings s LEFT JOIN notification_preferences pr ON pr.person_id = ${personId} WHERE c.person_id = ${personId} AND c.summoned_at IS NULL`;
  }

  /** The same for everybody who prefers nothing of their own. */
  async resetAll(now: Date): Promise<void> {
    await this.tx
      .sql`UPDATE digest_clocks c SET due_at = next_local_hour(${now}, coalesce(pr.zone, s.zone), coalesce(pr.digest_hour, s.digest_hour))
      FROM persons p CROSS JOIN notification_settings s LEFT JOIN notification_preferences pr ON pr.person_id = p.id WHERE c.person_id = p.id AND c.summoned_at IS NULL`;
    await this.tx
      .sql`UPDATE notification_settings s SET news_due_at = next_local_hour(${now}, s.zone, s.digest_hour) WHERE news_due_at IS NOT NULL`;
  }

  /** Whether what is new is due to be told in chats; the first sight of the clock only starts it. */
  async takeNews(now: Date, newsUntil: Date): Promise<{ since: Date | null; zone: string; day: string } | null> {
    const [row] = await this.tx.sql<{ due: Date | null; since: Date | null; zone: string; day: string }>`
      SELECT news_due_at AS due, news_until AS since, zone, to_char(${now}::timestamptz AT TIME ZONE zone, 'YYYY-MM-DD') AS day FROM notification_settings FOR UPDATE`;
    if (row!.due !== null && row!.due > now) return null;
    await this.tx
      .sql`UPDATE notification_settings s SET news_due_at = next_local_hour(${now}, s.zone, s.digest_hour), news_until = CASE WHEN news_due_at IS NULL THEN news_until ELSE ${newsUntil} END`;
    return row!.due === null ? null : { since: row!.since, zone: row!.zone, day: row!.day };
  }
}
