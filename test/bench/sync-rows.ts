import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pgCopy from 'pg-copy-streams';
import type pg from 'pg';
import { type BenchRow, assertSame, median, note, peakMb, rounded, timed } from './measure.js';
import { isRotated, type Organisation, START } from './organisation.js';
import { readSource, startProduct } from './product.js';
import { putInPlace } from './seed.js';

export const ROUNDS = 5;
export const MEMORY_LIMIT_MB = 300;

/** What a source's records say, with the ids we keep them under; what the inventory notes beside that is left out. */
const RECORDS = {
  identities:
    'id, source_id, resource_type, external_id, kind, display_name, status, created_at, tags, attributes, stated',
  credentials:
    'id, source_id, resource_type, external_id, identity_id, kind, display_name, status, issued_at, expires_at, rotated_at, rotated_basis, can_expire, hint, ai_service, attributes',
} as const;

/**
 * Rows 1 and 2: the source is read again, from asking for it to the end of the run, with nothing changed and with one
 * credential in a thousand rotated; between two readings time passes. The floor is one transaction that COPYs the same
 * records, written out before as COPY text, from a file into bare logged tables: no key, no index, no trigger.
 */
export async function syncRows(
  databaseUrl: string,
  folder: string,
  whole: Organisation,
  sourceId: string,
): Promise<BenchRow[]> {
  const product = await startProduct(databaseUrl, START);
  const { clock, sql } = product;
  try {
    await writeRecords(sql, folder);
    const floors: number[] = [];
    const unchanged: number[] = [];
    const changed: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      floors.push(await copyFloor(sql, folder, whole));
      clock.advance({ minutes: 5 });
      unchanged.push(
        await timed(async () => {
          const { counts } = await readSource(product, sourceId);
          assertSame(
            'an unchanged source',
            [counts.identities, counts.credentials],
            [
              { created: 0, updated: 0, removed: 0, unchanged: whole.identities },
              { created: 0, updated: 0, removed: 0, unchanged: whole.credentials },
            ],
          );
        }),
      );
      putInPlace(folder, round);
      let rotated = 0;
      for (let j = 0; j < whole.credentials; j++) if (isRotated(j, round)) rotated++;
      clock.advance({ minutes: 5 });
      changed.push(
        await timed(async () => {
          const { counts } = await readSource(product, sourceId);
          assertSame('rotated credentials', counts.credentials, {
            created: 0,
            updated: rotated,
            removed: 0,
            unchanged: whole.credentials - rotated,
          });
        }),
      );
      note(
        `  round ${round}: COPY ${rounded(floors.at(-1)!)} ms, unchanged ${rounded(unchanged.at(-1)!)} ms, 0.1 % changed ${rounded(changed.at(-1)!)} ms`,
      );
    }
    const floor = median(floors);
    const row = (name: string, goal: number, all: number[]): BenchRow => ({
      row: name,
      n: whole.credentials,
      ratio: rounded(median(all) / floor, 3),
      goal,
      floorMs: rounded(floor, 1),
      ms: rounded(median(all), 1),
      rssMb: peakMb(),
    });
    return [row('1', 0.8, unchanged), row('2', 1, changed)];
  } finally {
    await product.close();
  }
}

/**
 * The most that a process held which did nothing but read the source: once with nothing changed, once with the last
 * revision. All of the process counts, the runtime and the product's own code among it.
 */
export async function memoryRow(
  databaseUrl: string,
  folder: string,
  whole: Organisation,
  sourceId: string,
): Promise<BenchRow[]> {
  const product = await startProduct(databaseUrl, START + 3_600_000);
  try {
    await readSource(product, sourceId);
    putInPlace(folder, ROUNDS + 1);
    product.clock.advance({ minutes: 5 });
    await readSource(product, sourceId);
    return [
      {
        row: 'sync-memory',
        n: whole.credentials,
        ratio: rounded(peakMb() / MEMORY_LIMIT_MB, 3),
        goal: 1,
        floorMs: null,
        ms: null,
        rssMb: peakMb(),
      },
    ];
  } finally {
    await product.close();
  }
}

/** The floor's input, out of what the first reading made of the source. */
async function writeRecords(sql: pg.Client, folder: string): Promise<void> {
  for (const [table, columns] of Object.entries(RECORDS)) {
    await sql.query(`CREATE TABLE bench_${table} AS SELECT ${columns} FROM ${table} WITH NO DATA`);
    await pipeline(
      sql.query(
        pgCopy.to(`COPY (SELECT ${columns} FROM ${table}) TO STDOUT`) as never,
      ) as unknown as NodeJS.ReadableStream,
      createWriteStream(join(folder, `${table}.copy`)),
    );
  }
}

async function copyFloor(sql: pg.Client, folder: string, whole: Organisation): Promise<number> {
  for (const table of Object.keys(RECORDS)) await sql.query(`TRUNCATE bench_${table}`);
  const took = await timed(async () => {
    await sql.query('BEGIN');
    for (const table of Object.keys(RECORDS))
      await pipeline(
        createReadStream(join(folder, `${table}.copy`), { highWaterMark: 262_144 }),
        sql.query(pgCopy.from(`COPY bench_${table} FROM STDIN`) as never) as unknown as NodeJS.WritableStream,
      );
    await sql.query('COMMIT');
  });
  const { rows } = await sql.query<{ identities: number; credentials: number }>(
    'SELECT (SELECT count(*)::int FROM bench_identities) AS identities, (SELECT count(*)::int FROM bench_credentials) AS credentials',
  );
  assertSame('rows copied', rows[0], { identities: whole.identities, credentials: whole.credentials });
  return took;
}
