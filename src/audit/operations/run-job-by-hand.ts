import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { type Actor, checked, NotFound } from '../../platform/http/index.js';
import { JobRegistry, Jobs } from '../../platform/jobs/index.js';
import { Audit } from '../audit.js';

/** Puts a job into the queue because a person asks for it. */
@Injectable()
export class RunJobByHand {
  constructor(
    private readonly database: Database,
    private readonly registry: JobRegistry,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
  ) {}

  async execute(actor: Actor, id: string, payload: unknown): Promise<void> {
    const bound = this.registry.get(id);
    if (!bound) throw new NotFound('job');
    const accepted = await checked(bound.job.payload, payload);
    await this.database.transaction(async (tx) => {
      await this.audit.record(tx, { type: 'jobs.run-by-hand', actor, target: { type: 'job', id }, data: { payload } });
      await this.jobs.enqueue(tx, bound.job, accepted);
    });
  }
}
