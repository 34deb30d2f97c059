// Runs the benchmark against the product as it is built. Arguments go to it: `npm run bench -- --n 100000 --row 4`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const build = spawnSync(process.execPath, [join(home, 'src', 'cli', 'run.mjs'), '--version'], {
  cwd: home,
  stdio: ['ignore', 2, 2],
});
if (build.status !== 0) process.exit(build.status ?? 1);

await import('./built-product.mjs');
const { main } = await import('./bench.ts');
process.exitCode = await main(process.argv.slice(2));
