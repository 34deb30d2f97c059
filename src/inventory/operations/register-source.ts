import { Injectable } from '@nestjs/common';
import { CronExpressionParser } from 'cron-parser';
import { Audit } from '../../audit/index.js';
import { Clock } from '../../platform/clock/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Tx } from '../../platform/database/index.js';
import { type Actor, assertUnchanged, NotFound, ReferenceUnknown, RequestInvalid } from '../../platform/http/index.js';
import { Marks } from '../../subjects/index.js';
import { IdentitiesRepository } from '../identities.repository.js';
import { SourceNameTaken } from '../inventory.errors.js';
import { Source } from '../source.entity.js';
import { SourcesRepository } from '../sources.repository.js';

export interface SourceInput {
  readonly name: string;
  readonly connector: string;
  /** Checked against the connector's schema before it comes here. */
  readonly config: Record<string, unknown>;
  readonly schedule?: string | null | undefined;
  readonly unit?: string | null | undefined;
  readonly removalShare?: number | undefined;
}

/** When a schedule comes round next; null without one. */
export const nextRead = (schedule: string | null, after: Date): Date | null =>
  schedule === null ? null : CronExpressionParser.parse(schedule, { currentDate: after, tz: 'UTC' }).next().toDate();

/** Configures a source, or changes its configuration. Reading it is another matter. */
@Injectable()
export class RegisterSource {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  create(actor: Actor, input: SourceInput): Promise<Source> {
    return this.database.transaction((tx) => this.createIn(tx, actor, input));
  }

  /** The same within somebody else's transaction: an import that makes its source. */
  async createIn(tx: Tx, actor: Actor, input: SourceInput): Promise<Source> {
    const sources = tx.use(SourcesRepository);
    const schedule = checkedSchedule(input.schedule);
    if (await sources.byName(input.name)) throw new SourceNameTaken();
    await assertUnit(tx, input.unit);
    const now = this.clock.now();
    const source = Object.assign(new Source(), {
      id: newId(this.clock),
      name: input.name,
      connector: input.connector,
      config: input.config,
      status: 'never-read' as const,
      unitId: input.unit ?? null,
      schedule,
      nextReadAt: nextRead(schedule, now),
      removalShare: input.removalShare ?? 0.2,
      createdAt: now,
      version: 1,
    });
    await sources.insert(source);
    await this.marks.mark(tx, 'source', source.id);
    await this.audit.record(tx, {
      type: 'inventory.source-registered',
      actor,
      target: { type: 'source', id: source.id },
      data: { name: source.name, connector: source.connector, config: source.config, schedule },
    });
    return source;
  }

  async change(
    actor: Actor,
    id: string,
    seen: number,
    input: Partial<Omit<SourceInput, 'connector'>>,
  ): Promise<Source> {
    return this.database.transaction(async (tx) => {
      const sources = tx.use(SourcesRepository);
      const source = await sources.forChange(id);
      if (!source) throw new NotFound('source');
      assertUnchanged(source, seen);
      const before = {
        name: source.name,
        config: source.config,
        schedule: source.schedule,
        unit: source.unitId,
        removalShare: source.removalShare,
      };
      if (input.name !== undefined && input.name !== source.name && (await sources.byName(input.name)))
        throw new SourceNameTaken();
      await assertUnit(tx, input.unit);
      if (input.schedule !== undefined) {
        source.schedule = checkedSchedule(input.schedule);
        source.nextReadAt = nextRead(source.schedule, this.clock.now());
      }
      Object.assign(source, {
        name: input.name ?? source.name,
        config: input.config ?? source.config,
        unitId: input.unit === undefined ? source.unitId : input.unit,
        removalShare: input.removalShare ?? source.removalShare,
        version: source.version + 1,
      });
      await sources.save(source);
      await this.marks.mark(tx, 'source', id);
      await this.audit.record(tx, {
        type: 'inventory.source-changed',
        actor,
        target: { type: 'source', id },
        data: { before, after: input },
      });
      return source;
    });
  }
}

function checkedSchedule(schedule: string | null | undefined): string | null {
  if (schedule === null || schedule === undefined) return null;
  try {
    CronExpressionParser.parse(schedule, { tz: 'UTC' });
    if (schedule.trim().split(/\s+/).length !== 5) throw new Error('five fields');
    return schedule.trim();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new RequestInvalid([
      { pointer: '/schedule', detail: 'is not a five-field cron expression (UTC), such as "0 */6 * * *"' },
    ]);
  }
}

async function assertUnit(tx: Tx, unit: string | null | undefined): Promise<void> {
  if (unit && !(await tx.use(IdentitiesRepository).unitExists(unit))) throw new ReferenceUnknown('/unit', 'unit');
}
