import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check } from '../sdk/index.js';

/** A check whose facts and parameters are only known to itself. */
export type AnyCheck = Check<never, never> & {
  readonly evaluate: (facts: never, parameters: never, now: never) => ReturnType<Check['evaluate']>;
};

const NOT_CHECKS = new Set(['sdk', 'engine', 'operations', 'queries']);

/** Every check there is: each folder of this module that holds one. There is no list to forget one in. */
export async function loadChecks(): Promise<readonly AnyCheck[]> {
  const home = dirname(dirname(fileURLToPath(import.meta.url)));
  const folders = readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_CHECKS.has(entry.name))
    .map(({ name }) => name)
    .filter((name) => existsSync(join(home, name, 'check.js')) || existsSync(join(home, name, 'check.ts')))
    .sort();
  const checks = await Promise.all(
    folders.map(async (name) => ((await import(`../${name}/check.js`)) as { default: AnyCheck }).default),
  );
  for (const [at, check] of checks.entries()) {
    if (check.id !== folders[at]) throw new Error(`The check in the folder ${folders[at]} calls itself ${check.id}`);
    const unknown = (check.supersedes ?? []).filter((id) => !folders.includes(id));
    if (unknown.length > 0)
      throw new Error(`The check ${check.id} supersedes checks that do not exist: ${unknown.join(', ')}`);
  }
  return checks;
}
