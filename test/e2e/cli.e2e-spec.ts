import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { buildProduct, runCli } from '../support/process.js';

const HEAD = 'entity,id,name,kind,identity,issued_at,can_expire,last_used_at,use_known_since';

/** The command, against a server whose jobs the test runs while the command waits. */
describe('the mandate command', () => {
  let t: TestApp;
  let folder: string;
  let environment: Record<string, string>;
  const run = (...args: string[]) => runCli(args, environment);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  /** Runs a command that waits for work, and does the work meanwhile. */
  const working = async (...args: string[]) => {
    let going = true;
    const worked = (async () => {
      while (going) {
        await t.settle();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    try {
      return await run(...args);
    } finally {
      going = false;
      await worked;
    }
  };

  beforeAll(async () => {
    t = await startApp();
    folder = mkdtempSync(join(tmpdir(), 'mandate-cli-'));
    environment = {
      MANDATE_URL: t.url,
      MANDATE_TOKEN_FILE: file('token', `${await t.token('admin', 'iam-engineer', 'policy-author')}\n`),
    };
  }, 180_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await t.close();
  });

  it('takes a file in, tells what came of it, and ends with 0', async () => {
    const rows = [HEAD, 'identity,svc-1,Sample service,service-account,,,,,'];
    for (let n = 0; n < 30; n++) rows.push(`credential,key-${n},,access-key,svc-1,2024-01-01,false,,`);
    const { code, stdout, stderr } = await working('import', file('estate.csv', `${rows.join('\n')}\n`));
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('complete. 31 created');
  });

  it('prints tables without decoration to a pipe, and JSON, JSON lines and CSV when asked', async () => {
    const table = await run('identity', 'list');
    expect(table.code).toBe(0);
    const [head, row] = table.stdout.split('\n');
    expect(head!.split('\t').slice(0, 2)).toEqual(['NAME', 'KIND']);
    expect(row!.split('\t').slice(0, 2)).toEqual(['Sample service', 'service-account']);
    const json = JSON.parse((await run('identity', 'list', '--output', 'json')).stdout);
    expect(json).toEqual([expect.objectContaining({ displayName: 'Sample service' })]);
    const lines = (await run('credential', 'list', '--output', 'jsonl')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual(Array(30).fill('access-key'));
    const csv = (await run('credential', 'list', '--output', 'csv', '--limit', '2')).stdout.trim().split('\n');
    expect(csv).toHaveLength(3);
  });

  it('ends with 3 when a finding is as severe as --fail-on says, and with 0 when none is', async () => {
    const found = await run('finding', 'list', '--fail-on', 'high', '--output', 'json');
    expect(found.code).toBe(3);
    expect(JSON.parse(found.stdout).length).toBeGreaterThan(0);
    expect((await run('finding', 'list', '--check', 'root-has-no-access-key', '--fail-on', 'low')).code).toBe(0);
  });

  it('ends with 7 when a file was taken only in part, and names line and field', async () => {
    const { code, stderr } = await working(
      'import',
      file('partly.csv', `${HEAD}\nidentity,a,A,service-account,,,,,\nidentity,b,B,robot,,,,,\n`),
    );
    expect(code).toBe(7);
    expect(stderr).toMatch(/3.*kind/s);
  });

  it('ends with 2, 4, 5 and 1 for a wrong line, no right, nothing there and nobody there', async () => {
    expect((await run('identity', 'list', '--no-such-option')).code).toBe(2);
    expect((await run('finding', 'list', '--severity', 'dreadful')).code).toBe(2);
    expect((await run('identity', 'get', '01a1feb4-0000-7000-8000-000000000000')).code).toBe(5);
    const wrong = await runCli(['identity', 'list'], { MANDATE_URL: t.url, MANDATE_TOKEN: 'mandate_wrong' });
    expect(wrong.code).toBe(4);
    const nobody = await runCli(['identity', 'list'], { ...environment, MANDATE_URL: 'http://127.0.0.1:9' });
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toContain('does not answer');
  });

  it('gives the problem itself where JSON was asked for', async () => {
    const { stderr } = await run('identity', 'get', '01a1feb4-0000-7000-8000-000000000000', '--output', 'json');
    expect(JSON.parse(stderr)).toMatchObject({ status: 404, code: expect.any(String) });
  });

  it('is not upset when its reader stops before the end', async () => {
    await buildProduct();
    const child = spawn(process.execPath, ['dist/src/cli/main.js', 'credential', 'list'], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
