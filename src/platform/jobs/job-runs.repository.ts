import { raw, type Tx } from '../database/index.js';
import type { Counts } from './job.js';

export interface JobRunRow {
  readonly id: string;
  readonly job: string;
  readonly status: 'running' | 'succeeded' | 'failed' | 'interrupted';
  readonly attempt: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly counts: Counts | null;
  readonly inputDigest: string | null;
  readonly parametersDigest: string | null;
  readonly error: string | null;
}

const COLUMNS = raw(
  `id, job, status, attempt, started_at AS "startedAt", finished_at AS "finishedAt", counts, input_digest AS "inputDigest", parameters_digest AS "parametersDigest", error`,
);

/** The history of what ran: evidence, so rows are finished once and then stay. */
export class JobRunsRepository {
  constructor(private readonly tx: Tx) {}

  async start(row: {
    id: string;
    job: string;
    queueId: string;
    attempt: number;
    payloadDigest: string;
    at: Date;
  }): Promise<void> {
    // An earlier attempt that never finished was killed: say so before its successor starts.
    await this.tx.sql`UPDATE job_runs SET status = 'interrupted', finished_at = ${row.at}
      WHERE queue_id = ${row.queueId} AND status = 'running'`;
    await this.tx.sql`INSERT INTO job_runs (id, job, queue_id, attempt, status, started_at, payload_digest)
      VALUES (${row.id}, ${row.job}, ${row.queueId}, ${row.attempt}, 'running', ${row.at}, ${row.payloadDigest})`;
  }

  async finish(row: {
    id: string;
    status: 'succeeded' | 'failed' | 'interrupted';
    at: Date;
    counts: Counts | null;
    inputDigest: string | null;
    parametersDigest: string | null;
    error: string | null;
  }): Promise<void> {
    await this.tx
      .sql`UPDATE job_runs SET status = ${row.status}, finished_at = ${row.at}, counts = ${row.counts ? JSON.stringify(row.counts) : null},
        input_digest = ${row.inputDigest}, parameters_digest = ${row.parametersDigest}, error = ${row.error}
      WHERE id = ${row.id} AND status = 'running'`;
  }

  /** Forgets runs that succeeded and counted nothing, but for the last of each job. */
  forgetIdleBefore(at: Date): Promise<number> {
    return this.tx.change`DELETE FROM job_runs r WHERE r.status = 'succeeded' AND r.started_at < ${at}
      AND NOT EXISTS (SELECT 1 FROM jsonb_each(coalesce(r.counts, '{}')) AS c(name, value) WHERE c.value <> '0')
      AND EXISTS (SELECT 1 FROM job_runs later WHERE later.job = r.job AND later.id > r.id)`;
  }

  lastOfEach(): Promise<JobRunRow[]> {
    return this.tx.sql<JobRunRow>`SELECT DISTINCT ON (job) ${COLUMNS} FROM job_runs ORDER BY job, id DESC`;
  }

  page(job: string, limit: number, before: string | null): Promise<JobRunRow[]> {
    return this.tx.sql<JobRunRow>`SELECT ${COLUMNS} FROM job_runs
      WHERE job = ${job} AND (${before}::uuid IS NULL OR id < ${before}::uuid) ORDER BY id DESC LIMIT ${limit}`;
  }

  /** True once for each scheduled instant, whichever process asks first; the first sight of a job only starts its calendar. */
  async claimTick(job: string, due: Date): Promise<boolean> {
    const known = await this.tx.sql<{
      due: Date;
    }>`SELECT last_due AS due FROM job_schedules WHERE job = ${job} FOR UPDATE`;
    if (known.length === 0) {
      await this.tx.sql`INSERT INTO job_schedules (job, last_due) VALUES (${job}, ${due}) ON CONFLICT DO NOTHING`;
      return false;
    }
    if (known[0]!.due >= due) return false;
    await this.tx.sql`UPDATE job_schedules SET last_due = ${due} WHERE job = ${job}`;
    return true;
  }
}
