import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { SwaggerModule } from '@nestjs/swagger';
import {
  ApiToken,
  FirstAdministrator,
  RenewLocalAdminToken,
  Session,
  TokenCredentials,
} from './access-control/index.js';
import { AppModule } from './app.module.js';
import { Engine, PutPolicy } from './checks/index.js';
import { CollectedCredentials, mandateConnector } from './connectors/mandate/index.js';
import { type ConnectorRegistry, loadConnectors } from './connectors/registry/index.js';
import { Source } from './inventory/index.js';
import { registerOwnSource } from './own-inventory.js';
import { Person, Team, Unit } from './people/index.js';
import { type Clock, SystemClock } from './platform/clock/index.js';
import { Config, type Environment } from './platform/config/index.js';
import {
  createDataSource,
  Database,
  defaultDataFolder,
  EmbeddedPostgres,
  type EmbeddedServer,
  migrate,
} from './platform/database/index.js';
import { assertEveryRouteIsGuarded, createHttpApp, describeApi, systemActor } from './platform/http/index.js';
import { JobsTick } from './platform/jobs/index.js';
import { createLogger, type Logger, PinoRootLogger } from './platform/logging/index.js';
import { Metrics, observeRequests, Readiness } from './platform/telemetry/index.js';
import { Agent, UseCase } from './use-cases/index.js';

export const VERSION = '0.1.0';

export interface ApplicationOptions {
  readonly environment: Environment;
  readonly clock?: Clock;
  /** Where log lines go; stderr by default. */
  readonly log?: NodeJS.WritableStream;
  /** Keeps its data apart from the main instance. */
  readonly instance?: 'main' | 'demo';
  /** A throw-away embedded database: a one-shot scan, a test. */
  readonly throwAway?: boolean;
  /** False = the queue is driven step by step by the caller. */
  readonly works?: boolean;
  readonly connectors?: ConnectorRegistry;
  /** Whether its own credentials are in its inventory; they are, but for a one-shot scan and tests of something else. */
  readonly ownInventory?: boolean;
}

/** A Mandate that runs in this process. */
export interface Application {
  readonly nest: NestFastifyApplication;
  readonly config: Config;
  readonly clock: Clock;
  readonly database: Database;
  readonly logger: Logger;
  readonly dataFolder: string | null;
  readonly openapi: OpenAPIObject;
  /** Starts to serve; returns the address. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

export const ENTITIES = [ApiToken, Session, Source, Person, Team, Unit, UseCase, Agent];
const checkout = (): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith(join('dist', 'src')) ? dirname(dirname(here)) : dirname(here);
};

/** Brings Mandate up: configuration, database, schema, modules, queue. It serves once `listen` is called. */
export async function createApplication(options: ApplicationOptions): Promise<Application> {
  const config = Config.load(options.environment);
  const clock = options.clock ?? new SystemClock();
  const logger = new PinoRootLogger(createLogger(config.get('MANDATE_LOG_LEVEL'), options.log));
  const log = logger.child({ part: 'boot' });
  const url = config.get('DATABASE_URL');
  const folder = config.get('MANDATE_DATA_DIR') ?? defaultDataFolder(checkout(), options.instance ?? 'main');
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    let embedded: EmbeddedServer | null = null;
    if (!url) {
      embedded = await EmbeddedPostgres.start({
        folder,
        throwAway: options.throwAway ?? false,
        log: (line) => log.info(line),
      });
      if (embedded.adopted) log.warn('took over a PostgreSQL that a killed process had left running');
      closers.push(() => embedded!.stop());
    }
    const databaseUrl = url ?? embedded!.url;
    const dataSource = createDataSource(databaseUrl, ENTITIES, config.get('MANDATE_DATABASE_POOL'));
    await dataSource.initialize();
    const database = new Database(dataSource);
    closers.push(() => database.close());
    const applied = await migrate(dataSource);
    if (applied.length > 0) log.info({ applied }, 'the schema was brought up to date');

    const own = new CollectedCredentials();
    const connectors = options.connectors ?? (await loadConnectors([mandateConnector(own)]));
    const module = AppModule.with({
      config,
      clock,
      logger,
      database,
      databaseUrl,
      connectors,
      localAdminFolder: embedded ? folder : null,
      works: options.works ?? true,
    });
    const nest = await createHttpApp(module as never, logger, config);
    closers.push(() => nest.close());
    assertEveryRouteIsGuarded(nest);
    observeRequests(nest, nest.get(Metrics));
    const openapi = describeApi(nest, VERSION);
    SwaggerModule.setup('docs', nest, openapi, { jsonDocumentUrl: 'openapi.json', customSiteTitle: 'Mandate API' });
    await nest.init();
    await nest.getHttpAdapter().getInstance().ready();

    nest.get(Engine).assertComplete();
    await database.transaction((tx) => nest.get(Engine).assignPlaces(tx));
    await nest.get(PutPolicy).ensureDefault();
    own.add(nest.get(TokenCredentials));
    const tick = nest.get(JobsTick);
    await tick.start();
    closers.push(() => tick.stop());
    if (options.ownInventory ?? options.throwAway !== true) await registerOwnSource(nest);
    await nest.get(RenewLocalAdminToken).execute();
    nest.get(Readiness).ready = true;
    return {
      nest,
      config,
      clock,
      database,
      logger: log,
      openapi,
      dataFolder: embedded ? folder : null,
      listen: async () => {
        await nest.listen(config.get('MANDATE_PORT'), config.get('MANDATE_HOST'));
        const address = (await nest.getUrl()).replace('[::1]', '127.0.0.1');
        config.listensAt(address);
        log.info({ address }, 'Mandate is ready');
        return address;
      },
      close: async () => {
        nest.get(Readiness).ready = false;
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll().catch((failure: unknown) =>
      log.error({ error: failure }, 'closing after a failed start failed too'),
    );
    throw error;
  }
}

/** The one-time link for the first administrator, where nobody administers and no issuer of sign-ins is configured. */
export async function firstAdministratorLink(application: Application, address: string): Promise<string | null> {
  if (application.config.get('MANDATE_JWT_ISSUER') ?? application.config.get('MANDATE_OIDC_ISSUER')) return null;
  const first = application.nest.get(FirstAdministrator);
  if (!(await first.isWanted())) return null;
  const { secret } = await first.createLink(systemActor('boot'));
  return `${address}/api/v1/auth/first-administrator#${secret}`;
}
