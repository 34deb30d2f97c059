import { certificationRows } from './certification-rows.js';
import { evaluationRows } from './evaluation-rows.js';
import type { BenchRow } from './measure.js';
import { organisation } from './organisation.js';
import { reportRow } from './report-row.js';
import { seed, writeFiles } from './seed.js';
import { memoryRow, syncRows } from './sync-rows.js';

/** What a process of the benchmark is told to do. */
export type Work = { readonly databaseUrl: string; readonly folder: string } & (
  | { readonly step: 'write'; readonly n: number; readonly due: number; readonly revisions: number }
  | { readonly step: 'seed'; readonly n: number; readonly due: number }
  | { readonly step: 'sync' | 'memory'; readonly n: number; readonly due: number; readonly sourceId: string }
  | { readonly step: 'evaluate'; readonly n: number; readonly due: number; readonly rows: readonly string[] }
  | { readonly step: 'report'; readonly n: number }
  | { readonly step: 'certify'; readonly n: number; readonly rows: readonly string[] }
);

/** Does it, and says on stdout what came of it. */
export async function work(task: Work): Promise<void> {
  process.stdout.write(JSON.stringify(await done(task)));
}

async function done(task: Work): Promise<object | BenchRow[]> {
  const { databaseUrl, folder } = task;
  switch (task.step) {
    case 'write':
      await writeFiles(folder, organisation(task.n, task.due), task.revisions);
      return {};
    case 'seed':
      return seed(databaseUrl, folder, organisation(task.n, task.due));
    case 'sync':
      return syncRows(databaseUrl, folder, organisation(task.n, task.due), task.sourceId);
    case 'memory':
      return memoryRow(databaseUrl, folder, organisation(task.n, task.due), task.sourceId);
    case 'evaluate':
      return evaluationRows(databaseUrl, organisation(task.n, task.due), new Set(task.rows));
    case 'report':
      return reportRow(databaseUrl, folder, task.n);
    case 'certify':
      return certificationRows(databaseUrl, task.n, new Set(task.rows));
  }
}
