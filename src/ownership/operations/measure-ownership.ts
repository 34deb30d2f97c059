import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/index.js';
import { Database } from '../../platform/database/index.js';
import { OwnershipMeasuresRepository } from '../ownership-measures.repository.js';

const PERIOD_DAYS = 30;

/** Takes down how ownership stands, for the organisation and each unit. Nothing is changed, so nothing is audited. */
@Injectable()
export class MeasureOwnership {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  execute(): Promise<{ measures: number }> {
    return this.database.transaction(async (tx) => ({
      measures: await tx.use(OwnershipMeasuresRepository).take(this.clock.now(), PERIOD_DAYS),
    }));
  }
}
