import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connector, FileFormat } from '../sdk/index.js';
import { ConnectorRegistry } from './connector-registry.js';

/** What the front door of a connector's folder offers. */
interface ConnectorFolder {
  readonly connectors?: readonly Connector[];
  readonly formats?: readonly FileFormat[];
}

const NOT_CONNECTORS = new Set(['sdk', 'registry']);

/** Every connector there is: each folder of this module. There is no list to forget one in. */
export async function loadConnectors(further: readonly Connector[] = []): Promise<ConnectorRegistry> {
  const home = dirname(dirname(fileURLToPath(import.meta.url)));
  const folders = readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_CONNECTORS.has(entry.name))
    .map(({ name }) => name)
    .filter((name) => existsSync(join(home, name, 'index.js')) || existsSync(join(home, name, 'index.ts')))
    .sort();
  const found = await Promise.all(
    folders.map(async (name) => (await import(`../${name}/index.js`)) as ConnectorFolder),
  );
  return new ConnectorRegistry(
    [...found.flatMap(({ connectors }) => connectors ?? []), ...further],
    found.flatMap(({ formats }) => formats ?? []),
  );
}
