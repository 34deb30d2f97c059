import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { ScopeReadingsRepository, type TypeReading } from '../scope-readings.repository.js';

/** Takes note of what was seen whole and what was not. A gap stays until a reading closes it, and keeps the day it began. */
@Injectable()
export class NoteReadings {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async execute(runId: string, readings: readonly TypeReading[]): Promise<void> {
    const at = this.clock.now();
    await this.database.transaction(async (tx) => {
      for (const reading of readings) await tx.use(ScopeReadingsRepository).note(runId, reading, at);
    });
  }
}
