import { Injectable } from '@nestjs/common';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown } from '../../platform/http/index.js';
import { type CalendarRow, CalendarsRepository, type CalendarWrite } from '../calendars.repository.js';
import { CalendarNameTaken } from '../findings.errors.js';

export type CalendarInput = Omit<CalendarWrite, 'id' | 'by' | 'at'>;

/** Writes calendars. Due dates that they move are worked out again, each with the reason. */
@Injectable()
export class PutCalendar {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  create(actor: Actor, input: CalendarInput): Promise<string> {
    return this.database.transaction(async (tx) => {
      const calendars = tx.use(CalendarsRepository);
      await calendars.lock();
      await this.assertFits(calendars, input, null);
      const id = newId(this.clock);
      await calendars.insert({ ...input, id, by: actor.id, at: this.clock.now() });
      await this.record(tx, actor, id, null, input);
      return id;
    });
  }

  async replace(actor: Actor, id: string, seen: number, input: CalendarInput): Promise<void> {
    await this.database.transaction(async (tx) => {
      const calendars = tx.use(CalendarsRepository);
      await calendars.lock();
      const before = await calendars.one(id);
      if (!before) throw new NotFound('calendar');
      assertUnchanged(before, seen);
      await this.assertFits(calendars, input, id);
      await calendars.save({ ...input, id, by: actor.id, at: this.clock.now() });
      await this.record(tx, actor, id, before, input);
    });
  }

  async remove(actor: Actor, id: string, seen: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const calendars = tx.use(CalendarsRepository);
      await calendars.lock();
      const before = await calendars.one(id);
      if (!before) throw new NotFound('calendar');
      assertUnchanged(before, seen);
      await calendars.remove(id);
      await this.record(tx, actor, id, before, null);
    });
  }

  private async assertFits(calendars: CalendarsRepository, input: CalendarInput, id: string | null): Promise<void> {
    const other = await calendars.idOfName(input.name);
    if (other !== null && other !== id) throw new CalendarNameTaken();
    const [missing] = await calendars.missingUnits(input.units);
    if (missing !== undefined) throw new ReferenceUnknown(`/units/${input.units.indexOf(missing)}`, 'unit');
  }

  private record(
    tx: Tx,
    actor: Actor,
    id: string,
    before: CalendarRow | null,
    after: CalendarInput | null,
  ): Promise<void> {
    return this.audit.record(tx, {
      type: 'findings.calendar-changed',
      actor,
      target: { type: 'calendar', id },
      data: {
        before: before && {
          name: before.name,
          zone: before.zone,
          workingDays: before.workingDays,
          isDefault: before.isDefault,
          units: before.units.map((unit) => unit.id),
          days: before.days,
        },
        after,
      },
    });
  }
}
