import { Global, Injectable, Module } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { JobRegistry } from './job-registry.js';
import { Jobs } from './jobs.js';

/** Whether this process works on its own, or is driven step by step (tests, one-shot commands). */
export abstract class JobsMode {
  abstract readonly works: boolean;
}

/** The tick, in every replica; the queue in PostgreSQL makes each run happen once. */
@Injectable()
export class JobsTick {
  private busy = false;
  private open = false;

  constructor(
    private readonly jobs: Jobs,
    private readonly mode: JobsMode,
  ) {}

  /** Called when the application is up: what is enqueued before that waits. */
  async start(): Promise<void> {
    await this.jobs.open();
    if (this.mode.works) await this.jobs.work();
    this.open = true;
  }

  async stop(): Promise<void> {
    this.open = false;
    await this.jobs.close();
  }

  @Interval(1000)
  async tick(): Promise<void> {
    if (!this.open || !this.mode.works || this.busy) return;
    this.busy = true;
    try {
      await this.jobs.tick();
    } finally {
      this.busy = false;
    }
  }
}

@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [JobRegistry, Jobs, JobsTick],
  exports: [JobRegistry, Jobs, JobsTick],
})
export class JobsModule {}
