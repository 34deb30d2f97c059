import { Global, Module } from '@nestjs/common';
import { Checks, OutcomeSink } from '../checks/index.js';
import { Contributions } from '../notifications/index.js';
import { Database } from '../platform/database/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { contributeOwedFindings } from './findings.owes.js';
import { FindingsRepository } from './findings.repository.js';
import { EndExceptions } from './end-exceptions.js';
import { contributeFindingsLog } from './findings.siem.js';
import { AcknowledgeFinding } from './operations/acknowledge-finding.js';
import { TurnFindings } from './operations/turn-findings.js';

@Global()
@Module({
  providers: [AcknowledgeFinding, EndExceptions, { provide: OutcomeSink, useClass: TurnFindings }],
  exports: [AcknowledgeFinding, OutcomeSink],
})
export class FindingsModule {
  constructor(database: Database, metrics: Metrics, contributions: Contributions, checks: Checks) {
    contributeOwedFindings(contributions);
    contributeFindingsLog(contributions, checks);
    metrics.addGauge({
      name: 'mandate_findings_open',
      help: 'Findings that are not resolved, by severity.',
      labels: ['severity'],
      read: async () =>
        (await database.read((tx) => tx.use(FindingsRepository).countOpen())).map(({ severity, count }) => ({
          labels: { severity },
          value: count,
        })),
    });
  }
}
