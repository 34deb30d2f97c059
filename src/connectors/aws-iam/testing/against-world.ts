import { type AwsServer, type AwsWorld, startAwsServer } from '../../../demo/aws/index.js';
import type { ConnectorHost, Session } from '../../sdk/index.js';
import { readAll, type ReadResult, testHost } from '../../sdk/testing/index.js';
import { configSchema } from '../config.schema.js';
import { awsIamWithin } from '../connector.js';
import type { Limits } from '../limits.js';

/** The day every test is told on. */
export const NOW = Date.UTC(2026, 2, 1);

/** Small enough that every bound is met, and quick enough that a hanging call does not hold a test up. */
export const TEST_LIMITS: Partial<Limits> = {
  pageItems: 3,
  maxPages: 30,
  callTimeoutMs: 2_000,
  polls: 5,
  failuresInARow: 3,
};

/** A world behind a running stand-in, and the connector pointed at it. */
export interface Against {
  readonly server: AwsServer;
  readonly host: ConnectorHost;
  open(config?: unknown, limits?: Partial<Limits>): Promise<Session>;
  /** Opens, reads everything, closes. */
  read(config?: unknown, limits?: Partial<Limits>): Promise<ReadResult>;
}

/** Runs a test against a stand-in that lives as long as the test does. */
export async function against(
  world: AwsWorld,
  key: { readonly id: string; readonly secret: string },
  test: (against: Against) => Promise<void>,
): Promise<void> {
  const server = await startAwsServer({ world, now: () => NOW });
  const host = testHost({
    now: () => NOW,
    environment: { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret },
  });
  const sessions: Session[] = [];
  const open = async (config: unknown = {}, limits: Partial<Limits> = TEST_LIMITS) => {
    const session = await awsIamWithin(limits).connect(configSchema.parse(config), host);
    sessions.push(session);
    return session;
  };
  try {
    await test({ server, host, open, read: async (config, limits) => readAll(await open(config, limits)) });
  } finally {
    for (const session of sessions) await session.close?.();
    await server.close();
  }
}
