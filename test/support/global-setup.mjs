import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Our sources say `.js`, as compiled code must; here they are run from TypeScript.
registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
      try {
        return next(specifier.replace(/\.js$/, '.ts'), context);
      } catch (error) {
        if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
      }
    }
    return next(specifier, context);
  },
});

/** One PostgreSQL for the whole run (TEST_DATABASE_URL, else an embedded one), with one migrated database to copy. */
export default async function () {
  const { default: pg } = await import('pg');
  const { createDataSource, migrate } = await import('../../src/platform/database/data-source.ts');
  let server = process.env.TEST_DATABASE_URL;
  if (!server) {
    const { EmbeddedPostgres } = await import('../../src/platform/database/embedded/embedded-postgres.ts');
    const folder = mkdtempSync(join(tmpdir(), 'mandate-test-'));
    chmodSync(folder, 0o711);
    const embedded = await EmbeddedPostgres.start({ folder, throwAway: true });
    server = embedded.url;
    globalThis.__mandateStop = async () => {
      await embedded.stop();
      rmSync(folder, { recursive: true, force: true });
    };
  }
  const template = `mandate_template_${process.pid}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${template}`);
  const url = new URL(server);
  url.pathname = `/${template}`;
  const source = createDataSource(url.href, [], 2);
  await source.initialize();
  await migrate(source);
  await source.destroy();
  await admin.end();
  process.env.MANDATE_TEST_SERVER = server;
  process.env.MANDATE_TEST_TEMPLATE = template;
  globalThis.__mandateDropTemplate = async () => {
    if (!process.env.TEST_DATABASE_URL) return;
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(`DROP DATABASE IF EXISTS ${template}`);
    await client.end();
  };
}
