import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { AccessControlModule, LocalAdminFolder } from './access-control/index.js';
import { AuditModule } from './audit/index.js';
import { CatalogueModule } from './catalogue/index.js';
import { CertificationModule } from './certification/index.js';
import { ChecksModule } from './checks/index.js';
import { ConnectorRegistry } from './connectors/registry/index.js';
import { EvidenceModule } from './evidence/index.js';
import { FindingsModule } from './findings/index.js';
import { InventoryModule } from './inventory/index.js';
import { NotificationsModule } from './notifications/index.js';
import { OwnershipModule } from './ownership/index.js';
import { PeopleModule } from './people/index.js';
import { Clock } from './platform/clock/index.js';
import { Config } from './platform/config/index.js';
import { Database } from './platform/database/index.js';
import { HousekeepingModule } from './platform/housekeeping/index.js';
import { HttpModule } from './platform/http/index.js';
import { JobsMode, JobsModule, QueueConnection } from './platform/jobs/index.js';
import { type PinoRootLogger, RootLogger } from './platform/logging/index.js';
import { TelemetryModule } from './platform/telemetry/index.js';
import { UploadsModule } from './platform/uploads/index.js';
import { RemediationModule } from './remediation/index.js';
import { SubjectsModule } from './subjects/index.js';
import { SyncModule } from './sync/index.js';
import { UseCasesModule } from './use-cases/index.js';

/** What the application is given from outside; nothing in it is looked up behind its back. */
export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: PinoRootLogger;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly connectors: ConnectorRegistry;
  /** Folder of the local administrator's token; null on an instance without a machine of its own. */
  readonly localAdminFolder: string | null;
  /** Whether this process works the queue by itself. */
  readonly works: boolean;
}

@Global()
@Module({})
class SurroundingsModule {}

/** Wires the modules, in the order in which data flows. */
@Module({})
export class AppModule {
  static with(given: Surroundings): DynamicModule {
    const providers: Provider[] = [
      { provide: Config, useValue: given.config },
      { provide: Clock, useValue: given.clock },
      { provide: RootLogger, useValue: given.logger },
      { provide: Database, useValue: given.database },
      { provide: QueueConnection, useValue: { url: given.databaseUrl } },
      { provide: JobsMode, useValue: { works: given.works } },
      { provide: LocalAdminFolder, useValue: { path: given.localAdminFolder } },
      { provide: ConnectorRegistry, useValue: given.connectors },
    ];
    return {
      module: AppModule,
      imports: [
        {
          module: SurroundingsModule,
          providers,
          exports: providers.map((provider) => (provider as unknown as { provide: never }).provide),
        },
        TelemetryModule,
        HttpModule,
        JobsModule,
        UploadsModule,
        HousekeepingModule,
        AuditModule,
        SubjectsModule,
        PeopleModule,
        AccessControlModule,
        NotificationsModule,
        InventoryModule,
        UseCasesModule,
        OwnershipModule,
        SyncModule,
        ChecksModule,
        FindingsModule,
        CatalogueModule,
        RemediationModule,
        CertificationModule,
        EvidenceModule,
      ],
    };
  }
}
