import { identitiesWith, type IdentityEvent } from '../catalogue/index.js';
import { sql, type Tx } from '../platform/database/index.js';

export const EVENTS = [
  'new-owner',
  'privilege-increase',
  'risk-increase',
  'agent-changed',
  'finding',
] as const satisfies readonly IdentityEvent[];

export interface Trigger {
  readonly event: IdentityEvent;
  readonly enabled: boolean;
  readonly parameters: { readonly dueInDays: number; readonly severity: string };
  readonly seenUntil: Date;
  readonly version: number;
}

const COLUMNS = sql`event, enabled, parameters, seen_until AS "seenUntil", version`;

export class TriggersRepository {
  constructor(private readonly tx: Tx) {}

  all(): Promise<Trigger[]> {
    return this.tx.run<Trigger>(sql`SELECT ${COLUMNS} FROM campaign_triggers ORDER BY event`);
  }

  async forChange(event: IdentityEvent): Promise<Trigger | null> {
    const [row] = await this.tx.run<Trigger>(
      sql`SELECT ${COLUMNS} FROM campaign_triggers WHERE event = ${event} FOR UPDATE`,
    );
    return row ?? null;
  }

  async put(trigger: Omit<Trigger, 'version'>, by: string): Promise<void> {
    await this.tx
      .sql`INSERT INTO campaign_triggers (event, enabled, parameters, seen_until, changed_by) VALUES (${trigger.event}, ${trigger.enabled}, ${JSON.stringify(trigger.parameters)}, ${trigger.seenUntil}, ${by})
      ON CONFLICT (event) DO UPDATE SET enabled = EXCLUDED.enabled, parameters = EXCLUDED.parameters, seen_until = EXCLUDED.seen_until, changed_by = EXCLUDED.changed_by, version = campaign_triggers.version + 1`;
  }

  async seen(event: IdentityEvent, until: Date): Promise<void> {
    await this.tx.sql`UPDATE campaign_triggers SET seen_until = ${until} WHERE event = ${event}`;
  }

  /** Whom it happened to since this was looked at last, but for what a running micro certification of the same event asks about. */
  async identities({ event, seenUntil, parameters }: Trigger, until: Date, limit: number): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT DISTINCT w.id FROM (${identitiesWith(event, seenUntil, until, parameters.severity)}) w
      WHERE NOT EXISTS (SELECT 1 FROM review_items i JOIN campaigns c ON c.id = i.campaign_id WHERE c.kind = 'micro' AND c.status = 'running' AND c.template = ${event} AND i.subject_id = w.id AND i.state = 'open') ORDER BY w.id LIMIT ${limit}`;
    return rows.map(({ id }) => id);
  }
}
