import { Module } from '@nestjs/common';
import { JobRegistry } from '../jobs/index.js';
import { clearAway } from './housekeeping.jobs.js';
import { Housekeeping } from './housekeeping.js';

@Module({ providers: [Housekeeping], exports: [Housekeeping] })
export class HousekeepingModule {
  constructor(registry: JobRegistry, housekeeping: Housekeeping) {
    registry.bind(clearAway, { housekeeping });
  }
}
