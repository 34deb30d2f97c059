import { createReadStream } from 'node:fs';
import pg from 'pg';
import { z } from 'zod';
import { type Application, createApplication } from '../../src/application.js';
import { loadConnectors } from '../../src/connectors/registry/index.js';
import { ndjson } from '../../src/connectors/file/ndjson.js';
import type { Connector } from '../../src/connectors/sdk/index.js';
import { ManualClock } from '../../src/platform/clock/index.js';
import { systemActor } from '../../src/platform/http/index.js';
import { RequestSync } from '../../src/sync/index.js';
import { RunSync } from '../../src/sync/operations/run-sync.js';
import { type SyncRunRow, SyncRunsRepository } from '../../src/sync/sync-runs.repository.js';

/** Reads one NDJSON file on disk as if it were an API: the product's own reader, without an upload before it. */
const diskConnector: Connector<{ path: string }> = {
  id: 'bench',
  title: 'A file on disk',
  config: z.strictObject({ path: z.string() }),
  mappingVersion: 1,
  resourceTypes: ndjson.resourceTypes,
  connect: ({ path }) =>
    ndjson.open(
      { name: null, sourceName: 'bench', open: () => createReadStream(path, { highWaterMark: 262_144 }) },
      { identitiesByAttribute: () => Promise.resolve(new Map()) },
      ({ line, problem }) => {
        throw new Error(`line ${line} ${problem}`);
      },
    ),
};

/** The product in this process, with a clock that only the benchmark moves, and a connection of its own beside it. */
export interface Product {
  readonly app: Application;
  readonly clock: ManualClock;
  readonly sql: pg.Client;
  get<T>(type: abstract new (...args: never[]) => T): T;
  close(): Promise<void>;
}

export async function startProduct(
  databaseUrl: string,
  at: number,
  more: Readonly<Record<string, string>> = {},
): Promise<Product> {
  const clock = new ManualClock(new Date(at));
  const app = await createApplication({
    environment: { DATABASE_URL: databaseUrl, MANDATE_PORT: '0', MANDATE_LOG_LEVEL: 'error', ...more },
    clock,
    works: false,
    log: process.stderr,
    connectors: await loadConnectors([diskConnector]),
  });
  // The same settings as the product's own connections.
  const sql = new pg.Client({ connectionString: databaseUrl, options: '-c timezone=UTC -c jit=off' });
  await sql.connect();
  return {
    app,
    clock,
    sql,
    get: (type) => app.nest.get(type as never),
    close: async () => {
      await sql.end();
      await app.close();
    },
  };
}

/** Has the source read, from asking for it to the end of the run. */
export async function readSource(product: Product, sourceId: string): Promise<SyncRunRow> {
  const { id } = await product.get(RequestSync).execute(systemActor('bench'), sourceId);
  await product.get(RunSync).execute(id, 1, true, new AbortController().signal);
  const run = (await product.app.database.read((tx) => tx.use(SyncRunsRepository).one(id)))!;
  if (run.status !== 'complete') throw new Error(`The run ended as ${run.status}: ${JSON.stringify(run.error)}`);
  return run;
}
