import type { Tx } from '../platform/database/index.js';

export interface Preferences {
  /** Null = as everybody. */
  readonly digestHour: number | null;
  readonly zone: string | null;
  /** Local times, 'HH:MM'; both or none. */
  readonly quietFrom: string | null;
  readonly quietTo: string | null;
  readonly byMail: boolean;
  readonly webhooks: readonly string[];
}
export type PreferencesRow = Preferences & { readonly version: number };

export const AS_EVERYBODY: PreferencesRow = {
  digestHour: null,
  zone: null,
  quietFrom: null,
  quietTo: null,
  byMail: true,
  webhooks: [],
  version: 0,
};

export class PreferencesRepository {
  constructor(private readonly tx: Tx) {}

  async of(personId: string): Promise<PreferencesRow> {
    const [row] = await this.tx
      .sql<PreferencesRow>`SELECT digest_hour AS "digestHour", zone, to_char(quiet_from, 'HH24:MI') AS "quietFrom", to_char(quiet_to, 'HH24:MI') AS "quietTo", by_mail AS "byMail", webhooks, version
      FROM notification_preferences WHERE person_id = ${personId}`;
    return row ?? AS_EVERYBODY;
  }

  /** Takes the lock that two writers meet at: the person's row, which is there before any preference is. */
  async lock(personId: string): Promise<boolean> {
    return (await this.tx.sql`SELECT 1 FROM persons WHERE id = ${personId} FOR NO KEY UPDATE`).length > 0;
  }

  async write(personId: string, p: PreferencesRow): Promise<void> {
    await this.tx
      .sql`INSERT INTO notification_preferences AS n (person_id, digest_hour, zone, quiet_from, quiet_to, by_mail, webhooks, version)
      VALUES (${personId}, ${p.digestHour}, ${p.zone}, ${p.quietFrom}, ${p.quietTo}, ${p.byMail}, ${p.webhooks}, ${p.version})
      ON CONFLICT (person_id) DO UPDATE SET digest_hour = EXCLUDED.digest_hour, zone = EXCLUDED.zone, quiet_from = EXCLUDED.quiet_from, quiet_to = EXCLUDED.quiet_to,
        by_mail = EXCLUDED.by_mail, webhooks = EXCLUDED.webhooks, version = EXCLUDED.version`;
  }
}
