import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/index.js';
import { Database } from '../database/index.js';
import { IdempotencyKeysRepository } from '../http/index.js';
import { JobRunsRepository } from '../jobs/index.js';
import { Uploads } from '../uploads/index.js';

const DAY_MS = 86_400_000;
/** An answer is repeated for a day; a client that asks again later asks anew. */
const ANSWERS_KEPT_MS = DAY_MS;
/** A run that found nothing to do is worth remembering while somebody may ask why nothing happened. */
const IDLE_RUNS_KEPT_MS = 14 * DAY_MS;

/** Clears away what nobody will ask for again. Runs of jobs that did or failed at something are evidence, and stay. */
@Injectable()
export class Housekeeping {
  constructor(
    private readonly database: Database,
    private readonly uploads: Uploads,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<{ answers: number; uploads: number; idleRuns: number }> {
    const before = (age: number): Date => new Date(this.clock.now().getTime() - age);
    return {
      answers: await this.database.transaction((tx) =>
        tx.use(IdempotencyKeysRepository).forgetBefore(before(ANSWERS_KEPT_MS)),
      ),
      uploads: await this.uploads.forgetBrokenOff(),
      idleRuns: await this.database.transaction((tx) =>
        tx.use(JobRunsRepository).forgetIdleBefore(before(IDLE_RUNS_KEPT_MS)),
      ),
    };
  }
}
