import { setTimeout } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CronExpressionParser } from 'cron-parser';
import { PgBoss, type Job as QueuedJob } from 'pg-boss';
import { Clock } from '../clock/index.js';
import { digestOf, newId, strikeOutSecrets } from '../crypto/index.js';
import { Database, type Tx } from '../database/index.js';
import { type Logger, RootLogger } from '../logging/index.js';
import type { Counts, Job } from './job.js';
import { type BoundJob, JobRegistry } from './job-registry.js';
import { JobRunsRepository } from './job-runs.repository.js';

/** How to reach the queue's tables; a pool of its own, because a listener must stay on one connection. */
export abstract class QueueConnection {
  abstract readonly url: string;
}

const SCHEMA = 'queue';
const HEARTBEAT_SECONDS = 10;
const WAKE_AT_MOST = 20;
const WAKE_PAUSE_MS = 50;

/** Payload and attempt of one queued job, whoever fetched it. */
type Fetched = QueuedJob<{ payload: unknown }> & { retryCount?: number };

/** Puts work into the queue and runs what is in it. Everything that happens in the background happens here. */
@Injectable()
export class Jobs {
  private boss: PgBoss;
  private started = false;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<unknown>>();
  private readonly logger: Logger;

  constructor(
    private readonly database: Database,
    private readonly registry: JobRegistry,
    private readonly clock: Clock,
    connection: QueueConnection,
    logger: RootLogger,
  ) {
    this.logger = logger.child({ part: 'jobs' });
    this.boss = new PgBoss({
      connectionString: connection.url,
      schema: SCHEMA,
      application_name: 'mandate-queue',
      max: 4,
      migrate: false,
      createSchema: false,
      schedule: false,
      useListenNotify: true,
      superviseIntervalSeconds: 5,
      monitorIntervalSeconds: 5,
      monitorVacuum: false,
    });
    this.boss.on('error', (error) => this.logger.error({ error }, 'the queue reports an error'));
  }

  /** Joins the queue and makes its queues, but fetches nothing yet. */
  async open(): Promise<void> {
    this.registry.assertComplete();
    await this.boss.start();
    const existing = new Map((await this.boss.getQueues()).map((queue) => [queue.name, queue]));
    for (const { job } of this.registry.all()) {
      const options = queueOptions(job);
      if (!existing.has(job.id)) await this.boss.createQueue(job.id, { ...options, policy: 'stately' });
      else await this.boss.updateQueue(job.id, options);
    }
    this.started = true;
  }

  /** Starts fetching. */
  async work(): Promise<void> {
    for (const bound of this.registry.all()) {
      await this.boss.work(
        bound.job.id,
        { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 5, includeMetadata: true },
        async ([queued]) => {
          if (queued) await this.perform(bound, queued as Fetched);
        },
      );
    }
  }

  /** Aborts what runs, waits for it, and leaves the queue. */
  async close(): Promise<void> {
    this.stopping.abort(new Error('Mandate is shutting down'));
    await Promise.allSettled(this.running);
    if (this.started) await this.boss.stop({ graceful: true, timeout: 10_000 });
  }

  /** Enqueues in the caller's transaction: the work exists if, and only if, the change that caused it does. */
  async enqueue<Deps, P>(tx: Tx, job: Job<Deps, P>, payload: P): Promise<void> {
    const checked = await validated(job as unknown as Job<unknown, unknown>, payload);
    await this.boss.send(
      job.id,
      { payload: checked },
      {
        singletonKey: job.exclusive(checked as P),
        db: { executeSql: (text, values) => tx.query(text, values) },
      },
    );
  }

  /** Enqueues by id, as an event subscription or a person does. */
  async enqueueById(tx: Tx, id: string, payload: unknown): Promise<void> {
    const bound = this.registry.get(id);
    if (!bound) throw new Error(`There is no job ${id}`);
    await this.enqueue(tx, bound.job, payload);
  }

  /** Enqueues every scheduled job whose time has come. However many were missed, it runs once. */
  async tick(): Promise<number> {
    let enqueued = 0;
    const now = this.clock.now();
    for (const { job } of this.registry.all()) {
      if (job.schedule === undefined) continue;
      const due = CronExpressionParser.parse(job.schedule, { currentDate: new Date(now.getTime() + 1), tz: 'UTC' })
        .prev()
        .toDate();
      await this.database.transaction(async (tx) => {
        if (!(await tx.use(JobRunsRepository).claimTick(job.id, due))) return;
        await this.enqueue(tx, job, {});
        enqueued++;
      });
    }
    return enqueued;
  }

