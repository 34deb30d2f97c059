import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EvaluateDue, RunFullPass } from '../../src/checks/index.js';
import { RegisterSource } from '../../src/inventory/index.js';
import { systemActor } from '../../src/platform/http/index.js';
import { assertSame, note, peakMb, rounded, timed } from './measure.js';
import { FIRST_SEEN, fileOf, type Organisation, START } from './organisation.js';
import { readSource, startProduct } from './product.js';
import { addSurroundings } from './surroundings.js';

const SOURCE = 'bench';

/** The source as it is read: one file of many takes its place in turn. */
export const sourcePath = (folder: string): string => join(folder, 'source.ndjson');
const revisionPath = (folder: string, revision: number): string => join(folder, `source-${revision}.ndjson`);

/** Writes the file and so many revisions of it. */
export async function writeFiles(folder: string, whole: Organisation, revisions: number): Promise<void> {
  for (let revision = 0; revision <= revisions; revision++)
    await pipeline(Readable.from(fileOf(whole, revision)), createWriteStream(revisionPath(folder, revision)));
}

export function putInPlace(folder: string, revision: number): void {
  rmSync(sourcePath(folder), { force: true });
  renameSync(revisionPath(folder, revision), sourcePath(folder));
}

export interface Seeded {
  readonly sourceId: string;
}

/** Fills a database: the file is read for the first time, people and what they answer for are added, all is evaluated. */
export async function seed(databaseUrl: string, folder: string, whole: Organisation): Promise<Seeded> {
  putInPlace(folder, 0);
  const path = sourcePath(folder);
  const product = await startProduct(databaseUrl, FIRST_SEEN);
  try {
    const { id: sourceId } = await product
      .get(RegisterSource)
      .create(systemActor('bench'), { name: SOURCE, connector: 'bench', config: { path } });
    const first = await timed(async () => {
      const { counts } = await readSource(product, sourceId);
      assertSame(
        'rows made',
        [counts.identities?.created, counts.credentials?.created],
        [whole.identities, whole.credentials],
      );
    });
    note(`  first reading ${rounded(first / 1000, 1)} s, ${peakMb()} MB`);
    await addSurroundings(product, whole);
    // What is said of use is known up to the last reading: it is read again a month later, then evaluated.
    product.clock.set(new Date(START));
    await readSource(product, sourceId);
    const evaluated = await timed(() => product.get(EvaluateDue).execute());
    note(`  first evaluation ${rounded(evaluated / 1000, 1)} s, ${peakMb()} MB`);
    const { changed } = await product.get(RunFullPass).execute('self-check');
    assertSame('what a full pass finds otherwise', changed, 0);
    // A day later PostgreSQL would have done this by itself; here it must not fall into the middle of a measurement.
    await product.sql.query('VACUUM ANALYZE');
    await product.sql.query('CHECKPOINT');
    return { sourceId };
  } finally {
    await product.close();
  }
}
