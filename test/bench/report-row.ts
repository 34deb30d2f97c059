import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EvaluateDue } from '../../src/checks/index.js';
import { systemActor } from '../../src/platform/http/index.js';
import { ImportFile } from '../../src/sync/index.js';
import { RunSync } from '../../src/sync/operations/run-sync.js';
import { SyncRunsRepository } from '../../src/sync/sync-runs.repository.js';
import { assertSame, type BenchRow, note, peakMb, rounded, timed } from './measure.js';
import { START } from './organisation.js';
import { startProduct } from './product.js';

const DAY = 86_400_000;
const SEED = 42;

/**
 * Row 5, our own side: an AWS credential report of so many users, three in ten with two keys, from the file to findings
 * that are stored: received and searched for secrets, read, merged with history and audit, every check evaluated. A
 * peer that only reads and judges does less; so there is no floor and no goal here, and the figures stand for themselves.
 */
export async function reportRow(databaseUrl: string, folder: string, users: number): Promise<BenchRow[]> {
  const path = join(folder, 'report.csv');
  const tooOld = { count: 0 };
  await pipeline(Readable.from(report(users, tooOld)), createWriteStream(path));
  const product = await startProduct(databaseUrl, START);
  try {
    const stages: string[] = [];
    const stage = async (name: string, work: () => Promise<unknown>): Promise<number> => {
      const ms = await timed(work);
      stages.push(`${name} ${rounded(ms / 1000, 1)} s`);
      return ms;
    };
    let runId = '';
    let ms = await stage('received', async () => {
      const run = await product
        .get(ImportFile)
        .execute(
          systemActor('bench'),
          { format: 'aws-credential-report', source: 'report', mode: 'snapshot' },
          { fileName: 'report.csv', stream: createReadStream(path), isTruncated: () => false },
        );
      runId = run.id;
    });
    ms += await stage('read and merged', () =>
      product.get(RunSync).execute(runId, 1, true, new AbortController().signal),
    );
    ms += await stage('evaluated', () => product.get(EvaluateDue).execute());
    const run = (await product.app.database.read((tx) => tx.use(SyncRunsRepository).one(runId)))!;
    assertSame('the import', [run.status, run.counts.identities?.created], ['complete', users]);
    const { rows } = await product.sql.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM evaluations e JOIN check_places p ON p.subject_type = e.subject_type
       WHERE p.check_id = 'credential-age-within-limit' AND substr(e.results, p.place + 1, 1) IN ('f', 's')`,
    );
    assertSame('keys that are too old', rows[0]!.count, tooOld.count);
    note(`  a report of ${users} users: ${stages.join(', ')}; ${peakMb()} MB`);
    return [{ row: '5', n: users, ratio: null, goal: null, floorMs: null, ms: rounded(ms, 1), rssMb: peakMb() }];
  } finally {
    await product.close();
  }
}

const COLUMNS =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated';

/** The report, made of a sequence that is the same every time. */
function* report(users: number, tooOld: { count: number }): Generator<string> {
  const next = sequence(SEED);
  const instant = (at: number): string =>
    new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', '+00:00');
  yield `${COLUMNS}\n`;
  let text = '';
  for (let user = 0; user < users; user++) {
    const made = START - Math.floor(30 + next() * 1400) * DAY;
    const key = (exists: boolean): string => {
      if (!exists) return 'false,N/A,N/A,N/A,N/A';
      const isActive = next() < 0.9;
      const rotated = Math.floor((made + next() * (START - DAY - made)) / 1000) * 1000;
      const used = next() < 0.8 ? instant(rotated + next() * (START - rotated)) : 'N/A';
      if (isActive && START >= rotated + 90 * DAY) tooOld.count++;
      return `${isActive},${instant(rotated)},${used},${used === 'N/A' ? 'N/A,N/A' : 'eu-central-1,s3'}`;
    };
    const first = key(true);
    const second = key(next() < 0.3);
    const password =
      next() < 0.1
        ? `true,${instant(START - next() * 200 * DAY)},${instant(made)},N/A,true`
        : 'false,N/A,N/A,N/A,false';
    text += `user-${user},arn:aws:iam::123456789012:user/user-${user},${instant(made)},${password},${first},${second},false,N/A,false,N/A\n`;
    if (text.length > 262_144) {
      yield text;
      text = '';
    }
  }
  yield text;
}

/** Mulberry32: numbers from 0 to 1 that look random. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
