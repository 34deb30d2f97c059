// Runs the `mandate` command from a checkout, building first when a source is newer than what was built.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const stamp = join(home, 'dist', '.built');
const nest = join(home, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

const sources = ['src', 'migrations', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];
const isStale = () => !existsSync(stamp) || sources.some((name) => newest(join(home, name)) > statSync(stamp).mtimeMs);

// An image holds what was built and nothing to build with.
if (existsSync(nest) && isStale()) {
  process.stderr.write('Building ...\n');
  const started = new Date();
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: home, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
  // As of the start: a source saved during the build is newer.
  writeFileSync(stamp, started.toISOString());
  const { utimesSync } = await import('node:fs');
  utimesSync(stamp, started, started);
}

process.argv[1] = join(home, 'dist', 'src', 'cli', 'main.js');
await import(pathToFileURL(process.argv[1]).href);
