import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { EmbeddedPostgres, type EmbeddedServer } from '../../src/platform/database/index.js';
import { type BenchRow, note, rounded } from './measure.js';
import type { Seeded } from './seed.js';
import { ROUNDS } from './sync-rows.js';
import type { Work } from './worker.js';

const ROWS = ['1', '2', 'sync-memory', '3', '4', '4-growth', '5', '6', '6-page', '6-preview'] as const;
type RowName = (typeof ROWS)[number];

const USAGE = `npm run bench -- [--n 1000000] [--row ${ROWS.join('|')}]... [--output table|json]`;

interface Options {
  readonly n: number;
  readonly rows: ReadonlySet<RowName>;
  readonly output: 'table' | 'json';
}

/** The whole benchmark: its own PostgreSQL with the product's settings, a database for each size, figures on stdout. */
export async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    note(options);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'mandate-bench-'));
  chmodSync(folder, 0o711);
  const aborting = new AbortController();
  const stop = (): void => aborting.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  let server: EmbeddedServer | null = null;
  try {
    server = await EmbeddedPostgres.start({ folder: join(folder, 'data') });
    const rows = await run(options, server.url, folder, aborting.signal);
    process.stdout.write(options.output === 'json' ? `${JSON.stringify(rows)}\n` : table(rows));
    return 0;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, stop);
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run({ n, rows }: Options, serverUrl: string, folder: string, signal: AbortSignal): Promise<BenchRow[]> {
  const found: BenchRow[] = [];
  const small = Math.max(1, Math.floor(n / 10));
  const due = Math.max(1, Math.min(1000, Math.floor(small / 50)));
  const any = (...names: RowName[]): boolean => names.some((name) => rows.has(name));
  const measure = async (size: number, wanted: ReadonlySet<RowName>): Promise<BenchRow[]> => {
    const has = (...names: RowName[]): boolean => names.some((name) => wanted.has(name));
    const databaseUrl = await makeDatabase(serverUrl, `bench_${size}`);
    note(`${size} credentials`);
    const base = { databaseUrl, folder, n: size, due };
    const readsAgain = has('1', '2', 'sync-memory');
    await inProcess({ ...base, step: 'write', revisions: readsAgain ? ROUNDS + 1 : 0 }, signal);
    const { sourceId } = await inProcess<Seeded>({ ...base, step: 'seed' }, signal);
    const of: BenchRow[] = [];
    const reading = { ...base, sourceId };
    if (has('1', '2')) of.push(...(await inProcess<BenchRow[]>({ ...reading, step: 'sync' }, signal)));
    if (has('sync-memory')) of.push(...(await inProcess<BenchRow[]>({ ...reading, step: 'memory' }, signal)));
    if (has('3', '4'))
      of.push(...(await inProcess<BenchRow[]>({ ...base, step: 'evaluate', rows: [...wanted] }, signal)));
    await dropDatabase(serverUrl, `bench_${size}`);
    return of;
  };
  let atSmall: BenchRow | undefined;
  if (rows.has('4-growth')) atSmall = (await measure(small, new Set<RowName>(['4'])))[0];
  if (any('1', '2', 'sync-memory', '3', '4', '4-growth'))
    found.push(...(await measure(n, atSmall ? new Set([...rows, '4']) : rows)));
  const atLarge = found.find(({ row }) => row === '4');
  if (atSmall && atLarge)
    found.push({
      row: '4-growth',
      n,
      ratio: rounded(atLarge.ms! / atSmall.ms!, 3),
      goal: 1.3,
      floorMs: atSmall.ms,
      ms: atLarge.ms,
      rssMb: atLarge.rssMb,
    });
  if (rows.has('5')) {
    const users = Math.min(n, 100_000);
    const databaseUrl = await makeDatabase(serverUrl, 'bench_report');
    found.push(...(await inProcess<BenchRow[]>({ databaseUrl, folder, n: users, step: 'report' }, signal)));
    await dropDatabase(serverUrl, 'bench_report');
  }
  if (any('6', '6-page', '6-preview')) {
    const databaseUrl = await makeDatabase(serverUrl, 'bench_reviews');
    note(`a campaign of ${n} credentials`);
    found.push(...(await inProcess<BenchRow[]>({ databaseUrl, folder, n, step: 'certify', rows: [...rows] }, signal)));
  }
  return found.filter(({ row }) => rows.has(row as RowName));
}

function readOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        n: { type: 'string', default: '1000000' },
        row: { type: 'string', multiple: true },
        output: { type: 'string', default: 'table' },
        help: { type: 'boolean' },
      },
    });
    const n = Number(values.n);
    const rows = (values.row ?? [...ROWS]).flatMap((row) => row.split(',')) as RowName[];
    if (values.help) return USAGE;
    if (!Number.isInteger(n) || n < 1000) return `--n is a number of credentials, at least 1000.\n${USAGE}`;
    const unknown = rows.find((row) => !ROWS.includes(row));
    if (unknown !== undefined) return `There is no row ${unknown}.\n${USAGE}`;
    if (values.output !== 'table' && values.output !== 'json') return `--output is table or json.\n${USAGE}`;
    return { n, rows: new Set(rows), output: values.output };
  } catch (error) {
    return `${(error as Error).message}\n${USAGE}`;
  }
}

async function admin(serverUrl: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function makeDatabase(serverUrl: string, name: string): Promise<string> {
  await admin(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

const dropDatabase = (serverUrl: string, name: string): Promise<void> =>
  admin(serverUrl, `DROP DATABASE ${name}`, 'CHECKPOINT');

/** What the product's own scripts give to Node. */
const PRODUCT_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=100'];

/** Each step runs in a process of its own, so that its peak of memory is its own. */
async function inProcess<T>(work: Work, signal: AbortSignal): Promise<T> {
  const worker = join(dirname(fileURLToPath(import.meta.url)), 'worker.mjs');
  const child = spawn(process.execPath, [...PRODUCT_FLAGS, worker, JSON.stringify(work)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  let answer = '';
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`The step ${work.step} of the benchmark failed`);
  return JSON.parse(answer) as T;
}

const TITLES: Record<RowName, string> = {
  '1': 're-sync, nothing changed / COPY of the same rows',
  '2': 're-sync, 0.1 % changed / COPY of the same rows',
  'sync-memory': 'memory of a sync / 300 MB',
  '3': 'full pass of all checks, committed / count with the same predicates and joins',
  '4': 'what is due, committed with audit / bare count',
  '4-growth': 'the same / its time at a tenth of the size',
  '5': 'credential report end to end (own side)',
  '6': 'campaign launched: routed, frozen, indexed / plain insert of the same rows',
  '6-page': 'page of a reviewer over HTTP, p99 / 10 ms',
  '6-preview': 'preview of the campaign in one query / count with the joins it needs',
};

function table(rows: readonly BenchRow[]): string {
  const cells = rows.map(({ row, n, ratio, goal, floorMs, ms, rssMb }) => [
    row,
    String(n),
    ratio === null ? '' : ratio.toFixed(2),
    goal === null ? '' : `<= ${goal}`,
    floorMs === null ? '' : rounded(floorMs).toString(),
    ms === null ? '' : rounded(ms).toString(),
    String(rssMb),
    TITLES[row as RowName],
  ]);
  const head = ['row', 'n', 'ratio', 'goal', 'floor ms', 'ms', 'MB', 'what'];
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map((line) => line[at]!.length)));
  const line = (of: readonly string[]): string =>
    of
      .map((cell, at) => (at === 0 || at === 7 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd();
  return `${[head, ...cells].map(line).join('\n')}\n`;
}
