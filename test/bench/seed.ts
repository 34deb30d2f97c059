import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Checks, EvaluateDue } from '../../src/checks/index.js';
import { PutPolicy } from '../../src/checks/operations/put-policy.js';
import { RegisterSource } from '../../src/inventory/index.js';
import { copyLine } from '../../src/platform/database/index.js';
import { systemActor } from '../../src/platform/http/index.js';
import pgCopy from 'pg-copy-streams';
import { assertSame, note, peakMb, rounded, timed } from './measure.js';
import { FIRST_SEEN, fileOf, type Organisation, START } from './organisation.js';
import { isCompared } from './predicates.js';
import { type Product, readSource, startProduct } from './product.js';

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
    await addPeople(product, whole);
    // What is said of use is known up to the last reading: it is read again a month later, then evaluated.
    product.clock.set(new Date(START));
    await readSource(product, sourceId);
    // A check whose predicate nobody wrote is off: it could be measured against nothing.
    const off = product.get(Checks).all.filter(({ id, subject }) => subject !== 'source' && !isCompared(id));
    await product.get(PutPolicy).create(systemActor('bench'), {
      name: 'Checks that have a predicate',
      selector: {},
      mode: 'observe',
      checks: off.map(({ id }) => ({ id, enabled: false })),
      settings: {},
    });
    note(`  off, for want of a predicate: ${off.map(({ id }) => id).join(', ')}`);
    const evaluated = await timed(() => product.get(EvaluateDue).execute());
    note(`  first evaluation ${rounded(evaluated / 1000, 1)} s, ${peakMb()} MB`);
    // A day later PostgreSQL would have done this by itself; here it must not fall into the middle of a measurement.
    await product.sql.query('VACUUM ANALYZE');
    await product.sql.query('CHECKPOINT');
    return { sourceId };
  } finally {
    await product.close();
  }
}

/**
 * People, what they own, and use cases: 96 % of the identities have an accepted owner, one owner in a hundred has left,
 * what uses AI serves an approved use case. Written as rows, because this is what is measured, not how it came about.
 */
async function addPeople({ sql }: Product, { identities }: Organisation): Promise<void> {
  const persons = Math.max(20, Math.floor(identities / 50));
  const at = new Date(FIRST_SEEN).toISOString();
  const uuid = (space: number, i: number): string =>
    `${space.toString(16).padStart(8, '0')}-0000-7000-8000-${i.toString(16).padStart(12, '0')}`;
  const copy = async (table: string, columns: readonly string[], rows: Iterable<string>): Promise<void> => {
    await pipeline(
      Readable.from(rows),
      sql.query(
        pgCopy.from(`COPY ${table} (${columns.join(', ')}) FROM STDIN`) as never,
      ) as unknown as NodeJS.WritableStream,
    );
  };
  await copy(
    'persons',
    [
      'id',
      'feed',
      'external_id',
      'user_name',
      'display_name',
      'email',
      'status',
      'leaves_at',
      'created_at',
      'updated_at',
    ],
    (function* () {
      for (let p = 0; p < persons; p++) {
        const left = p % 100 === 99;
        const name = `sample.person.${p}`;
        yield copyLine([
          uuid(1, p),
          'bench',
          String(p),
          name,
          `Sample Person ${p}`,
          `${name}@example.org`,
          left ? 'left' : 'active',
          left ? at : null,
          at,
          at,
        ]);
      }
    })(),
  );
  await sql.query(
    `INSERT INTO use_cases (id, name, purpose, sponsor_id, data_scope, permitted_actions, risk_level, status, approved_digest, digest, changed_by, created_at, valid_from)
     SELECT ('00000002-0000-7000-8000-' || lpad(to_hex(u), 12, '0'))::uuid, 'Use case ' || u, 'measured', ('00000001-0000-7000-8000-' || lpad(to_hex(u % $1), 12, '0'))::uuid, '{}', '{}', 'moderate', 'approved', 'd', 'd', 'bench', $2, $2
     FROM generate_series(1, 100) u`,
    [persons, at],
  );
  await sql.query(
    `INSERT INTO use_case_links (id, identity_id, use_case_id, linked_by, valid_from)
     SELECT gen_random_uuid(), i.id, ('00000002-0000-7000-8000-' || lpad(to_hex(1 + abs(hashtext(i.external_id)) % 100), 12, '0'))::uuid, 'bench', $1::timestamptz
     FROM identities i WHERE i.ai_use = 'yes' AND abs(hashtext(i.external_id)) % 10 > 0`,
    [at],
  );
  await sql.query(
    `INSERT INTO ownerships (id, identity_id, owner_id, deputies, state, basis, assigned_by, assigned_at, accepted_at, valid_from)
     SELECT gen_random_uuid(), i.id, ('00000001-0000-7000-8000-' || lpad(to_hex(abs(hashtext(i.external_id)) % $1), 12, '0'))::uuid,
       CASE WHEN abs(hashtext(i.external_id)) % 2 = 0 THEN ARRAY[('00000001-0000-7000-8000-' || lpad(to_hex(abs(hashtext(i.external_id) + 1) % $1), 12, '0'))::uuid] ELSE '{}' END,
       CASE WHEN abs(hashtext(i.external_id)) % 100 = 1 THEN 'proposed' ELSE 'accepted' END, 'assignment', 'bench', $2, $2, $2
     FROM identities i WHERE abs(hashtext(i.external_id)) % 100 < 97`,
    [persons, at],
  );
  await sql.query('ANALYZE persons, ownerships, use_cases, use_case_links');
}
