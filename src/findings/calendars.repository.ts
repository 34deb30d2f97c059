import { raw, type Tx } from '../platform/database/index.js';
import type { CalendarDays, WorkCalendar } from './due-dates.js';
import type { Calendars } from './due-plan.js';

export interface CalendarDay extends CalendarDays {
  /** `entered`, or the country the day was proposed for. */
  readonly origin: string;
}

export interface CalendarRow extends WorkCalendar {
  readonly id: string;
  readonly isDefault: boolean;
  readonly units: readonly { readonly id: string; readonly name: string }[];
  readonly days: readonly CalendarDay[];
  readonly changedBy: string;
  readonly changedAt: string;
  readonly version: number;
}

/** A calendar as it is to be written. */
export interface CalendarWrite {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly workingDays: readonly number[];
  readonly isDefault: boolean;
  readonly units: readonly string[];
  readonly days: readonly CalendarDay[];
  readonly by: string;
  readonly at: Date;
}

const COLUMNS = raw(`c.id, c.name, c.zone, c.working_days AS "workingDays", c.is_default AS "isDefault",
  coalesce((SELECT json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY u.name) FROM calendar_units cu JOIN units u ON u.id = cu.unit_id WHERE cu.calendar_id = c.id), '[]') AS units,
  coalesce((SELECT json_agg(json_build_object('kind', d.kind, 'startsOn', d.starts_on, 'endsOn', d.ends_on, 'name', d.name, 'origin', d.origin) ORDER BY d.starts_on, d.kind) FROM calendar_days d WHERE d.calendar_id = c.id), '[]') AS days,
  c.changed_by AS "changedBy", iso(c.changed_at) AS "changedAt", c.version`);

export class CalendarsRepository {
  constructor(private readonly tx: Tx) {}

  list(limit: number, after: readonly unknown[] | null): Promise<CalendarRow[]> {
    return this.tx
      .sql<CalendarRow>`SELECT ${COLUMNS} FROM calendars c WHERE (c.name, c.id) > (${after?.[0] ?? ''}, ${after?.[1] ?? '00000000-0000-0000-0000-000000000000'}::uuid) ORDER BY c.name, c.id LIMIT ${limit}`;
  }
  async one(id: string): Promise<CalendarRow | null> {
    return (await this.tx.sql<CalendarRow>`SELECT ${COLUMNS} FROM calendars c WHERE c.id = ${id}`)[0] ?? null;
  }
  /** Calendars are few and a unit belongs to one alone: who writes one keeps the others out meanwhile. */
  async lock(): Promise<void> {
    await this.tx.sql`LOCK TABLE calendars IN SHARE ROW EXCLUSIVE MODE`;
  }
  /** All of them, as due dates ask for them. */
  async byUnit(): Promise<Calendars> {
    const byUnit = new Map<string | null, WorkCalendar>();
    for (const row of await this.tx.sql<CalendarRow>`SELECT ${COLUMNS} FROM calendars c`) {
      if (row.isDefault) byUnit.set(null, row);
      for (const { id } of row.units) byUnit.set(id, row);
    }
    return byUnit;
  }
  async idOfName(name: string): Promise<string | null> {
    const [row] = await this.tx.sql<{ id: string }>`SELECT id FROM calendars WHERE name = ${name}`;
    return row?.id ?? null;
  }
  async missingUnits(ids: readonly string[]): Promise<string[]> {
    const rows = await this.tx.sql<{
      id: string;
    }>`SELECT g.id::text FROM unnest(${ids}::uuid[]) AS g(id) WHERE NOT EXISTS (SELECT 1 FROM units u WHERE u.id = g.id)`;
    return rows.map(({ id }) => id);
  }
  async insert(calendar: CalendarWrite): Promise<void> {
    await this.takeOver(calendar);
    await this.tx
      .sql`INSERT INTO calendars (id, name, zone, working_days, is_default, changed_by, changed_at) VALUES (${calendar.id}, ${calendar.name}, ${calendar.zone}, ${calendar.workingDays}, ${calendar.isDefault}, ${calendar.by}, ${calendar.at})`;
    await this.writeParts(calendar);
  }
  async save(calendar: CalendarWrite): Promise<void> {
    await this.takeOver(calendar);
    await this.tx
      .sql`UPDATE calendars SET name = ${calendar.name}, zone = ${calendar.zone}, working_days = ${calendar.workingDays}, is_default = ${calendar.isDefault}, changed_by = ${calendar.by}, changed_at = ${calendar.at}, version = version + 1 WHERE id = ${calendar.id}`;
    await this.tx.sql`DELETE FROM calendar_units WHERE calendar_id = ${calendar.id}`;
    await this.tx.sql`DELETE FROM calendar_days WHERE calendar_id = ${calendar.id}`;
    await this.writeParts(calendar);
  }
  async remove(id: string): Promise<void> {
    await this.tx.sql`DELETE FROM calendars WHERE id = ${id}`;
  }

  /** One calendar is the default one, and a unit has one: what this one takes, the others lose. */
  private async takeOver({ id, isDefault, units }: CalendarWrite): Promise<void> {
    if (isDefault)
      await this.tx
        .sql`UPDATE calendars SET is_default = false, version = version + 1 WHERE is_default AND id <> ${id}`;
    await this.tx
      .sql`WITH lost AS (DELETE FROM calendar_units WHERE unit_id = ANY(${units}::uuid[]) AND calendar_id <> ${id} RETURNING calendar_id)
      UPDATE calendars SET version = version + 1 WHERE id IN (SELECT calendar_id FROM lost)`;
  }
  private async writeParts({ id, units, days }: CalendarWrite): Promise<void> {
    await this.tx.sql`INSERT INTO calendar_units (unit_id, calendar_id) SELECT unnest(${units}::uuid[]), ${id}`;
    await this.tx.sql`INSERT INTO calendar_days (calendar_id, kind, starts_on, ends_on, name, origin)
      SELECT ${id}, d.kind, d."startsOn", d."endsOn", d.name, d.origin FROM jsonb_to_recordset(${JSON.stringify(days)}::jsonb) AS d(kind text, "startsOn" date, "endsOn" date, name text, origin text)`;
  }
}
