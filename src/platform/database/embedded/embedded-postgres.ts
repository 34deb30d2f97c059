import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries, type Binaries } from './binaries.js';
import { unprivilegedAccount, type RunAs } from './run-as.js';
import { claim, isAlive } from './start-lock.js';

export interface EmbeddedServer {
  readonly url: string;
  readonly port: number;
  /** True when the server had been left running by a process that was killed. */
  readonly adopted: boolean;
  /** Ends the server. Call it after every pool is closed. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The data directory; the cluster lies in its `pg18`, passwords and copies beside it. */
  readonly folder: string;
  /** Trades durability for speed: throw-away clusters of tests and one-shot scans only. */
  readonly throwAway?: boolean;
  readonly log?: (line: string) => void;
}

const SUPERUSER = 'mandate';
const DATABASE = 'mandate';
const START_TIMEOUT_MS = 60_000;

/** PostgreSQL as a child of ours: no service, no root, no account to create. */
export const EmbeddedPostgres = {
  async start({ folder, throwAway = false, log = () => undefined }: EmbeddedOptions): Promise<EmbeddedServer> {
    const as = unprivilegedAccount();
    makeFolder(folder);
    const release = claim(folder);
    try {
      const binaries = findBinaries(join(folder, 'bin'), as);
      const cluster = join(folder, 'pg18');
      const password = passwordFor(folder, cluster);
      if (!existsSync(join(cluster, 'PG_VERSION'))) initialise(binaries, cluster, password, as, throwAway);
      const adopted = await adopt(cluster, password);
      const { port, pid } = adopted ?? (await launch(binaries, cluster, folder, as, throwAway, log));
      await makeDatabase(port, password);
      return {
        url: urlOf(port, password, DATABASE),
        port,
        adopted: adopted !== null,
        stop: async () => {
          await stop(pid);
          release();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  },
};

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
  } catch (error) {
    throw new Error(
      `The data directory ${folder} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`,
      { cause: error },
    );
  }
}

/** Kept beside the cluster, readable by us alone. A cluster without its password is not silently replaced. */
function passwordFor(folder: string, cluster: string): string {
  const path = join(folder, 'pg-password');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  if (existsSync(join(cluster, 'PG_VERSION')))
    throw new Error(
      `${path} is missing, but ${cluster} holds a database that needs it. Put the file back, or move the folder away to start empty.`,
    );
  const password = randomBytes(24).toString('base64url');
  writeFileSync(path, `${password}\n`, { mode: 0o600 });
  return password;
}

function initialise(binaries: Binaries, cluster: string, password: string, as: RunAs | null, throwAway: boolean): void {
  rmSync(cluster, { recursive: true, force: true }); // an initdb that was killed leaves a folder without PG_VERSION
  mkdirSync(cluster, { mode: 0o700 });
  const passwordFile = `${cluster}.init-password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (as) for (const path of [cluster, passwordFile]) chownSync(path, as.uid, as.gid);
  try {
    const result = spawnSync(
      binaries.initdb,
      [
        '-D',
        cluster,
        '-U',
        SUPERUSER,
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale-provider=builtin',
        '--locale=C.UTF-8',
        '--data-checksums',
        ...(throwAway ? ['--no-sync'] : []),
      ],
      { ...(as ?? {}), cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, encoding: 'utf8' },
    );
    if (result.status !== 0) {
      rmSync(cluster, { recursive: true, force: true });
      throw new Error(
        `PostgreSQL could not set up its data folder ${cluster}: ${(result.stderr || result.error?.message) ?? 'no reason given'}`,
      );
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** A server that outlived a killed Mandate is used again; the pid file of a dead one is removed. */
async function adopt(cluster: string, password: string): Promise<{ port: number; pid: number } | null> {
  const path = join(cluster, 'postmaster.pid');
  if (!existsSync(path)) return null;
  const [pidLine, , , portLine] = readFileSync(path, 'utf8').split('\n');
  const [pid, port] = [Number(pidLine), Number(portLine)];
  if (Number.isInteger(pid) && pid > 0 && isAlive(pid) && Number.isInteger(port) && port > 0) {
    // It may be ending just now, or another program may have taken the pid: only a server that takes our password is ours.
    for (let attempt = 0; attempt < 20 && existsSync(path) && isAlive(pid); attempt++) {
      if (await answers(port, password)) return { port, pid };
      await delay(250);
    }
    if (isAlive(pid) && existsSync(path) && isPostgres(pid))
      throw new Error(`A PostgreSQL (process ${pid}) holds ${cluster}, but does not answer on port ${port}.`);
  }
  rmSync(path, { force: true });
  return null;
}

function isPostgres(pid: number): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
  } catch {
    return false; // the process ended while we looked
  }
}

async function launch(
  binaries: Binaries,
  cluster: string,
  folder: string,
  as: RunAs | null,
  throwAway: boolean,
  log: (line: string) => void,
): Promise<{ port: number; pid: number }> {
  const port = await freePort();
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    jit: 'off',
    max_connections: '100',
    shared_buffers: `${throwAway ? LEAST_BUFFERS_MB : buffersMb()}MB`,
    max_wal_size: '4GB',
    // The server we bring knows pglz alone, and to compress a page with it takes ten times as long as to write it: a
    // thousand changes far apart took 500 ms after a checkpoint, and take 160 ms like this.
    wal_compression: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...(throwAway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  const logFile = openSync(join(folder, 'postgres.log'), 'a', 0o600);
  const child = spawn(
    binaries.postgres,
    ['-D', cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...(as ?? {}),
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      // In a session of its own: Ctrl-C must reach Mandate first, which closes its pool before it ends the server.
      detached: true,
      stdio: ['ignore', logFile, logFile],
    },
  );
  let ended: string | null = null;
  child.on('error', (error) => (ended = error.message));
  child.on('exit', (code, signal) => (ended = `it ended with ${signal ?? `code ${code}`}`));
  child.unref();
  const password = readFileSync(join(folder, 'pg-password'), 'utf8').trim();
  for (const start = Date.now(); Date.now() - start < START_TIMEOUT_MS;) {
    if (ended !== null)
      throw new Error(`PostgreSQL did not start: ${ended as string}. Its log is ${join(folder, 'postgres.log')}.`);
    if (await answers(port, password)) {
      log(`PostgreSQL ${binaries.version} runs on 127.0.0.1:${port}`);
      return { port, pid: child.pid! };
    }
    await delay(40);
  }
  throw new Error(
    `PostgreSQL did not answer within ${START_TIMEOUT_MS / 1000} seconds. Its log is ${join(folder, 'postgres.log')}.`,
  );
}

const [LEAST_BUFFERS_MB, MOST_BUFFERS_MB] = [256, 8192];

/** PostgreSQL's own cache, an eighth of the memory there is (of a container's, where it is given less): Mandate and the page cache need the rest. */
function buffersMb(): number {
  const given = process.constrainedMemory();
  const bytes = Math.min(totalmem(), given > 0 ? given : Infinity);
  return Math.min(MOST_BUFFERS_MB, Math.max(LEAST_BUFFERS_MB, Math.floor(bytes / 8 / 1_048_576)));
}

async function stop(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT'); // PostgreSQL's fast shutdown: open sessions end, nothing is lost
  for (let waited = 0; waited < 30_000 && isAlive(pid); waited += 25) await delay(25);
  if (isAlive(pid)) process.kill(pid, 'SIGQUIT'); // immediate: recovers from its log at the next start
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const urlOf = (port: number, password: string, database: string) =>
  `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;

async function answers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(port, password, 'postgres'), connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined); // a server that goes down while we ask: the answer below is what counts
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function makeDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(port, password, 'postgres') });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Where the data lies when MANDATE_DATA_DIR does not say: beside the checkout, but as root where the system keeps such things. */
export function defaultDataFolder(checkout: string, instance: 'main' | 'demo'): string {
  if (process.getuid?.() === 0) return instance === 'demo' ? '/var/lib/mandate-demo' : '/var/lib/mandate';
  return join(checkout, instance === 'demo' ? '.data-demo' : '.data');
}

/** Makes a file that only we can read, replacing what was there. */
export function writePrivateFile(path: string, text: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
}
