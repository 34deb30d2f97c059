import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

let built = false;

/** Builds the product if it is stale; several suites may ask at once, and one of them builds. */
export async function buildProduct(): Promise<void> {
  if (built) return;
  const lock = join(tmpdir(), `mandate-build-${process.env.MANDATE_TEST_TEMPLATE ?? 'x'}.lock`);
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await delay(200);
    }
  }
  try {
    const { status, stderr } = spawnSync(process.execPath, ['src/cli/run.mjs', '--version'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The product does not build:\n${stderr}`);
    built = true;
  } finally {
    rmdirSync(lock);
  }
}

export interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  output(): string;
  /** Ends it without a chance to clean up. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** The `mandate` command as its users run it, in a process of its own. */
export async function runCli(
  args: readonly string[],
  environment: Record<string, string>,
  input?: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await buildProduct();
  const child = spawn(process.execPath, ['dist/src/cli/main.js', ...args], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input ?? '');
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** Starts a server and waits until it says where it is. */
export async function startServer(
  environment: Record<string, string>,
  args: readonly string[] = ['serve'],
): Promise<Running> {
  await buildProduct();
  const child = spawn(process.execPath, ['dist/src/cli/main.js', ...args], {
    env: { PATH: process.env.PATH ?? '', MANDATE_PORT: '0', MANDATE_LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const gather = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  for (let waited = 0; ; waited += 50) {
    const url = /Mandate runs at (http:\/\/[\d.]+:\d+)/.exec(output)?.[1];
    if (url)
      return {
        child,
        url,
        output: () => output,
        kill: async () => void (child.kill('SIGKILL'), await ended),
        stop: async () => void (child.kill('SIGTERM'), await ended),
      };
    if (child.exitCode !== null || waited > 90_000) throw new Error(`The server did not start:\n${output}`);
    await delay(50);
  }
}

/** Waits until something holds, and says what it last saw when it never does. */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | null | undefined>,
  timeoutMs = 90_000,
): Promise<T> {
  for (let waited = 0; ; waited += 25) {
    const seen = await look();
    if (seen) return seen;
    if (waited > timeoutMs) throw new Error(`It never came to this: ${what}`);
    await delay(25);
  }
}
