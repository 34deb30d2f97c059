import { Injectable } from '@nestjs/common';
import { definedJobs, type Counts, type Job, type JobRun } from './job.js';

/** A job together with what it needs to run. */
export interface BoundJob {
  readonly job: Job<unknown, unknown>;
  run(run: JobRun<unknown>): Promise<Counts>;
}

/** Jobs by id. Start-up fails on a duplicate id and on a job that no module bound. */
@Injectable()
export class JobRegistry {
  private readonly bound = new Map<string, BoundJob>();

  bind<Deps, P>(job: Job<Deps, P>, deps: Deps): void {
    if (this.bound.has(job.id)) throw new Error(`The job ${job.id} is bound twice`);
    const plain = job as unknown as Job<unknown, unknown>;
    this.bound.set(job.id, { job: plain, run: (run) => plain.run(deps, run) });
  }

  get(id: string): BoundJob | undefined {
    return this.bound.get(id);
  }

  all(): readonly BoundJob[] {
    return [...this.bound.values()].sort((a, b) => (a.job.id < b.job.id ? -1 : 1));
  }

  assertComplete(): void {
    const ids = definedJobs().map(({ id }) => id);
    const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
    if (twice.length > 0) throw new Error(`Jobs with the same id: ${twice.join(', ')}`);
    const unbound = ids.filter((id) => !this.bound.has(id));
    if (unbound.length > 0) throw new Error(`Jobs that nobody can run: ${unbound.join(', ')}`);
  }
}
