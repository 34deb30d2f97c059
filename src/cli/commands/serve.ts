import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Application, createApplication, firstAdministratorLink } from '../../application.js';
import { note } from '../output.js';

const STOP_SECONDS = 30;

/** Serves until it is asked to stop; then lets go of everything in order. */
export async function serveUntilStopped(
  application: Application,
  announce: (address: string) => Promise<void>,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        note('Stopping ...');
        resolve();
      });
    }
  });
  const address = await application.listen();
  // Where the CLI on this machine finds us.
  if (application.dataFolder !== null) writeFileSync(join(application.dataFolder, 'address'), `${address}\n`);
  await announce(address);
  await stopped;
  // What does not let go in time is let go of: whatever was not committed then will be done again.
  setTimeout(() => {
    note(`Something did not stop within ${STOP_SECONDS} seconds.`);
    process.exit(1);
  }, STOP_SECONDS * 1000).unref();
  await application.close();
}

export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('run Mandate; on its own embedded PostgreSQL unless DATABASE_URL is set')
    .action(async () => {
      const application = await createApplication({ environment: process.env });
      await serveUntilStopped(application, async (address) => {
        note(`Mandate runs at ${address}. The API is described at ${address}/docs.`);
        const link = await firstAdministratorLink(application, address);
        if (link)
          note(`Nobody administers it yet. Become the first administrator (valid once, for 24 hours):\n  ${link}`);
      });
    });
}
