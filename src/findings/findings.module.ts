import { Global, Module } from '@nestjs/common';
import { Audit } from '../audit/index.js';
import { Checks, OutcomeSink } from '../checks/index.js';
import { Contributions } from '../notifications/index.js';
import { Database } from '../platform/database/index.js';
import { JobRegistry } from '../platform/jobs/index.js';
import { Metrics } from '../platform/telemetry/index.js';
import { contributeOwedFindings } from './findings.owes.js';
import { FindingsRepository } from './findings.repository.js';
import { EndExceptions } from './end-exceptions.js';
import { contributeFindingsLog } from './findings.siem.js';
import { CalendarsController } from './calendars.controller.js';
import { expireExceptions, followPolicy, moveDueDates, planWaves } from './findings.jobs.js';
import { AcknowledgeFinding } from './operations/acknowledge-finding.js';
import { AssignFindings } from './operations/assign-findings.js';
import { CloseException } from './operations/close-exception.js';
import { CommentOnFinding } from './operations/comment-on-finding.js';
import { DecideException } from './operations/decide-exception.js';
import { ExpireExceptions } from './operations/expire-exceptions.js';
import { PlanWaves } from './operations/plan-waves.js';
import { PutCalendar } from './operations/put-calendar.js';
import { RequestException } from './operations/request-exception.js';
import { TurnFindings } from './operations/turn-findings.js';
import { WorkOutDue } from './operations/work-out-due.js';
import { WavesController } from './waves.controller.js';

const offered = [
  AcknowledgeFinding,
  AssignFindings,
  CommentOnFinding,
  RequestException,
  DecideException,
  CloseException,
  { provide: OutcomeSink, useClass: TurnFindings },
];

@Global()
@Module({
  controllers: [CalendarsController, WavesController],
  providers: [...offered, EndExceptions, ExpireExceptions, WorkOutDue, PlanWaves, PutCalendar],
  exports: offered,
})
export class FindingsModule {
  constructor(
    database: Database,
    metrics: Metrics,
    contributions: Contributions,
    checks: Checks,
    registry: JobRegistry,
    audit: Audit,
    expire: ExpireExceptions,
    plan: PlanWaves,
    workOutDue: WorkOutDue,
  ) {
    contributeOwedFindings(contributions);
    contributeFindingsLog(contributions, checks);
    registry.bind(expireExceptions, { expireExceptions: expire });
    registry.bind(followPolicy, { planWaves: plan });
    registry.bind(planWaves, { planWaves: plan });
    registry.bind(moveDueDates, { workOutDue });
    for (const type of ['checks.policy-created', 'checks.policy-changed', 'checks.policy-removed'] as const)
      audit.on(type, followPolicy, ({ target }) => ({ policy: target.id }));
    audit.on('checks.outcomes-turned', planWaves, () => ({}));
    audit.on('findings.calendar-changed', moveDueDates, () => ({}));
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
