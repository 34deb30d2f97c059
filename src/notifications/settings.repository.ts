import type { Tx } from '../platform/database/index.js';

export interface SettingsRow {
  readonly iamTeam: { readonly id: string; readonly name: string } | null;
  readonly digestHour: number;
  readonly zone: string;
  readonly managerAfterDays: number;
  readonly headAfterDays: number;
  readonly version: number;
}

export class NotificationSettingsRepository {
  constructor(private readonly tx: Tx) {}

  async read(): Promise<SettingsRow> {
    const [row] = await this.tx
      .sql<SettingsRow>`SELECT CASE WHEN t.id IS NULL THEN NULL ELSE json_build_object('id', t.id, 'name', t.name) END AS "iamTeam", s.digest_hour AS "digestHour", s.zone,
        s.manager_after_days AS "managerAfterDays", s.head_after_days AS "headAfterDays", s.version
      FROM notification_settings s LEFT JOIN teams t ON t.id = s.iam_team_id`;
    return row!;
  }

  async forChange(): Promise<{ version: number }> {
    return (await this.tx.sql<{ version: number }>`SELECT version FROM notification_settings FOR UPDATE`)[0]!;
  }

  async write(settings: {
    iamTeam: string | null;
    digestHour: number;
    zone: string;
    managerAfterDays: number;
    headAfterDays: number;
  }): Promise<void> {
    await this.tx
      .sql`UPDATE notification_settings SET iam_team_id = ${settings.iamTeam}, digest_hour = ${settings.digestHour}, zone = ${settings.zone},
        manager_after_days = ${settings.managerAfterDays}, head_after_days = ${settings.headAfterDays}, version = version + 1`;
  }

  async teamExists(id: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM teams WHERE id = ${id}`).length > 0;
  }

  /** Whether the database can work in this time zone, which is where local hours are worked out. */
  async knowsZone(zone: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM pg_timezone_names WHERE name = ${zone}`).length > 0;
  }
}
