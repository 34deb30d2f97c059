import { Module } from '@nestjs/common';
import { Visibility } from '../access-control/index.js';
import { sql } from '../platform/database/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { measureProgramme } from './evidence.jobs.js';
import { MeasureProgramme } from './operations/measure-programme.js';
import { ReadProgramme } from './queries/read-programme.js';
import { ReportPagesController } from './report-pages.controller.js';
import { ReportsController } from './reports.controller.js';

@Module({
  controllers: [ReportsController, ReportPagesController],
  providers: [MeasureProgramme, ReadProgramme],
  exports: [MeasureProgramme],
})
export class EvidenceModule {
  constructor(registry: JobRegistry, visibility: Visibility, operation: MeasureProgramme) {
    registry.bind(measureProgramme, { measureProgramme: operation });
    visibility.place({
      kind: 'programme-day',
      scope: { unit: (row, value) => sql`${row}.unit_id = ${value}::uuid` },
    });
  }
}
