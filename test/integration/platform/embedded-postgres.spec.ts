import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EmbeddedPostgres } from '../../../src/platform/database/embedded/embedded-postgres.js';
import { buildProduct, runCli, startServer } from '../../support/process.js';

const pidOf = (folder: string): number =>
  Number(readFileSync(join(folder, 'pg18', 'postmaster.pid'), 'utf8').split('\n')[0]);
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const asked = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

describe('the embedded PostgreSQL', () => {
  let folder: string;
  beforeAll(buildProduct, 180_000);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mandate-embedded-'));
    chmodSync(folder, 0o711);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts, keeps what was written, and asks for a password that only its own user can read', async () => {
    const first = await EmbeddedPostgres.start({ folder });
    await asked(first.url, 'CREATE TABLE kept (n int)');
    await expect(asked(first.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password/);
    const pid = pidOf(folder);
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    const second = await EmbeddedPostgres.start({ folder });
    expect(second.adopted).toBe(false);
    expect(await asked(second.url, 'SELECT * FROM kept')).toEqual([]);
    await second.stop();
  });

  it('comes back after a power cut with every row that was acknowledged', async () => {
    const first = await EmbeddedPostgres.start({ folder });
    await asked(first.url, 'CREATE TABLE kept AS SELECT n FROM generate_series(1, 5000) n');
    process.kill(pidOf(folder), 'SIGKILL');
    await first.stop();
    const second = await EmbeddedPostgres.start({ folder });
    expect(await asked(second.url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 5000 }]);
    await second.stop();
  });

  it('is taken up again by the next start when its Mandate was killed, and lets in no second one meanwhile', async () => {
    const environment = { MANDATE_DATA_DIR: folder };
    const killed = await startServer(environment);
    const pid = pidOf(folder);
    const second = await runCli(['serve'], { ...environment, MANDATE_PORT: '0' });
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(folder);
    expect(isAlive(pid)).toBe(true);
    await killed.kill();
    expect(isAlive(pid)).toBe(true);
    const next = await startServer(environment);
    expect(pidOf(folder)).toBe(pid);
    await next.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it.each([
    [
      'of a process that is dead',
      async () => {
        const child = spawn('true');
        await new Promise((resolve) => child.on('close', resolve));
        return child.pid!;
      },
    ],
    ['that another program has by now', async () => process.pid],
  ])('is not kept from starting by a pid file %s', async (_title, someone) => {
    await (await EmbeddedPostgres.start({ folder })).stop();
    writeFileSync(
      join(folder, 'pg18', 'postmaster.pid'),
      `${await someone()}\n${join(folder, 'pg18')}\n1700000000\n1\n\n127.0.0.1\n  0         0\nready   \n`,
    );
    const server = await EmbeddedPostgres.start({ folder });
    expect(server.adopted).toBe(false);
    await server.stop();
  });

  it('does not put an empty database in the place of one whose password is lost', async () => {
    await (await EmbeddedPostgres.start({ folder })).stop();
    renameSync(join(folder, 'pg-password'), join(folder, 'elsewhere'));
    await expect(EmbeddedPostgres.start({ folder })).rejects.toThrow(/pg-password is missing/);
    renameSync(join(folder, 'elsewhere'), join(folder, 'pg-password'));
    await (await EmbeddedPostgres.start({ folder })).stop();
  });

  it('begins anew where setting up was killed half-way', async () => {
    await (await EmbeddedPostgres.start({ folder })).stop();
    rmSync(join(folder, 'pg18', 'PG_VERSION'));
    const server = await EmbeddedPostgres.start({ folder });
    expect(await asked(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await server.stop();
    expect(existsSync(join(folder, 'pg18', 'PG_VERSION'))).toBe(true);
  });

  it('says what is wrong with a folder it cannot use', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(EmbeddedPostgres.start({ folder: join(folder, 'file', 'below') })).rejects.toThrow(
      /data directory .* cannot be used \(ENOTDIR\)/,
    );
  });
});
