import pg from 'pg';
import { createDataSource, Database } from '../../src/platform/database/index.js';
import { ENTITIES } from '../../src/application.js';

let made = 0;

/** A database of its own for a suite, copied from the migrated template in milliseconds. */
export async function createTestDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const [server, template] = [process.env.MANDATE_TEST_SERVER!, process.env.MANDATE_TEST_TEMPLATE!];
  const name = `mandate_test_${process.pid}_${made++}_${Math.random().toString(36).slice(2, 8)}`;
  const run = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  // Two suites that copy at once wait for each other: PostgreSQL refuses to copy a database somebody is connected to.
  for (let attempt = 0; ; attempt++) {
    try {
      await run(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      break;
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** The same, opened. */
export async function openTestDatabase(): Promise<{ database: Database; url: string; close(): Promise<void> }> {
  const { url, drop } = await createTestDatabase();
  const source = createDataSource(url, ENTITIES, 5);
  await source.initialize();
  const database = new Database(source);
  return {
    database,
    url,
    close: async () => {
      await database.close();
      await drop();
    },
  };
}