  /**
   * Runs what is queued until nothing is, one after the other, in this process. For tests and one-shot commands, in
   * place of `work`; the first failure is thrown.
   */
  async settle(): Promise<number> {
    let done = 0;
    let woken = 0;
    for (let idle = false; !idle;) {
      idle = true;
      for (const bound of this.registry.all()) {
        for (;;) {
          const [queued] = await this.boss.fetch<{ payload: unknown }>(bound.job.id, { includeMetadata: true });
          if (!queued) break;
          idle = false;
          try {
            await this.perform(bound, queued);
          } catch (error) {
            await this.boss.fail(bound.job.id, queued.id, { message: messageOf(error) });
            throw error;
          }
          await this.boss.complete(bound.job.id, queued.id);
          done++;
        }
      }
      if (!idle) {
        woken = 0;
      } else if (woken < WAKE_AT_MOST && (await this.wakeOverlooked())) {
        // The queue may have noted them anew in between, by a clock of its own. What nobody can fetch is left in the end.
        if (woken > 0) await setTimeout(WAKE_PAUSE_MS);
        woken++;
        idle = false;
      }
    }
    return done;
  }

  /**
   * The queue remembers for a while which keys it once saw at work, and passes over what waits with such a key. That is
   * a matter of seconds while processes fetch; here it would be work that is due and not done. True when there was any.
   */
  private async wakeOverlooked(): Promise<boolean> {
    const { rows } = await this.database.transaction((tx) =>
      tx.query(
        `UPDATE ${SCHEMA}.queue q SET singletons_active = NULL FROM (SELECT DISTINCT name FROM ${SCHEMA}.job WHERE state IN ('created', 'retry') AND start_after <= now()) due
         WHERE q.name = due.name RETURNING q.name`,
      ),
    );
    // Naming its options again makes the queue forget what it remembers of itself.
    for (const { name } of rows) {
      const bound = this.registry.get(String(name));
      if (bound) await this.boss.updateQueue(bound.job.id, queueOptions(bound.job));
    }
    return rows.length > 0;
  }

  private async perform(bound: BoundJob, queued: Fetched): Promise<void> {
    const work = this.performRecorded(bound, queued);
    this.running.add(work);
    try {
      await work;
    } finally {
      this.running.delete(work);
    }
  }

  private async performRecorded({ job, run }: BoundJob, queued: Fetched): Promise<void> {
    const id = newId(this.clock);
    const attempt = (queued.retryCount ?? 0) + 1;
    const payload = await validated(job, queued.data?.payload ?? {});
    await this.database.transaction((tx) =>
      tx.use(JobRunsRepository).start({
        id,
        job: job.id,
        queueId: queued.id,
        attempt,
        payloadDigest: digestOf(payload),
        at: this.clock.now(),
      }),
    );
    const digests: { input: string | null; parameters: string | null } = { input: null, parameters: null };
    const timeout = AbortSignal.timeout(job.timeoutMs);
    const signal = AbortSignal.any([timeout, this.stopping.signal, ...(queued.signal ? [queued.signal] : [])]);
    let counts: Counts | null = null;
    let failure: unknown = null;
    try {
      counts = await run({
        payload,
        id,
        attempt,
        signal,
        readInput: (input) => (digests.input = digestOf(input)),
        usedParameters: (parameters) => (digests.parameters = digestOf(parameters)),
      });
    } catch (error) {
      failure = error;
      this.logger[signal.aborted ? 'warn' : 'error']({ job: job.id, run: id, attempt, error }, 'a job failed');
    }
    await this.database.transaction((tx) =>
      tx.use(JobRunsRepository).finish({
        id,
        status: failure === null ? 'succeeded' : this.stopping.signal.aborted ? 'interrupted' : 'failed',
        at: this.clock.now(),
        counts,
        inputDigest: digests.input,
        parametersDigest: digests.parameters,
        error: failure === null ? null : messageOf(failure),
      }),
    );
    if (failure !== null) throw failure instanceof Error ? failure : new Error(messageOf(failure));
  }
}

function queueOptions(job: Job<unknown, unknown>) {
  return {
    retryLimit: job.retry.attempts - 1,
    retryDelay: Math.max(1, Math.round(job.retry.backoffMs / 1000)),
    retryBackoff: true,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    // Our own timeout aborts and awaits; the queue's must come later, or a second run would start beside the first.
    expireInSeconds: Math.ceil(job.timeoutMs / 1000) + 120,
    notify: true,
  };
}

async function validated(job: Job<unknown, unknown>, payload: unknown): Promise<unknown> {
  const result = await job.payload['~standard'].validate(payload);
  if (result.issues)
    throw new Error(
      `The payload of ${job.id} is not what the job takes: ${result.issues.map(({ message }) => message).join('; ')}`,
    );
  return result.value;
}

/** An error's own words, cut short and without anything that looks like a secret. */
const messageOf = (error: unknown): string =>
  strikeOutSecrets(error instanceof Error ? error.message : String(error)).slice(0, 2000);
