import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database, sql } from '../../platform/database/index.js';
import { Marks } from '../../subjects/index.js';
import { ScopeReadingsRepository, type TypeReading } from '../scope-readings.repository.js';

/** Takes note of what was seen whole and what was not. A gap stays until a reading closes it, and keeps the day it began. */
@Injectable()
export class NoteReadings {
  constructor(
    private readonly database: Database,
    private readonly marks: Marks,
    private readonly clock: Clock,
  ) {}

  async execute(runId: string, readings: readonly TypeReading[]): Promise<void> {
    const at = this.clock.now();
    await this.database.transaction(async (tx) => {
      const parents = new Map<string, Set<string | null>>();
      const useMovedIn = new Set<string>();
      for (const reading of readings) {
        const moved = await tx.use(ScopeReadingsRepository).note(runId, reading, at);
        if (moved.gaps.length > 0) {
          const known = parents.get(reading.scopeId) ?? new Set();
          for (const parent of moved.gaps) known.add(parent);
          parents.set(reading.scopeId, known);
        }
        if (moved.useKnown) useMovedIn.add(reading.scopeId);
      }
      // A gap is laid over what passed and what failed alike, so everything below it is looked at again.
      for (const [scopeId, below] of parents)
        await this.marks.markSet(
          tx,
          'identity',
          below.has(null)
            ? sql`SELECT id FROM identities WHERE scope_id = ${scopeId} AND removed_at IS NULL`
            : sql`SELECT id FROM identities WHERE scope_id = ${scopeId} AND external_id = ANY(${[...below]}) AND removed_at IS NULL`,
        );
      await this.marks.useKnownMoved(
        tx,
        [...useMovedIn].filter((scopeId) => parents.get(scopeId)?.has(null) !== true),
      );
    });
  }
}
