import type { INestApplicationContext } from '@nestjs/common';
import { RegisterSource, SourceNameTaken, SourcesRepository } from './inventory/index.js';
import { Database } from './platform/database/index.js';
import { systemActor } from './platform/http/index.js';

/** Registers Mandate itself as a source of its own inventory, once; what a person changes about it later stays. */
export async function registerOwnSource(nest: INestApplicationContext): Promise<void> {
  const known = await nest.get(Database).read((tx) => tx.use(SourcesRepository).byConnector('mandate'));
  if (known) return;
  try {
    await nest.get(RegisterSource).create(systemActor('boot'), {
      name: 'Mandate itself',
      connector: 'mandate',
      config: {},
      schedule: '*/15 * * * *',
    });
  } catch (error) {
    // Two processes that start at once: the other one was first.
    if (!(error instanceof SourceNameTaken)) throw error;
  }
}
